#include "tests/simulator/plain_render.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/crc16.h"

namespace p1rig::test {
namespace {

using Kind = ValueFormat::Kind;

/// A value without its sign in units of the hole's last digit, cut or rounded as its kind asks.
std::int64_t in_last_digits(const Hole& hole, std::int64_t value) {
  const auto positive = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  // Without sign there is room for the largest state and half a divisor. What a factor would make
  // larger than that stops there.
  std::uint64_t magnitude = value < 0 ? -positive(value) : positive(value);
  if (__builtin_mul_overflow(magnitude, positive(hole.factor), &magnitude)) magnitude = INT64_MAX;
  if (!hole.cut) magnitude += positive(hole.divisor / 2);
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(magnitude / positive(hole.divisor), INT64_MAX));
}

/// The printed integer of a hole: registers wrap, others stop at all nines.
std::int64_t printed(const Hole& hole, std::int64_t value) {
  std::int64_t number = in_last_digits(hole, value);
  if (hole.modulus > 0) {
    number = hole.cut ? number % hole.modulus : std::min(number, hole.modulus - 1);
  }
  if (value >= 0) return number;
  // An unsigned format has no way to say "below zero".
  return hole.format.may_be_negative ? -number : 0;
}

void append_number(const ValueFormat& format, std::int64_t number, std::string& out) {
  std::array<char, 24> buffer{};
  std::size_t at = buffer.size();
  std::uint64_t rest = static_cast<std::uint64_t>(number < 0 ? -number : number);
  const std::size_t decimals = format.kind == Kind::kFixed ? format.max_decimals : 0;
  const std::size_t least = std::max<std::size_t>(format.digits, decimals + 1);
  for (std::size_t written = 0; written < least || rest > 0; ++written) {
    if (written == decimals && decimals > 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (number < 0) out += '-';
  out.append(buffer.data() + at, buffer.size() - at);
}

void append_hex(std::string_view text, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
}

/// One rendering: where it writes, and which list entry or device it is at.
class Renderer {
 public:
  Renderer(const Layout& layout, const MeterState& state, const Zone& zone, std::string& out,
           Truth* truth)
      : layout_(layout), state_(state), zone_(zone), out_(out), truth_(truth), begin_(out.size()) {}

  void walk(const std::vector<Segment>& segments) {
    for (const Segment& segment : segments) put(segment);
  }

 private:
  void put(const Segment& segment) {
    switch (segment.kind) {
      case Segment::Kind::kText:
        out_ += segment.text;
        if (truth_ != nullptr) note_text(segment.text);
        break;
      case Segment::Kind::kHole:
        fill(segment.hole);
        break;
      case Segment::Kind::kEntry:
        field_open_ = false;
        if (truth_ != nullptr) truth_->push_back({segment.code, {}});
        break;
      case Segment::Kind::kField:
        if (truth_ != nullptr) truth_->back().fields.emplace_back();
        field_open_ = true;
        field_mixed_ = false;
        field_begin_ = out_.size();
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
        crc(segment.crc_form);
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
    if (!entries.empty()) out_ += segment.text;
  }

  /// A bracket with more in it than a hole says its whole text, up to the ')'.
  void note_text(std::string_view text) {
    if (!field_open_) return;
    const std::size_t end = std::min(text.find(')'), text.size());
    field_mixed_ = field_mixed_ || end > 0;
    if (field_mixed_) {
      TruthField said;
      said.text = out_.substr(field_begin_, out_.size() - text.size() + end - field_begin_);
      truth_->back().fields.back() = std::move(said);
    }
    field_open_ = end == text.size();
  }

  /// What the hole that is about to be filled says; nullptr where it is not alone in a bracket.
  TruthField* field() {
    if (truth_ == nullptr || !field_open_ || out_.size() != field_begin_) return nullptr;
    return &truth_->back().fields.back();
  }

  void crc(Segment::CrcForm form) {
    std::string digits = to_hex(crc16(std::string_view(out_).substr(begin_)));
    if (form == Segment::CrcForm::kLower) {
      std::ranges::transform(digits, digits.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      });
    }
    if (form == Segment::CrcForm::kUnpadded) {
      digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    }
    out_ += digits;
  }

  void fill(const Hole& hole) {
    switch (hole.format.kind) {
      case Kind::kTime:
      case Kind::kTime12:
      case Kind::kTime17:
        return fill_time(hole);
      case Kind::kString:
      case Kind::kHex:
        return fill_text(hole);
      default:
        return fill_number(hole);
    }
  }

  void fill_time(const Hole& hole) {
    const std::optional<std::chrono::sys_seconds> time = time_of(hole);
    TruthField* said = field();
    if (said != nullptr) {
      said->kind = time ? TruthField::Kind::kTime : TruthField::Kind::kUnset;
      if (time) said->instant = *time;
    }
    if (!time) {
      out_ += layout_.unset_time;
      return;
    }
    std::string text = to_string(zone_.local(*time));
    if (hole.format.kind == Kind::kTime12) text.resize(12);
    if (hole.format.kind == Kind::kTime17) {
      text.resize(12);
      for (const auto& [at, separator] :
           {std::pair<std::size_t, char>{10, ':'}, {8, ':'}, {6, ' '}, {4, '-'}, {2, '-'}}) {
        text.insert(at, 1, separator);
      }
    }
    out_ += text;
  }

  std::optional<std::chrono::sys_seconds> time_of(const Hole& hole) const {
    switch (hole.source) {
      case Source::kFailureTime:
        return failure_->end;
      case Source::kPeakMonth:
        return peak_->month_end;
      case Source::kPeakTime:
        return peak_->time;
      case Source::kDeviceTime:
        return device_->time;
      default: {
        const std::int64_t seconds = value_of(hole);
        if (seconds == kUnsetTime) return std::nullopt;
        return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
      }
    }
  }

  void fill_text(const Hole& hole) {
    const std::string_view text = text_of(hole);
    TruthField* said = field();
    const std::size_t begin = out_.size();
    if (hole.format.kind == Kind::kHex) {
      append_hex(text, out_);
    } else {
      out_ += text;
    }
    if (said != nullptr) said->text = out_.substr(begin);
  }

  std::string_view text_of(const Hole& hole) const {
    if (hole.source == Source::kDeviceId) return device_->id;
    if (hole.source == Source::kDeviceEan) return device_->ean;
    const auto text = state_.texts.find(hole.quantity);
    return text == state_.texts.end() ? std::string_view{} : std::string_view(text->second);
  }

  void fill_number(const Hole& hole) {
    const std::int64_t number = printed(hole, value_of(hole));
    if (TruthField* said = field()) {
      said->kind = TruthField::Kind::kNumber;
      said->digits = number;
      said->decimals = hole.format.kind == Kind::kFixed ? hole.format.max_decimals : 0;
      said->unit = hole.unit;
    }
    append_number(hole.format, number, out_);
    if (hole.unit.empty()) return;
    out_ += '*';
    out_ += hole.unit;
  }

  std::int64_t value_of(const Hole& hole) const {
    const auto index = static_cast<std::size_t>(hole.quantity);
    switch (hole.source) {
      case Source::kQuantity:
        return state_.values[index];
      case Source::kMonthQuantity:
        return state_.month ? (*state_.month)[index] : 0;
      case Source::kFailureDuration:
        return failure_->seconds;
      case Source::kPeakPower:
        return peak_->power;
      case Source::kFailureCount:
        return static_cast<std::int64_t>(state_.failures.size());
      case Source::kPeakCount:
        return static_cast<std::int64_t>(state_.peaks.size());
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
  const Zone& zone_;
  std::string& out_;
  Truth* truth_;
  std::size_t begin_;
  bool field_open_ = false;
  bool field_mixed_ = false;     ///< there is text in it
  std::size_t field_begin_ = 0;  ///< just after its '('
  const Failure* failure_ = nullptr;
  const MonthPeak* peak_ = nullptr;
  const MbusDevice* device_ = nullptr;
};

}  // namespace

void plain_render(const Layout& layout, const MeterState& state, const Zone& zone,
                  std::string& telegram, Truth* truth) {
  if (truth != nullptr) truth->clear();
  Renderer(layout, state, zone, telegram, truth).walk(layout.telegram);
}

}  // namespace p1rig::test
