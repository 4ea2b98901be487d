#include "simulator/print_plan.h"

#include <string_view>
#include <utility>

#include "protocol/crc16.h"
#include "simulator/print_value.h"

namespace p1rig {
namespace {

using Format = ValueFormat::Kind;

constexpr std::string_view kUpperDigits = "0123456789ABCDEF";
constexpr std::string_view kLowerDigits = "0123456789abcdef";

struct Place {
  PrintInputs::Bank bank;
  std::size_t slot;
};

/// Where Printer lays the value of a hole.
Place place_of(const Hole& hole) {
  switch (hole.source) {
    case Source::kMonthQuantity:
      return {PrintInputs::kMonth, static_cast<std::size_t>(hole.quantity)};
    case Source::kFailureCount:
      return {PrintInputs::kCounts, 0};
    case Source::kPeakCount:
      return {PrintInputs::kCounts, 1};
    case Source::kFailureTime:
    case Source::kPeakTime:
    case Source::kDeviceTime:
      return {PrintInputs::kEntry, 0};
    case Source::kFailureDuration:
    case Source::kPeakPower:
    case Source::kDeviceReading:
      return {PrintInputs::kEntry, 1};
    case Source::kPeakMonth:
    case Source::kDeviceValve:
      return {PrintInputs::kEntry, 2};
    default:
      return {PrintInputs::kValues, static_cast<std::size_t>(hole.quantity)};
  }
}

std::int64_t seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::int64_t seconds_of(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? seconds_of(*time) : kUnsetTime;
}

std::array<std::int64_t, 3> entry_of(const Failure& failure) {
  return {seconds_of(failure.end), failure.seconds, 0};
}

std::array<std::int64_t, 3> entry_of(const MonthPeak& peak) {
  return {seconds_of(peak.time), peak.power, seconds_of(peak.month_end)};
}

std::array<std::int64_t, 3> entry_of(const MbusDevice& device) {
  return {seconds_of(device.time), device.reading, device.valve};
}

}  // namespace

class PrintPlan::Compiler {
 public:
  explicit Compiler(const Layout& layout) : layout_(layout) {}

  Steps steps(const std::vector<Segment>& segments) {
    Steps result;
    PrintRun run;
    const auto end_run = [&] {
      if (run.empty()) return;
      run.finish();
      result.emplace_back().run = std::exchange(run, {});
    };
    for (const Segment& segment : segments) {
      if (segment.kind == Segment::Kind::kEntry || segment.kind == Segment::Kind::kField) continue;
      if (segment.kind == Segment::Kind::kText) {
        run.add_text(segment.text);
      } else if (segment.kind != Segment::Kind::kHole || !add_fixed(segment.hole, run)) {
        end_run();
        result.push_back(step(segment));
      }
    }
    end_run();
    return result;
  }

 private:
  /// Adds a hole to the run if all that it can print has one length.
  bool add_fixed(const Hole& hole, PrintRun& run) const {
    const Place place = place_of(hole);
    switch (hole.format.kind) {
      case Format::kTime:
      case Format::kTime12:
        if (layout_.unset_time.size() != (hole.format.kind == Format::kTime ? 13U : 12U)) {
          return false;
        }
        run.add_time(hole, layout_.unset_time, place.bank, place.slot);
        return true;
      case Format::kString:
        return false;
      case Format::kHex:
        if (hole.format.digits == 0) return false;
        run.add_serial(place.bank, place.slot);
        return true;
      default:
        if (hole.modulus == 0 || hole.format.may_be_negative) return false;
        run.add_number(hole, place.bank, place.slot);
        return true;
    }
  }

  Step step(const Segment& segment) {
    Step result;
    result.segment = segment;
    result.segment.body.clear();
    switch (segment.kind) {
      case Segment::Kind::kFailures:
        result.kind = Step::Kind::kFailures;
        break;
      case Segment::Kind::kPeaks:
        result.kind = Step::Kind::kPeaks;
        break;
      case Segment::Kind::kMbus:
        result.kind = Step::Kind::kDevices;
        break;
      case Segment::Kind::kCrc:
        result.kind = Step::Kind::kCrc;
        break;
      default: {
        result.kind = Step::Kind::kHole;
        const Place place = place_of(segment.hole);
        result.bank = place.bank;
        result.slot = place.slot;
      }
    }
    result.body = steps(segment.body);
    const bool list =
        segment.kind == Segment::Kind::kFailures || segment.kind == Segment::Kind::kPeaks;
    if (list && !segment.text.empty()) {
      result.tail.add_text(segment.text);
      result.tail.finish();
    }
    return result;
  }

