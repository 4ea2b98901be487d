#include "simulator/render.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "simulator/print_plan.h"
#include "simulator/print_value.h"

namespace p1rig {
namespace {

using Kind = ValueFormat::Kind;

/// Says what a telegram says, from the layout and the state that it was printed from; the telegram
/// itself is only asked for the texts at places whose length the same layout and state give.
class Teller {
 public:
  Teller(const Layout& layout, const MeterState& state, std::string_view telegram, Truth& truth)
      : layout_(layout), state_(state), telegram_(telegram), truth_(truth) {}

  void walk(const std::vector<Segment>& segments) {
    for (const Segment& segment : segments) pass(segment);
  }

 private:
  void pass(const Segment& segment) {
    switch (segment.kind) {
      case Segment::Kind::kText:
        at_ += segment.text.size();
        note_text(segment.text);
        break;
      case Segment::Kind::kHole:
        tell(segment.hole);
        break;
      case Segment::Kind::kEntry:
        field_open_ = false;
        truth_.push_back({segment.code, {}});
        break;
      case Segment::Kind::kField:
        truth_.back().fields.emplace_back();
        field_open_ = true;
        field_mixed_ = false;
        field_begin_ = at_;
        break;
      case Segment::Kind::kFailures:
        each(segment, state_.failures, failure_);
        break;
      case Segment::Kind::kPeaks:
        each(segment, state_.peaks, peak_);
        break;
      case Segment::Kind::kMbus:
        for (const MbusDevice& device : state_.devices) {
          device_ = &device;
          walk(layout_.mbus[static_cast<std::size_t>(device.medium)]
                           [static_cast<std::size_t>(device.channel - 1)]);
        }
        device_ = nullptr;
        break;
      case Segment::Kind::kCrc:
        field_open_ = false;  // no data line comes after it
        break;
    }
  }

  template <class T>
  void each(const Segment& segment, const std::vector<T>& entries, const T*& current) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      current = &entries[segment.newest_first ? i : entries.size() - 1 - i];
      walk(segment.body);
    }
    current = nullptr;
    if (!entries.empty()) at_ += segment.text.size();
  }

  /// A bracket with more in it than a hole says its whole text, up to the ')'.
  void note_text(std::string_view text) {
    if (!field_open_) return;
    const std::size_t end = std::min(text.find(')'), text.size());
    field_mixed_ = field_mixed_ || end > 0;
    if (field_mixed_) {
      TruthField said;
      said.text = telegram_.substr(field_begin_, at_ - text.size() + end - field_begin_);
      truth_.back().fields.back() = std::move(said);
    }
    field_open_ = end == text.size();
  }

  /// What the hole that comes now says; nullptr where it is not alone in a bracket.
  TruthField* field() {
    if (!field_open_ || at_ != field_begin_) return nullptr;
    return &truth_.back().fields.back();
  }

  void tell(const Hole& hole) {
    TruthField* said = field();
    switch (hole.format.kind) {
      case Kind::kTime:
      case Kind::kTime12:
        return tell_time(hole, said);
      case Kind::kString:
      case Kind::kHex:
        return tell_text(hole, said);
      default:
        return tell_number(hole, said);
    }
  }

  void tell_time(const Hole& hole, TruthField* said) {
    const std::int64_t seconds = value_of(hole);
    const bool unset = seconds == kUnsetTime;
    if (said != nullptr) {
      said->kind = unset ? TruthField::Kind::kUnset : TruthField::Kind::kTime;
      if (!unset) said->instant = std::chrono::sys_seconds{std::chrono::seconds{seconds}};
    }
    at_ += unset ? layout_.unset_time.size() : hole.format.kind == Kind::kTime ? 13 : 12;
  }

  void tell_text(const Hole& hole, TruthField* said) {
    const std::size_t octets = text_shown(hole, state_, device_).size();
    const std::size_t size = hole.format.kind == Kind::kHex ? 2 * octets : octets;
    if (said != nullptr) said->text = telegram_.substr(at_, size);
    at_ += size;
  }

  void tell_number(const Hole& hole, TruthField* said) {
    const std::int64_t number = printed(hole, value_of(hole));
    if (said != nullptr) {
      said->kind = TruthField::Kind::kNumber;
      said->digits = number;
      said->decimals = hole.format.kind == Kind::kFixed ? hole.format.max_decimals : 0;
      said->unit = hole.unit;
    }
    digits_.clear();
    append_number(hole.format, number, digits_);
    at_ += digits_.size() + (hole.unit.empty() ? 0 : 1 + hole.unit.size());
  }

  std::int64_t value_of(const Hole& hole) const {
    const auto index = static_cast<std::size_t>(hole.quantity);
    const auto seconds = [](const std::optional<std::chrono::sys_seconds>& time) {
      return time ? time->time_since_epoch().count() : kUnsetTime;
    };
    switch (hole.source) {
      case Source::kQuantity:
        return state_.values[index];
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
        return seconds(device_->time);
      case Source::kDeviceReading:
        return device_->reading;
      case Source::kDeviceValve:
        return device_->valve;
      default:
        return 0;
    }
  }

  const Layout& layout_;
  const MeterState& state_;
  std::string_view telegram_;
  Truth& truth_;
  std::string digits_;
  std::size_t at_ = 0;
  bool field_open_ = false;
  bool field_mixed_ = false;     ///< there is text in it
  std::size_t field_begin_ = 0;  ///< just after its '('
  const Failure* failure_ = nullptr;
  const MonthPeak* peak_ = nullptr;
  const MbusDevice* device_ = nullptr;
};

}  // namespace

void prepare(Layout& layout) { layout.plan = std::make_shared<const PrintPlan>(layout); }

void render(const Layout& layout, const MeterState& state, const Zone& zone, std::string& telegram,
            Truth* truth) {
  const std::size_t begin = telegram.size();
  if (layout.plan != nullptr) {
    layout.plan->print(state, zone, telegram);
  } else {
    PrintPlan(layout).print(state, zone, telegram);
  }
  if (truth == nullptr) return;
  truth->clear();
  Teller(layout, state, std::string_view(telegram).substr(begin), *truth).walk(layout.telegram);
}

std::optional<std::string> limit_passed(const Hole& hole, std::int64_t value) {
  const bool number = hole.format.kind == Kind::kFixed || hole.format.kind == Kind::kInteger;
  if (!number) return std::nullopt;
  const std::string unit = hole.unit.empty() ? "" : " " + hole.unit;
  if (value < 0 && !hole.format.may_be_negative) return "0" + unit;
  if (hole.modulus == 0 || in_last_digits(hole, value) < hole.modulus) return std::nullopt;
  std::string limit;
  append_number(hole.format, hole.modulus - 1, limit);
  return limit + unit;
}

}  // namespace p1rig
