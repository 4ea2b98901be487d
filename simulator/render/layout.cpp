#include "simulator/render/layout.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "protocol/wording.h"
#include "simulator/files/suggest.h"
#include "simulator/render/stencil.h"

namespace p1rig {
namespace {

using Words = std::vector<std::string_view>;

Words split(std::string_view text) {
  Words words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
    const auto end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// 64 bits hold them, with a sign.
constexpr int kMaxDigits = 18;

std::int64_t power_of_ten(int exponent) {
  std::int64_t result = 1;
  for (; exponent > 0; --exponent) result *= 10;
  return result;
}

/// What a hole's first word may name, and where: [where] of lists and M-Bus blocks.
struct FieldName {
  std::string_view context;
  std::string_view name;
  Source source;
  Dimension dimension;
  QuantityKind kind;
};

constexpr FieldName kFieldNames[] = {
    {"failures", "time", Source::kFailureTime, Dimension::kNone, QuantityKind::kTime},
    {"failures", "duration", Source::kFailureDuration, Dimension::kDuration,
     QuantityKind::kCounter},
    {"peaks", "month", Source::kPeakMonth, Dimension::kNone, QuantityKind::kTime},
    {"peaks", "time", Source::kPeakTime, Dimension::kNone, QuantityKind::kTime},
    {"peaks", "power", Source::kPeakPower, Dimension::kActivePower, QuantityKind::kInstant},
    {"mbus", "id", Source::kDeviceId, Dimension::kNone, QuantityKind::kText},
    {"mbus", "ean", Source::kDeviceEan, Dimension::kNone, QuantityKind::kText},
    {"mbus", "time", Source::kDeviceTime, Dimension::kNone, QuantityKind::kTime},
    {"mbus", "reading", Source::kDeviceReading, Dimension::kVolume, QuantityKind::kRegister},
    {"mbus", "valve", Source::kDeviceValve, Dimension::kNone, QuantityKind::kCode},
    {"", "failures.count", Source::kFailureCount, Dimension::kNone, QuantityKind::kCounter},
    {"", "peaks.count", Source::kPeakCount, Dimension::kNone, QuantityKind::kCounter},
};

bool format_suits(const ValueFormat& format, QuantityKind kind) {
  using Kind = ValueFormat::Kind;
  switch (kind) {
    case QuantityKind::kTime:
      return is_time(format);
    case QuantityKind::kText:
      return format.kind == Kind::kString || format.kind == Kind::kHex;
    default:
      return format.kind == Kind::kFixed || format.kind == Kind::kInteger;
  }
}

class Compiler {
 public:
  Compiler(std::string_view text, int channel, Medium medium)
      : text_(text), channel_(channel), medium_(medium) {}

  tl::expected<std::vector<Segment>, Layout::Flaw> run() {
    std::vector<Segment> segments;
    open_.push_back({&segments, ""});
    while (at_ < text_.size() && !error_) step();
    if (!error_ && open_.size() > 1) {
      complain(at_, "{each " + std::string(open_.back().context) + " …} has no {end}");
    }
    if (error_) return tl::make_unexpected(*error_);
    return segments;
  }

 private:
  struct Open {
    std::vector<Segment>* segments;
    std::string_view context;  ///< the list inside which we are
  };

  void step() {
    if (line_start()) begin_line();
    if (at_ >= text_.size() || error_) return;
    const char c = text_[at_];
    if (c == '{' || c == '}') {
      brace(c);
    } else if (c == '\r') {
      ++at_;  // line ends are ours: one CR LF for each
    } else if (c == '\n') {
      literal("\r\n");
      ++at_;
      in_bracket_ = false;
    } else {
      if (c == ')') in_bracket_ = false;
      put(c);
      ++at_;
      if (c == '(' && !in_bracket_ && in_entry_) {
        in_bracket_ = true;
        holes_in_bracket_ = 0;
        mark(Segment::Kind::kField);
      }
    }
  }

  bool line_start() const {
    return at_ != started_ && (at_ == 0 || text_[at_ - 1] == '\n') && open_.size() == 1;
  }

  /// Marks the entry where the line begins with an OBIS code; a line that begins with a bracket
  /// continues the entry before (DSMR-P1 3.0 §5.12).
  void begin_line() {
    started_ = at_;
    const std::string_view rest = text_.substr(at_);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.starts_with('(') || line.starts_with("{each")) return;
    in_entry_ = false;
    const std::string code = with_channel(line.substr(0, line.find('(')));
    if (const auto written = parse_obis(code);
        written && line.find('(') != std::string_view::npos) {
      Segment entry;
      entry.kind = Segment::Kind::kEntry;
      entry.code = written->code;
      open_.back().segments->push_back(std::move(entry));
      in_entry_ = true;
    }
  }

  std::string with_channel(std::string_view text) const {
    std::string result(text);
    if (channel_ == 0) return result;
    for (std::size_t n = 0; (n = result.find("0-n:", n)) != std::string::npos; n += 4) {
      result[n + 2] = static_cast<char>('0' + channel_);
    }
    return result;
  }

  void literal(std::string_view text) {
    auto& segments = *open_.back().segments;
    if (segments.empty() || segments.back().kind != Segment::Kind::kText) segments.emplace_back();
    segments.back().text += text;
  }

  void put(char c) {
    const bool channel_letter =
        channel_ != 0 && c == 'n' && at_ >= 2 && text_.substr(at_ - 2, 4) == "0-n:";
    const char shown = channel_letter ? static_cast<char>('0' + channel_) : c;
    literal(std::string_view(&shown, 1));
  }

  void mark(Segment::Kind kind) {
    Segment segment;
    segment.kind = kind;
    open_.back().segments->push_back(std::move(segment));
  }

  void brace(char c) {
    if (text_.substr(at_, 2) == std::string(2, c)) {
      put(c);
      at_ += 2;
      return;
    }
    const std::size_t begin = at_;
    const std::size_t end = text_.find_first_of("}\n", begin + 1);
    if (c == '}' || end == std::string_view::npos || text_[end] != '}') {
      return complain(begin, std::string("a single ") + c + ": a hole is {QUANTITY FORMAT UNIT}, " +
                                 "a literal brace is doubled");
    }
    const Words words = split(text_.substr(begin + 1, end - begin - 1));
    at_ = end + 1;
    if (words.empty()) return complain(begin, "an empty hole: expected {QUANTITY FORMAT UNIT}");
    if (words[0] == "each") return each(begin, words);
    if (words[0] == "end") return end_each(begin);
    if (words[0] == "mbus") return mbus(begin, words);
    if (words[0] == "raw") return raw(begin, words);
    if (words[0] == "crc") return crc(begin, words);
    hole(begin, words);
  }

  void each(std::size_t begin, const Words& words) {
    if (open_.size() > 1) return complain(begin, "{each} inside another {each}");
    const bool known = words.size() == 3 && (words[1] == "failures" || words[1] == "peaks") &&
                       (words[2] == "newest" || words[2] == "oldest");
    if (!known) {
      return complain(begin, "expected {each failures newest}, {each peaks oldest} or similar");
    }
    each_begins_line_ = begin == 0 || text_[begin - 1] == '\n';
    Segment segment;
    segment.kind = words[1] == "failures" ? Segment::Kind::kFailures : Segment::Kind::kPeaks;
    segment.newest_first = words[2] == "newest";
    open_.back().segments->push_back(std::move(segment));
    open_.push_back({&open_.back().segments->back().body, words[1]});
  }

  void end_each(std::size_t begin) {
    if (open_.size() == 1) return complain(begin, "{end} without {each …}");
    open_.pop_back();
    // A line that is nothing but a list is not there while the list is empty.
    const auto line_end = text_.find_first_not_of('\r', at_);
    const bool ends_here = line_end != std::string_view::npos && text_[line_end] == '\n';
    if (!each_begins_line_ || !ends_here) return;
    open_.back().segments->back().text = "\r\n";
    at_ = line_end + 1;
    in_bracket_ = false;
  }

  void mbus(std::size_t begin, const Words& words) {
    if (words.size() != 1 || channel_ != 0) {
      return complain(begin, "{mbus} belongs in [telegram] text, alone on its line");
    }
    const bool alone = (begin == 0 || text_[begin - 1] == '\n') &&
                       (at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r');
    if (!alone) return complain(begin, "{mbus} must stand alone on its line");
    mark(Segment::Kind::kMbus);
    // The blocks bring their own line ends.
    at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
  }

  void raw(std::size_t begin, const Words& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      unsigned value = 0;
      const auto* last = words[i].data() + words[i].size();
      const auto [rest, code] = std::from_chars(words[i].data(), last, value, 16);
      if (code != std::errc{} || rest != last || words[i].size() != 2) {
        return complain(begin,
                        "\"" + std::string(words[i]) + "\" is not a byte: expected {raw FF}");
      }
      const char octet = static_cast<char>(value);
      literal(std::string_view(&octet, 1));
    }
    if (words.size() == 1) complain(begin, "expected {raw FF}");
  }

  void crc(std::size_t begin, const Words& words) {
    Segment segment;
    segment.kind = Segment::Kind::kCrc;
    const std::string_view form = words.size() == 2 ? words[1] : std::string_view{};
    if (form == "X4") {
      segment.crc_form = Segment::CrcForm::kUpper;
    } else if (form == "x4") {
      segment.crc_form = Segment::CrcForm::kLower;
    } else if (form == "X") {
      segment.crc_form = Segment::CrcForm::kUnpadded;
    } else {
      return complain(begin, "expected {crc X4}, {crc x4} or {crc X}");
    }
    if (channel_ != 0 || open_.size() > 1 || begin == 0 || text_[begin - 1] != '!') {
      return complain(begin, "{crc …} belongs after the '!' of the telegram");
    }
    open_.back().segments->push_back(std::move(segment));
  }

  /// The name's source, or a complaint with the nearest name.
  std::optional<FieldName> named(std::size_t begin, std::string_view name, Hole& hole) {
    const std::string_view context = channel_ != 0 ? "mbus" : open_.back().context;
    std::vector<std::string_view> names;
    for (const FieldName& field : kFieldNames) {
      if (field.context != context && !field.context.empty()) continue;
      if (field.name == name) return field;
      names.push_back(field.name);
    }
    const bool month = name.ends_with("@month");
    const QuantityRow* row = find_quantity(month ? name.substr(0, name.size() - 6) : name);
    if (row != nullptr && context.empty()) {
      hole.quantity = row->id;
      return FieldName{"", row->name, month ? Source::kMonthQuantity : Source::kQuantity,
                       row->dimension, row->kind};
    }
    if (context.empty()) {
      for (const QuantityRow& quantity : quantities()) names.push_back(quantity.name);
    }
    complain(begin, "unknown quantity \"" + std::string(name) + "\"" + did_you_mean(name, names));
    return std::nullopt;
  }

  void hole(std::size_t begin, const Words& words) {
    Hole hole;
    auto field = named(begin, words[0], hole);
    if (!field) return;
    if (field->source == Source::kDeviceReading) field->dimension = dimension_of(medium_);
    const auto format = words.size() > 1 ? parse_value_format(words[1]) : std::nullopt;
    if (!format) {
      return complain(begin,
                      "{" + std::string(words[0]) + " …}: " +
                          (words.size() > 1 ? "\"" + std::string(words[1]) + "\" is not a format"
                                            : "no format") +
                          ": expected F9(3,3), I4, S, X, TST or similar");
    }
    if (!format_suits(*format, field->kind)) {
      return complain(begin, "{" + std::string(words[0]) + " …}: format " + std::string(words[1]) +
                                 " does not fit this quantity");
    }
    if (words.size() > 3) {
      return complain(begin, "too many words: expected {QUANTITY FORMAT UNIT}");
    }
    hole.source = field->source;
    hole.format = *format;
    if (words.size() == 3) hole.unit = words[2];
    const bool number =
        format->kind == ValueFormat::Kind::kFixed || format->kind == ValueFormat::Kind::kInteger;
    if (number && !scale(begin, hole, *field)) return;
    if (!number && !hole.unit.empty()) return complain(begin, "a text or a time has no unit");
    if (in_bracket_ && holes_in_bracket_++ > 0) {
      return complain(begin, "two holes in one bracket");
    }
    Segment segment;
    segment.kind = Segment::Kind::kHole;
    segment.hole = std::move(hole);
    open_.back().segments->push_back(std::move(segment));
  }

  /// Works out how the state's integer becomes the printed one.
  bool scale(std::size_t begin, Hole& hole, const FieldName& field) {
    int exponent = 0;
    const std::string_view customary =
        field.source == Source::kDeviceReading ? customary_unit(medium_)
        : field.source == Source::kQuantity || field.source == Source::kMonthQuantity
            ? row_of(hole.quantity).unit
            : std::string_view{};
    // A unit left out on the line is the customary one: some meters do not print it.
    const std::string_view spelling = hole.unit.empty() ? customary : std::string_view(hole.unit);
    if (!spelling.empty()) {
      const auto unit = find_unit(spelling);
      if (!unit || unit->dimension != field.dimension) {
        complain(begin,
                 "\"" + std::string(spelling) + "\" is not a unit of " + std::string(field.name) +
                     (customary.empty() ? std::string{}
                                        : ": expected " + std::string(customary) + " or similar"));
        return false;
      }
      exponent = unit->exponent;
    }
    const int decimals = hole.format.max_decimals;
    if (std::max<int>(hole.format.digits, decimals + 1) > kMaxDigits) {
      complain(begin, "format " + to_string(hole.format) + " has more than " +
                          counted(kMaxDigits, "digit"));
      return false;
    }
    const std::int64_t per_unit = state_units_per_base_unit(field.dimension, field.kind);
    // printed = state * 10^decimals / (per_unit * 10^exponent)
    const std::int64_t up = power_of_ten(decimals) * power_of_ten(-exponent);
    const std::int64_t down = per_unit * power_of_ten(exponent);
    const std::int64_t common = std::gcd(up, down);
    hole.factor = up / common;
    hole.divisor = down / common;
    hole.modulus = hole.format.digits > 0 ? power_of_ten(hole.format.digits) : 0;
    hole.cut = field.kind == QuantityKind::kRegister || field.kind == QuantityKind::kCounter;
    return true;
  }

  void complain(std::size_t at, std::string message) {
    if (error_) return;
    const std::string_view before = text_.substr(0, at);
    const auto last_line = before.rfind('\n');
    error_ = Layout::Flaw{static_cast<std::size_t>(std::ranges::count(before, '\n')),
                          last_line == std::string_view::npos ? at : at - last_line - 1,
                          std::move(message)};
  }

  std::string_view text_;
  int channel_;
  Medium medium_;
  std::size_t at_ = 0;
  std::size_t started_ = std::string_view::npos;
  bool in_entry_ = false;
  bool each_begins_line_ = false;
  bool in_bracket_ = false;
  int holes_in_bracket_ = 0;
  std::vector<Open> open_;
  std::optional<Layout::Flaw> error_;
};

bool has_segment(const std::vector<Segment>& segments, Segment::Kind kind) {
  return std::ranges::find(segments, kind, &Segment::kind) != segments.end();
}

std::string_view meaning_of(const Hole& hole) {
  switch (hole.source) {
    case Source::kQuantity:
      return row_of(hole.quantity).meaning;
    case Source::kMonthQuantity:
      return row_of(hole.quantity).meaning;
    case Source::kFailureTime:
      return "end of a long power failure";
    case Source::kFailureDuration:
      return "duration of a long power failure";
    case Source::kPeakMonth:
      return "end of the month of a peak";
    case Source::kPeakTime:
      return "time of a month's peak";
    case Source::kPeakPower:
      return "highest quarter-hour of a month";
    case Source::kFailureCount:
      return "number of power failures in the log";
    case Source::kPeakCount:
      return "number of month peaks";
    case Source::kDeviceId:
      return "identifier of the M-Bus device";
    case Source::kDeviceEan:
      return "EAN of the M-Bus device";
    case Source::kDeviceTime:
      return "capture time of the M-Bus device";
    case Source::kDeviceReading:
      return "reading of the M-Bus device";
    case Source::kDeviceValve:
      return "valve of the M-Bus device";
  }
  return "";
}

void add_shown(const std::vector<Segment>& segments, Obis code, std::vector<ShownValue>& values) {
  for (const Segment& segment : segments) {
    if (segment.kind == Segment::Kind::kEntry) code = segment.code;
    if (segment.kind == Segment::Kind::kHole) {
      const bool of_quantity = segment.hole.source == Source::kQuantity;
      values.push_back({code, of_quantity ? std::optional(segment.hole.quantity) : std::nullopt,
                        meaning_of(segment.hole)});
    }
    add_shown(segment.body, code, values);
  }
}

}  // namespace

std::vector<ShownValue> shown_values(const Layout& layout) {
  std::vector<ShownValue> values;
  add_shown(layout.telegram, {}, values);
  for (const auto& of_medium : layout.mbus) {
    for (const auto& block : of_medium) add_shown(block, {}, values);
  }
  return values;
}

tl::expected<std::vector<Segment>, Layout::Flaw> compile_template(std::string_view text,
                                                                  int channel, Medium medium) {
  return Compiler(text, channel, medium).run();
}

Layout::Layout() = default;
Layout::Layout(const Layout&) = default;
Layout::Layout(Layout&&) noexcept = default;
Layout& Layout::operator=(const Layout&) = default;
Layout& Layout::operator=(Layout&&) noexcept = default;
Layout::~Layout() = default;

std::optional<Layout::Flaw> Layout::compile(std::string_view text) {
  auto compiled = compile_template(text, 0, Medium::kGas);
  if (!compiled) return compiled.error();
  telegram = std::move(*compiled);
  has_crc = has_segment(telegram, Segment::Kind::kCrc);
  uses_month = std::ranges::any_of(telegram, [](const Segment& segment) {
    return segment.kind == Segment::Kind::kHole && segment.hole.source == Source::kMonthQuantity;
  });
  uses_apparent_demand = std::ranges::any_of(telegram, [](const Segment& segment) {
    return segment.kind == Segment::Kind::kHole &&
           segment.hole.quantity >= Quantity::kDemandApparentImport &&
           segment.hole.quantity <= Quantity::kDemandMaxApparentExport;
  });
  stencils = std::make_shared<StencilShelf>();
  return std::nullopt;
}

std::optional<Layout::Flaw> Layout::compile_block(std::string_view text, int channel,
                                                  Medium medium) {
  auto compiled = compile_template(text, channel, medium);
  if (!compiled) return compiled.error();
  mbus[static_cast<std::size_t>(medium)][static_cast<std::size_t>(channel - 1)] =
      std::move(*compiled);
  return std::nullopt;
}

std::vector<Quantity> Layout::shown() const {
  std::vector<Quantity> quantities;
  for (const Segment& segment : telegram) {
    const bool asks =
        segment.kind == Segment::Kind::kHole && segment.hole.source == Source::kQuantity;
    if (asks) quantities.push_back(segment.hole.quantity);
  }
  return quantities;
}

bool Layout::shows(Quantity quantity) const { return !holes_of(*this, quantity).empty(); }

bool Layout::lists_failures() const { return has_segment(telegram, Segment::Kind::kFailures); }

bool Layout::lists_peaks() const { return has_segment(telegram, Segment::Kind::kPeaks); }

bool Layout::has_block(Medium medium, int channel) const {
  return !mbus[static_cast<std::size_t>(medium)][static_cast<std::size_t>(channel - 1)].empty();
}

std::vector<const Hole*> holes_of(const Layout& layout, Quantity quantity) {
  std::vector<const Hole*> holes;
  for (const Segment& segment : layout.telegram) {
    const bool asks = segment.kind == Segment::Kind::kHole &&
                      segment.hole.source == Source::kQuantity && segment.hole.quantity == quantity;
    if (asks) holes.push_back(&segment.hole);
  }
  return holes;
}

}  // namespace p1rig
