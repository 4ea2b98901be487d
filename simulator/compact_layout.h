#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simulator/profile.h"

namespace p1rig {

/// A layout for a crowd of meters that are alike: what is the same for all of
/// them and does not change from second to second has become text, and of each
/// meter only the integers are kept that its telegrams show, about 200 bytes
/// instead of the 1200 and more of a MeterState.
///
/// The last six digits of the identifiers of meters and devices are such an
/// integer, too: the meter's number in the crowd.
class CompactLayout {
 public:
  /// For meters that are as `like` in all but numbers, times and serial
  /// numbers. Their clocks are set.
  CompactLayout(const Profile& profile, const MeterState& like);
  ~CompactLayout();

  /// How many integers a meter has.
  std::size_t size() const { return slots_.size(); }

  /// The integers of meter `number` with this state.
  void take(const MeterState& state, std::int64_t number, std::span<std::int64_t> meter) const;

  /// One second on at the same power and tariff: what a Meter does between two
  /// minutes and without an event. Whatever else changes needs take().
  void step(std::span<std::int64_t> meter) const;

  /// Appends the telegram.
  void print(std::span<const std::int64_t> meter, std::string& out) const;

 private:
  struct Slot {
    Source source = Source::kQuantity;
    Quantity quantity = Quantity::kTime;
    std::size_t device = 0;
    bool serial = false;
    bool operator==(const Slot&) const = default;
  };
  struct Growth {
    std::size_t growing, power;
  };
  class Baker;

  Zone zone_;
  std::vector<Slot> slots_;
  std::size_t time_ = 0;
  std::vector<Growth> growths_;
  std::unique_ptr<const PrintPlan> plan_;
};

}  // namespace p1rig
