#pragma once

#include <cstdint>
#include <string>

#include "simulator/state.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::test {

/// States that no meter would ever have, and some that one might: values of every size and sign, lists
/// of every length, texts of any bytes.
class RandomStates {
 public:
  explicit RandomStates(std::uint64_t seed) : random_(seed) {}

  const MeterState& next() {
    if (count_++ % 64 == 0) lists_and_texts();
    for (const QuantityRow& row : quantities()) {
      if (row.kind != QuantityKind::kText && random_.below(4) == 0)
        state_[row.id] = value(row.kind);
    }
    for (MbusDevice& device : state_.devices) {
      device.reading = value(QuantityKind::kRegister);
      device.time = time();
    }
    return state_;
  }

 private:
  std::int64_t value(QuantityKind kind) {
    if (kind == QuantityKind::kTime) return random_.below(9) == 0 ? kUnsetTime : moment();
    // Uniform in the number of bits; the last of them is the sign.
    const auto bits = static_cast<std::int64_t>(random_.next() >> random_.below(64));
    return random_.below(8) == 0 && bits != INT64_MIN ? -bits : bits;
  }
  std::int64_t moment() { return base_ + static_cast<std::int64_t>(random_.below(10'000'000)); }
  std::optional<std::chrono::sys_seconds> time() {
    if (random_.below(9) == 0) return std::nullopt;
    return std::chrono::sys_seconds{std::chrono::seconds{moment()}};
  }
  std::string text() {
    std::string result(random_.below(random_.below(8) == 0 ? 200 : 24), '\0');
    for (char& c : result) c = static_cast<char>(random_.below(256));
    return result;
  }

  void lists_and_texts() {
    base_ = 946'684'800 + static_cast<std::int64_t>(random_.below(3'000'000'000));
    state_.texts.clear();
    for (const QuantityRow& row : quantities()) {
      if (row.kind == QuantityKind::kText && random_.below(3) > 0) state_.texts[row.id] = text();
    }
    state_.month.reset();
    if (random_.below(2) == 0) {
      state_.month.emplace();
      for (const QuantityRow& row : quantities()) {
        (*state_.month)[static_cast<std::size_t>(row.id)] = value(row.kind);
      }
    }
    state_.failures.assign(random_.below(11), {});
    for (Failure& failure : state_.failures) failure = {time(), value(QuantityKind::kCounter)};
    state_.peaks.assign(random_.below(14), {});
    for (MonthPeak& peak : state_.peaks) {
      peak = {std::chrono::sys_seconds{std::chrono::seconds{moment()}}, time(),
              value(QuantityKind::kInstant)};
    }
    state_.devices.clear();
    for (int channel = 1; channel <= 4; ++channel) {
      if (random_.below(3) == 0) continue;
      MbusDevice device;
      device.channel = channel;
      device.medium = static_cast<Medium>(random_.below(kMediumCount));
      device.id = text();
      device.ean = text();
      device.valve = value(QuantityKind::kCode);
      state_.devices.push_back(device);
    }
  }

  Xorshift random_;
  MeterState state_;
  std::int64_t base_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace p1rig::test
