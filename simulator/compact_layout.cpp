#include "simulator/compact_layout.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "simulator/print_plan.h"
#include "simulator/print_value.h"

namespace p1rig {
namespace {

constexpr std::uint8_t kSerialDigits = 6;
constexpr std::int64_t kNoTime = 0;

/// Which registers count which power; of those with tariffs, the one of the tariff that runs.
struct Counting {
  Quantity first;
  std::int64_t tariffs;  ///< 0: a register for all
  Quantity power;
};
constexpr Counting kCountings[] = {
    {Quantity::kEnergyImport, 0, Quantity::kPowerImport},
    {Quantity::kEnergyExport, 0, Quantity::kPowerExport},
    {Quantity::kEnergyAbsolute, 0, Quantity::kPowerAbsolute},
    {Quantity::kReactiveImport, 0, Quantity::kReactivePowerImport},
    {Quantity::kReactiveExport, 0, Quantity::kReactivePowerExport},
    {Quantity::kReactiveQ1, 0, Quantity::kReactivePowerQ1},
    {Quantity::kReactiveQ2, 0, Quantity::kReactivePowerQ2},
    {Quantity::kReactiveQ3, 0, Quantity::kReactivePowerQ3},
    {Quantity::kReactiveQ4, 0, Quantity::kReactivePowerQ4},
    {Quantity::kEnergyImportT1, 5, Quantity::kPowerImport},
    {Quantity::kEnergyExportT1, 5, Quantity::kPowerExport},
    {Quantity::kReactiveImportT1, 4, Quantity::kReactivePowerImport},
    {Quantity::kReactiveExportT1, 4, Quantity::kReactivePowerExport},
};

bool changes(const Hole& hole) {
  if (hole.source == Source::kDeviceTime || hole.source == Source::kDeviceReading) return true;
  if (hole.source != Source::kQuantity) return false;
  const QuantityKind kind = row_of(hole.quantity).kind;
  return kind == QuantityKind::kTime || kind == QuantityKind::kRegister ||
         kind == QuantityKind::kInstant || hole.quantity == Quantity::kTariff;
}

bool is_text(const Hole& hole) {
  return hole.format.kind == ValueFormat::Kind::kHex ||
         hole.format.kind == ValueFormat::Kind::kString;
}

bool is_time(const Hole& hole) {
  return hole.format.kind == ValueFormat::Kind::kTime ||
         hole.format.kind == ValueFormat::Kind::kTime12;
}

bool ends_in_serial(std::string_view text) {
  return text.size() >= kSerialDigits &&
         std::ranges::all_of(text.substr(text.size() - kSerialDigits),
                             [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

/// Makes a layout of a layout and a state, in which holes name slots instead of
/// quantities.
class CompactLayout::Baker {
 public:
  Baker(const Profile& profile, const MeterState& state, std::vector<Slot>& slots)
      : profile_(profile), state_(state), slots_(slots) {
    // Times are never unset, so all have one length.
    baked_.unset_time = "000000000000W";
    baked_.has_crc = profile.layout.has_crc;
    walk(profile.layout.telegram);
  }

  const Layout& baked() const { return baked_; }

 private:
  void walk(const std::vector<Segment>& segments) {
    for (const Segment& segment : segments) {
      switch (segment.kind) {
        case Segment::Kind::kText:
          text() += segment.text;
          break;
        case Segment::Kind::kHole:
          fill(segment.hole);
          break;
        case Segment::Kind::kEntry:
        case Segment::Kind::kField:
          break;
        case Segment::Kind::kFailures:
          each(segment, state_.failures, failure_);
          break;
        case Segment::Kind::kPeaks:
          each(segment, state_.peaks, peak_);
          break;
        case Segment::Kind::kMbus:
          for (device_ = 0; device_ < state_.devices.size(); ++device_) {
            const MbusDevice& device = state_.devices[device_];
            walk(profile_.layout.mbus[static_cast<std::size_t>(device.medium)]
                                     [static_cast<std::size_t>(device.channel - 1)]);
          }
          break;
        case Segment::Kind::kCrc:
          baked_.telegram.push_back(segment);
          break;
      }
    }
  }

  template <class T>
  void each(const Segment& segment, const std::vector<T>& entries, const T*& current) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      current = &entries[segment.newest_first ? i : entries.size() - 1 - i];
      walk(segment.body);
    }
    if (!entries.empty()) text() += segment.text;
  }

  std::string& text() {
    auto& segments = baked_.telegram;
    if (segments.empty() || segments.back().kind != Segment::Kind::kText) segments.emplace_back();
    return segments.back().text;
  }

  void fill(const Hole& hole) {
    if (is_text(hole)) return fill_text(hole);
    const bool never = hole.source == Source::kDeviceTime && !state_.devices[device_].time;
    if (changes(hole) && !never) {
      const std::size_t device = of_device(hole) ? device_ : 0;
      return leave(hole, {hole.source, hole.quantity, device, false});
    }
    if (is_time(hole)) {
      return append_time(hole.format, constant(hole), profile_.layout.unset_time, profile_.zone,
                         text());
    }
    append_number(hole.format, printed(hole, constant(hole)), text());
    if (!hole.unit.empty()) (text() += '*') += hole.unit;
  }

  static bool of_device(const Hole& hole) {
    return hole.source >= Source::kDeviceId && hole.source <= Source::kDeviceValve;
  }

  void fill_text(const Hole& hole) {
    const MbusDevice* device = of_device(hole) ? &state_.devices[device_] : nullptr;
    std::string_view shown = text_shown(hole, state_, device);
    const bool hex = hole.format.kind == ValueFormat::Kind::kHex;
    const bool names = hole.source == Source::kDeviceId ||
                       (hole.source == Source::kQuantity && hole.quantity == Quantity::kMeterId);
    const bool serial = hex && names && ends_in_serial(shown);
    if (serial) shown.remove_suffix(kSerialDigits);
    if (hex) {
      append_hex(shown, text());
    } else {
      text() += shown;
    }
    if (!serial) return;
    Hole number = hole;
    number.format.digits = kSerialDigits;
    leave(number, {Source::kQuantity, Quantity::kMeterId, 0, true});
  }

  /// A hole stays one, for the slot.
  void leave(Hole hole, const Slot& slot) {
    const auto found = std::ranges::find(slots_, slot);
    hole.source = Source::kQuantity;
    hole.quantity = static_cast<Quantity>(found - slots_.begin());
    if (found == slots_.end()) slots_.push_back(slot);
    Segment segment;
    segment.kind = Segment::Kind::kHole;
    segment.hole = std::move(hole);
    baked_.telegram.push_back(std::move(segment));
  }

  std::int64_t constant(const Hole& hole) const {
    const auto seconds = [](const std::optional<std::chrono::sys_seconds>& time) {
      return time ? time->time_since_epoch().count() : kUnsetTime;
    };
    const auto index = static_cast<std::size_t>(hole.quantity);
    switch (hole.source) {
      case Source::kMonthQuantity:
        return state_.month ? (*state_.month)[index] : 0;
      case Source::kFailureTime:
        return seconds(failure_->end);
      case Source::kFailureDuration:
        return failure_->seconds;
      case Source::kPeakMonth:
        return seconds(peak_->month_end);
      case Source::kPeakTime:
        return seconds(peak_->time);
      case Source::kPeakPower:
        return peak_->power;
      case Source::kFailureCount:
        return static_cast<std::int64_t>(state_.failures.size());
      case Source::kPeakCount:
        return static_cast<std::int64_t>(state_.peaks.size());
      case Source::kDeviceTime:
        return seconds(state_.devices[device_].time);
      case Source::kDeviceValve:
        return state_.devices[device_].valve;
      default:
        return state_.values[index];
    }
  }

  const Profile& profile_;
  const MeterState& state_;
  std::vector<Slot>& slots_;
  Layout baked_;
  const Failure* failure_ = nullptr;
  const MonthPeak* peak_ = nullptr;
  std::size_t device_ = 0;
};

CompactLayout::CompactLayout(const Profile& profile, const MeterState& like) : zone_(profile.zone) {
  plan_ = std::make_unique<const PrintPlan>(Baker(profile, like, slots_).baked());
  const auto slot_of = [&](Quantity quantity) {
    const Slot slot{Source::kQuantity, quantity, 0, false};
    const auto index = static_cast<std::size_t>(std::ranges::find(slots_, slot) - slots_.begin());
    if (index == slots_.size()) slots_.push_back(slot);
    return index;
  };
  time_ = slot_of(Quantity::kTime);
  const std::int64_t tariff = like[Quantity::kTariff];
  // Registers that follow in steps stay until the next.
  if (profile.register_update > std::chrono::seconds{0}) return;
  for (const Counting& counting : kCountings) {
    if (counting.tariffs > 0 && (tariff < 1 || tariff > counting.tariffs)) continue;
    const std::int64_t nth = counting.tariffs > 0 ? tariff - 1 : 0;
    const auto own = static_cast<Quantity>(static_cast<std::size_t>(counting.first) +
                                           static_cast<std::size_t>(nth));
    if (std::ranges::find(slots_, Slot{Source::kQuantity, own, 0, false}) == slots_.end()) continue;
    growths_.push_back({slot_of(own), slot_of(counting.power)});
  }
}

CompactLayout::~CompactLayout() = default;

void CompactLayout::take(const MeterState& state, std::int64_t number,
                         std::span<std::int64_t> meter) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.serial) {
      meter[i] = number;
    } else if (slot.source == Source::kDeviceReading) {
      meter[i] = state.devices[slot.device].reading;
    } else if (slot.source == Source::kDeviceTime) {
      const auto time = state.devices[slot.device].time;
      meter[i] = time ? time->time_since_epoch().count() : kNoTime;
    } else {
      meter[i] = state[slot.quantity];
    }
  }
}

void CompactLayout::step(std::span<std::int64_t> meter) const {
  ++meter[time_];
  for (const Growth& growth : growths_) meter[growth.growing] += meter[growth.power];
}

void CompactLayout::print(std::span<const std::int64_t> meter, std::string& out) const {
  plan_->print(meter.data(), zone_, out);
}

}  // namespace p1rig
