#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace p1rig::bench {

/// A meter as one writes it in an afternoon: its numbers in a struct, its telegram by one format.
/// It prints what profiles/iskra-am550.toml does, in a winter and with two long power failures.
struct SnprintfMeter {
  std::int64_t time, gas_time;                             // s since 1970
  std::int64_t import1, import2, export1, export2;         // mW s
  std::int64_t tariff, power_import, power_export;         // mW
  std::array<std::int64_t, 3> voltage, current;            // mV, mA
  std::array<std::int64_t, 3> phase_import, phase_export;  // mW
  std::int64_t gas;                                        // cm3
  std::int64_t serial;

  void step() {
    ++time;
    (tariff == 1 ? import1 : import2) += power_import;
    (tariff == 1 ? export1 : export2) += power_export;
  }

  /// The telegram through '!', into a buffer that is long enough.
  std::string_view print(char* buffer, std::size_t size) const {
    using Number = long long;
    const auto whole = [](std::int64_t value, std::int64_t unit) { return Number{value / unit}; };
    const auto wh = [](std::int64_t energy) { return energy / 3'600'000; };
    const auto rounded = [](std::int64_t value, std::int64_t unit) {
      return (value + unit / 2) / unit;
    };
    const auto kilo = [&](std::int64_t value) { return whole(value, 1000) % 1'000'000; };
    const auto rest = [](std::int64_t value) { return Number{value % 1000}; };
    const auto w = [&](std::int64_t power) { return rounded(power, 1000); };
    const auto dv = [&](std::size_t phase) { return rounded(voltage[phase], 100); };
    const auto a = [&](std::size_t phase) { return Number{rounded(current[phase], 1000)}; };
    const std::tm now = local(time);
    const std::tm captured = local(gas_time);
    std::array<char, 13> digits{};  // of the serial number, as hexadecimal octets
    for (std::size_t i = 0, n = static_cast<std::size_t>(serial); i < 6; ++i, n /= 10) {
      digits[10 - 2 * i] = '3';
      digits[11 - 2 * i] = static_cast<char>('0' + n % 10);
    }
    const int written = std::snprintf(
        buffer, size,
        "/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(%02d%02d%02d%02d%02d%02dW)\r\n"
        "0-0:96.1.1(4530303434303037323139%s)\r\n"
        "1-0:1.8.1(%06lld.%03lld*kWh)\r\n1-0:1.8.2(%06lld.%03lld*kWh)\r\n"
        "1-0:2.8.1(%06lld.%03lld*kWh)\r\n1-0:2.8.2(%06lld.%03lld*kWh)\r\n"
        "0-0:96.14.0(%04lld)\r\n1-0:1.7.0(%02lld.%03lld*kW)\r\n1-0:2.7.0(%02lld.%03lld*kW)\r\n"
        "0-0:96.7.21(00008)\r\n0-0:96.7.9(00002)\r\n"
        "1-0:99.97.0(2)(0-0:96.7.19)(251207151004W)(0000000301*s)(251208152415W)"
        "(0000000240*s)\r\n"
        "1-0:32.32.0(00002)\r\n1-0:52.32.0(00001)\r\n1-0:72.32.0(00000)\r\n"
        "1-0:32.36.0(00000)\r\n1-0:52.36.0(00000)\r\n1-0:72.36.0(00000)\r\n0-0:96.13.0()\r\n"
        "1-0:32.7.0(%03lld.%lld*V)\r\n1-0:52.7.0(%03lld.%lld*V)\r\n1-0:72.7.0(%03lld.%lld*V)\r\n"
        "1-0:31.7.0(%03lld*A)\r\n1-0:51.7.0(%03lld*A)\r\n1-0:71.7.0(%03lld*A)\r\n"
        "1-0:21.7.0(%02lld.%03lld*kW)\r\n1-0:41.7.0(%02lld.%03lld*kW)\r\n"
        "1-0:61.7.0(%02lld.%03lld*kW)\r\n1-0:22.7.0(%02lld.%03lld*kW)\r\n"
        "1-0:42.7.0(%02lld.%03lld*kW)\r\n1-0:62.7.0(%02lld.%03lld*kW)\r\n"
        "0-1:24.1.0(003)\r\n0-1:96.1.0(4730303539303036323833%s)\r\n"
        "0-1:24.2.1(%02d%02d%02d%02d%02d%02dW)(%05lld.%03lld*m3)\r\n!",
        now.tm_year % 100, now.tm_mon + 1, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec,
        digits.data(), kilo(wh(import1)), rest(wh(import1)), kilo(wh(import2)), rest(wh(import2)),
        kilo(wh(export1)), rest(wh(export1)), kilo(wh(export2)), rest(wh(export2)), Number{tariff},
        kilo(w(power_import)), rest(w(power_import)), kilo(w(power_export)), rest(w(power_export)),
        whole(dv(0), 10), Number{dv(0) % 10}, whole(dv(1), 10), Number{dv(1) % 10},
        whole(dv(2), 10), Number{dv(2) % 10}, a(0), a(1), a(2), kilo(w(phase_import[0])),
        rest(w(phase_import[0])), kilo(w(phase_import[1])), rest(w(phase_import[1])),
        kilo(w(phase_import[2])), rest(w(phase_import[2])), kilo(w(phase_export[0])),
        rest(w(phase_export[0])), kilo(w(phase_export[1])), rest(w(phase_export[1])),
        kilo(w(phase_export[2])), rest(w(phase_export[2])), digits.data(), captured.tm_year % 100,
        captured.tm_mon + 1, captured.tm_mday, captured.tm_hour, captured.tm_min, captured.tm_sec,
        whole(gas, 1'000'000), rest(gas / 1000));
    return {buffer, static_cast<std::size_t>(written)};
  }

 private:
  /// In winter, an hour before UTC.
  static std::tm local(std::int64_t seconds) {
    const std::time_t shifted = seconds + 3600;
    std::tm parts{};
    gmtime_r(&shifted, &parts);
    return parts;
  }
};

}  // namespace p1rig::bench
