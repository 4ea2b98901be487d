#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/crc16.h"

// Telegrams to edit: each is one that its dialect has nothing against. Lines are separated by LF
// here; sealed() makes them CR LF and adds the CRC.

namespace p1rig::test {

constexpr std::string_view kDutch =
    "/ISK5\\2M550T-1012\n"
    "\n"
    "1-3:0.2.8(50)\n"
    "0-0:1.0.0(260115123010W)\n"
    "0-0:96.1.1(4530303434303037)\n"
    "1-0:1.8.1(000123.456*kWh)\n"
    "1-0:1.8.2(000234.567*kWh)\n"
    "1-0:2.8.1(000001.000*kWh)\n"
    "1-0:2.8.2(000002.000*kWh)\n"
    "0-0:96.14.0(0002)\n"
    "1-0:1.7.0(01.193*kW)\n"
    "1-0:2.7.0(00.000*kW)\n"
    "0-0:96.7.21(00004)\n"
    "0-0:96.7.9(00002)\n"
    "1-0:99.97.0(2)(0-0:96.7.19)(251208152415W)(0000000240*s)(250708151004S)(0000000301*s)\n"
    "1-0:32.32.0(00002)\n"
    "1-0:52.32.0(00001)\n"
    "1-0:72.32.0(00000)\n"
    "0-0:96.13.0(48616C6C6F)\n"
    "1-0:32.7.0(230.1*V)\n"
    "1-0:52.7.0(230.2*V)\n"
    "1-0:72.7.0(230.3*V)\n"
    "1-0:21.7.0(00.400*kW)\n"
    "1-0:41.7.0(00.400*kW)\n"
    "1-0:61.7.0(00.393*kW)\n"
    "1-0:22.7.0(00.000*kW)\n"
    "1-0:42.7.0(00.000*kW)\n"
    "1-0:62.7.0(00.000*kW)\n"
    "0-1:24.1.0(003)\n"
    "0-1:96.1.0(4730303339)\n"
    "0-1:24.2.1(260115122500W)(00435.247*m3)\n"
    "0-2:24.1.0(007)\n"
    "0-2:96.1.0(5730303339)\n"
    "0-2:24.2.1(260115123000W)(00012.345*m3)\n"
    "!";

constexpr std::string_view kOldDutch =
    "/ISk5\\2MT382-1003\n"
    "\n"
    "0-0:96.1.1(5A424556303035)\n"
    "1-0:1.8.1(27115.317*kWh)\n"
    "1-0:1.8.2(20508.583*kWh)\n"
    "1-0:2.8.1(03395.553*kWh)\n"
    "1-0:2.8.2(08095.088*kWh)\n"
    "0-0:96.14.0(0001)\n"
    "1-0:1.7.0(000.57*kW)\n"
    "1-0:2.7.0(000.00*kW)\n"
    "0-1:24.1.0(3)\n"
    "0-1:96.1.0(3238313031353431)\n"
    "0-1:24.3.0(230326210000)(00)(60)(1)(0-1:24.2.1)(m3)\n"
    "(24027.445)\n"
    "!";

constexpr std::string_view kBelgian =
    "/FLU5\\253769484_A\n"
    "\n"
    "0-0:96.1.4(50217)\n"
    "0-0:96.1.1(3153414731313030303030)\n"
    "0-0:1.0.0(260715123010S)\n"
    "1-0:1.8.1(000123.456*kWh)\n"
    "1-0:1.8.2(000234.567*kWh)\n"
    "1-0:2.8.1(000001.000*kWh)\n"
    "1-0:2.8.2(000002.000*kWh)\n"
    "0-0:96.14.0(0001)\n"
    "1-0:1.4.0(00.351*kW)\n"
    "1-0:1.6.0(260709134500S)(02.589*kW)\n"
    "0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(260601000000S)(260523192500S)(03.695*kW)"
    "(260701000000S)(260605123000S)(05.980*kW)\n"
    "1-0:1.7.0(01.193*kW)\n"
    "1-0:2.7.0(00.000*kW)\n"
    "1-0:32.7.0(230.1*V)\n"
    "1-0:31.7.0(005.20*A)\n"
    "0-0:96.3.10(1)\n"
    "0-0:17.0.0(999.9*kW)\n"
    "1-0:31.4.0(999*A)\n"
    "0-0:96.13.0()\n"
    "0-1:24.1.0(003)\n"
    "0-1:96.1.1(37464C4F32313139)\n"
    "0-1:24.4.0(1)\n"
    "0-1:24.2.3(260715122511S)(00112.384*m3)\n"
    "!";

constexpr std::string_view kSwedish =
    "/ELL5\\253833635_A\n"
    "\n"
    "0-0:1.0.0(260715123010W)\n"
    "1-0:1.8.0(00000123.456*kWh)\n"
    "1-0:2.8.0(00000001.000*kWh)\n"
    "1-0:3.8.0(00000002.000*kvarh)\n"
    "1-0:4.8.0(00000003.000*kvarh)\n"
    "1-0:1.7.0(0001.193*kW)\n"
    "1-0:2.7.0(0000.000*kW)\n"
    "!";

constexpr std::string_view kLuxembourg =
    "/Lux5\\253694471_M\n"
    "\n"
    "1-3:0.2.8(42)\n"
    "0-0:1.0.0(260715123010S)\n"
    "0-0:42.0.0(53414731303330373930303032353734)\n"
    "1-0:1.8.0(000025.653*kWh)\n"
    "1-0:2.8.0(000000.040*kWh)\n"
    "1-0:3.8.0(000000.835*kvarh)\n"
    "1-0:4.8.0(000063.781*kvarh)\n"
    "1-0:1.7.0(00.005*kW)\n"
    "1-0:2.7.0(00.000*kW)\n"
    "1-0:3.7.0(00.000*kvar)\n"
    "1-0:4.7.0(00.000*kvar)\n"
    "0-2:24.1.0(007)\n"
    "0-2:96.1.0()\n"
    "0-2:24.2.1(632525252525S)(00000.000)\n"
    "!";

/// The text with `from`, which must be there once, replaced; an empty `from` changes nothing.
inline std::string edited(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  if (from.empty()) return result;
  const auto at = result.find(from);
  if (at == std::string::npos || result.find(from, at + 1) != std::string::npos) {
    throw std::logic_error("not there once: " + std::string(from));
  }
  return result.replace(at, from.size(), to);
}

/// LF made CR LF; a CR that stands in the text stays alone.
inline std::string with_line_ends(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

/// With line ends, CRC and the last line end.
inline std::string sealed(std::string_view text) {
  std::string bytes = with_line_ends(text);
  return bytes + to_hex(crc16(bytes)) + "\r\n";
}

/// With line ends but no CRC, as before 4.0.
inline std::string ended(std::string_view text) { return with_line_ends(text) + "\r\n"; }

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace p1rig::test
