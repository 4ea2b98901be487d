#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "simulator/state.h"

namespace p1rig::test {

/// Registers, counters and the readings of M-Bus devices only grow, their times only go forward.
inline void expect_only_forward(const MeterState& before, const MeterState& now,
                                const std::string& where) {
  for (const QuantityRow& row : quantities()) {
    const bool grows = row.kind == QuantityKind::kRegister ||
                       (row.kind == QuantityKind::kCounter && !row.name.ends_with("duration"));
    if (grows) {
      ASSERT_GE(now[row.id], before[row.id]) << row.name << " fell, " << where;
    }
  }
  for (const MbusDevice& device : now.devices) {
    for (const MbusDevice& earlier : before.devices) {
      if (earlier.channel != device.channel || earlier.id != device.id || !earlier.time) continue;
      ASSERT_TRUE(device.time.has_value()) << where;
      ASSERT_GE(*device.time, *earlier.time) << where;
      ASSERT_GE(device.reading, earlier.reading) << where;
    }
  }
}

/// S from the three phases' U·I must be that of their P and Q, but for the rounding of I to mA.
inline void expect_voltage_times_current(const MeterState& state, const std::string& where) {
  for (std::size_t phase = 0; phase < 3; ++phase) {
    const auto of = [&](Quantity first) {
      return state[static_cast<Quantity>(static_cast<std::size_t>(first) + phase)];
    };
    const std::int64_t voltage = of(Quantity::kVoltageL1);
    const std::int64_t product = voltage * of(Quantity::kCurrentL1) / 1000;  // mVA
    const std::int64_t apparent =
        of(Quantity::kApparentPowerImportL1) + of(Quantity::kApparentPowerExportL1);
    ASSERT_LE(std::abs(product - apparent), voltage / 1000 + 1) << where;
    const std::int64_t active = of(Quantity::kPowerImportL1) - of(Quantity::kPowerExportL1);
    ASSERT_LE(std::abs(active), apparent) << where;
  }
}

/// The digits of a value such as "(00.525*kW)" without its point.
inline std::int64_t printed(std::string_view telegram, std::string_view code) {
  const auto begin = telegram.find("\n" + std::string(code) + "(");
  EXPECT_NE(begin, std::string_view::npos) << code;
  if (begin == std::string_view::npos) return 0;
  std::int64_t digits = 0;
  for (auto at = begin + code.size() + 2; telegram[at] != '*'; ++at) {
    if (telegram[at] != '.') digits = digits * 10 + (telegram[at] - '0');
  }
  return digits;
}

}  // namespace p1rig::test
