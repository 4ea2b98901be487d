#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/faults/fault.h"
#include "tests/simulator/bitwise_crc.h"

// A telegram written here, and what faults make of it.

namespace p1rig::test {

inline constexpr std::chrono::sys_seconds kNow{
    std::chrono::seconds{1'780'000'000}};  // 2026-05-28T20:26:40Z

inline constexpr std::string_view kBody =
    "/ISk5\\2MT382-1000\r\n"
    "\r\n"
    "1-3:0.2.8(50)\r\n"
    "0-0:1.0.0(101209113020W)\r\n"
    "0-0:96.1.1(303132363738)\r\n"
    "1-0:1.8.1(023456.789*kWh)\r\n"
    "1-0:1.6.0(101209104500W)(02.589*kW)\r\n"
    "1-0:1.7.0(01.193*kW)\r\n"
    "0-0:96.13.0(48)\r\n"
    "0-1:24.1.0(003)\r\n"
    "0-1:96.1.0(3232)\r\n"
    "0-1:24.2.1(101209112500W)(12785.123*m3)\r\n"
    "!";

inline std::string digits_of(unsigned crc) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (const int shift : {12, 8, 4, 0}) digits += kDigits[crc >> shift & 15U];
  return digits;
}

inline std::string with_crc(std::string_view body) {
  return std::string(body) + digits_of(bitwise_crc(body)) + "\r\n";
}

inline const std::string kSent = with_crc(kBody);

inline std::string read_printed(const std::string& name) {
  std::ifstream file(P1RIG_SOURCE_DIR "/captures/printed/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const auto at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(result.find(from, at + 1), std::string::npos) << from << " is there twice";
  return result.replace(at, from.size(), to);
}

inline FaultRequest parsed(std::string_view text) {
  const auto request = parse_fault(text);
  EXPECT_TRUE(request) << text << ": " << (request ? "" : request.error().message);
  return request.value_or(FaultRequest{});
}

inline Emission faulted(const std::vector<std::string>& faults, std::string telegram,
                        std::uint64_t seed = 1, std::uint64_t index = 1,
                        std::chrono::sys_seconds t = kNow) {
  std::vector<FaultRequest> requests;
  for (const std::string& fault : faults) requests.push_back(parsed(fault));
  Emission emission{.bytes = std::move(telegram)};
  apply_faults(requests, seed, index, t, emission);
  return emission;
}

inline std::string bytes_of(const std::vector<std::string>& faults, std::uint64_t seed = 1) {
  return faulted(faults, with_crc(kBody), seed).bytes;
}

/// As a reader that takes lower case and missing zeros: from the first '/', to the last '!'.
inline bool crc_is_right(std::string_view bytes) {
  const auto begin = bytes.find('/');
  const auto bang = bytes.rfind('!');
  if (begin == std::string_view::npos || bang == std::string_view::npos || bang < begin)
    return false;
  const auto end = std::min(bytes.find_first_of("\r\n", bang), bytes.size());
  const std::string_view digits = bytes.substr(bang + 1, end - bang - 1);
  unsigned crc = 0;
  const auto [rest, code] = std::from_chars(digits.data(), digits.data() + digits.size(), crc, 16);
  return code == std::errc{} && rest == digits.data() + digits.size() &&
         crc == bitwise_crc(bytes.substr(begin, bang + 1 - begin));
}

/// The name in "stall=2s,every=5".
inline std::string id_of(std::string_view fault) {
  return std::string(fault.substr(0, fault.find_first_of("=,")));
}

}  // namespace p1rig::test