  const Layout& layout_;
};

class PrintPlan::Printer {
 public:
  Printer(const PrintPlan& plan, const MeterState* state, const Zone& zone, std::string& out)
      : plan_(plan), state_(state), zone_(zone), out_(out) {}

  PrintInputs& inputs() { return inputs_; }

  void walk(const Steps& steps) {
    for (const Step& step : steps) {
      switch (step.kind) {
        case Step::Kind::kRun:
          step.run.write(inputs_, zone_, out_, crc_);
          break;
        case Step::Kind::kHole:
          fill(step);
          break;
        case Step::Kind::kFailures:
          list(step, state_->failures);
          break;
        case Step::Kind::kPeaks:
          list(step, state_->peaks);
          break;
        case Step::Kind::kDevices:
          devices();
          break;
        case Step::Kind::kCrc:
          print_crc(step.segment.crc_form);
          break;
      }
    }
  }

 private:
  template <class T>
  void list(const Step& step, const std::vector<T>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto entry = entry_of(entries[step.segment.newest_first ? i : entries.size() - 1 - i]);
      inputs_.banks[PrintInputs::kEntry] = entry.data();
      walk(step.body);
    }
    if (!entries.empty() && !step.tail.empty()) step.tail.write(inputs_, zone_, out_, crc_);
  }

  void devices() {
    for (const MbusDevice& device : state_->devices) {
      const auto entry = entry_of(device);
      inputs_.banks[PrintInputs::kEntry] = entry.data();
      device_ = &device;
      walk(plan_.mbus_[static_cast<std::size_t>(device.medium)]
                      [static_cast<std::size_t>(device.channel - 1)]);
    }
    device_ = nullptr;
  }

  void print_crc(Segment::CrcForm form) {
    const std::string_view digits = form == Segment::CrcForm::kLower ? kLowerDigits : kUpperDigits;
    const unsigned crc = crc_;
    const std::array<char, 4> text = {digits[crc >> 12], digits[crc >> 8 & 15U],
                                      digits[crc >> 4 & 15U], digits[crc & 15U]};
    std::size_t first = 0;
    while (form == Segment::CrcForm::kUnpadded && first < 3 && text[first] == '0') ++first;
    out_.append(text.data() + first, text.size() - first);
  }

  /// What has no fixed length: its CRC is taken from what was written.
  void fill(const Step& step) {
    const std::size_t begin = out_.size();
    const Hole& hole = step.segment.hole;
    switch (hole.format.kind) {
      case Format::kTime:
      case Format::kTime12:
        append_time(hole.format, value_of(step), plan_.unset_time_, zone_, out_);
        break;
      case Format::kString:
        out_ += text_of(hole);
        break;
      case Format::kHex:
        append_hex(text_of(hole), out_);
        break;
      default:
        append_number(hole.format, printed(hole, value_of(step)), out_);
        if (!hole.unit.empty()) (out_ += '*') += hole.unit;
    }
    crc_ = crc16(std::string_view(out_).substr(begin), crc_);
  }

  std::int64_t value_of(const Step& step) const { return inputs_.banks[step.bank][step.slot]; }

  std::string_view text_of(const Hole& hole) const { return text_shown(hole, *state_, device_); }

  const PrintPlan& plan_;
  const MeterState* state_;
  const Zone& zone_;
  std::string& out_;
  std::uint16_t crc_ = 0;
  PrintInputs inputs_;
  const MbusDevice* device_ = nullptr;
};

PrintPlan::PrintPlan(const Layout& layout) : unset_time_(layout.unset_time) {
  Compiler compiler(layout);
  telegram_ = compiler.steps(layout.telegram);
  for (std::size_t medium = 0; medium < kMediumCount; ++medium) {
    for (std::size_t channel = 0; channel < layout.mbus[medium].size(); ++channel) {
      mbus_[medium][channel] = compiler.steps(layout.mbus[medium][channel]);
    }
  }
}

void PrintPlan::print(const MeterState& state, const Zone& zone, std::string& out) const {
  static constexpr MeterState::Values kNoMonth{};
  const std::array<std::int64_t, 2> counts = {static_cast<std::int64_t>(state.failures.size()),
                                              static_cast<std::int64_t>(state.peaks.size())};
  Printer printer(*this, &state, zone, out);
  printer.inputs().banks = {state.values.data(),
                            state.month ? state.month->data() : kNoMonth.data(), counts.data(),
                            nullptr};
  printer.walk(telegram_);
}

void PrintPlan::print(const std::int64_t* values, const Zone& zone, std::string& out) const {
  Printer printer(*this, nullptr, zone, out);
  printer.inputs().banks = {values, nullptr, nullptr, nullptr};
  printer.walk(telegram_);
}

}  // namespace p1rig
