#include "conformance/learn/template_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/clock_rule.h"
#include "conformance/judge/rule_shape.h"
#include "protocol/ascii.h"
#include "protocol/hex.h"
#include "protocol/timestamp.h"
#include "protocol/unit.h"

namespace p1rig {

std::string template_text(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (bytes.substr(i, 2) == "\r\n") continue;
    if (c == '{' || c == '}') text += c;
    // Three in a row would end the text.
    const bool is_quote = c == '\'' && text.ends_with("''");
    if ((is_printable(c) && !is_quote) || c == '\n') {
      text += c;
    } else {
      text += fmt::format("{{raw {:02X}}}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string TextEdits::apply(std::string_view bytes, std::size_t begin, std::size_t end) const {
  std::string text;
  std::size_t at = begin;
  for (auto edit = edits_.lower_bound(begin); edit != edits_.end() && edit->first < end; ++edit) {
    if (edit->first < at) continue;
    text += template_text(bytes.substr(at, edit->first - at)) + edit->second.second;
    at = edit->first + edit->second.first;
  }
  return text + template_text(bytes.substr(at, end - std::min(at, end)));
}

std::optional<LearnedHole> HoleMaker::text(const Bracket& bracket) const {
  if (bracket.text.empty()) return LearnedHole{"X", "", ""};
  const auto octets = parse_hex(bracket.text);
  const bool is_hex = octets && print_hex(*octets) == bracket.text;
  if (is_hex && std::ranges::all_of(*octets, is_printable)) return LearnedHole{"X", *octets, ""};
  if (!std::ranges::all_of(bracket.text, is_printable)) return std::nullopt;
  return LearnedHole{"S", std::string(bracket.text), ""};
}

const ShapeField* HoleMaker::usual_field(const DataLine& line, std::size_t bracket) const {
  const ObjectRule* const rule = find_object_rule(*options_.dialect, line.code->code);
  const Shape* const shape = rule == nullptr ? nullptr : find_shape(*rule);
  if (shape == nullptr) return nullptr;
  const ShapeField* const own = field_at(*shape, bracket);
  // Some meters have the time and the value of a peak the other way round.
  const std::string unit(split_unit(line.brackets[bracket].text).unit);
  const auto counts_in = [&](const ShapeField& field) {
    return std::ranges::find(field.units, unit) != field.units.end();
  };
  if (unit.empty() || (own != nullptr && counts_in(*own))) return own;
  const auto other = std::ranges::find_if(shape->fields, counts_in);
  return other == shape->fields.end() ? own : &*other;
}

/// A number is padded if it begins with a zero, or is as long as its dialect says.
bool HoleMaker::is_padded(const DataLine& line, std::size_t bracket, const Decimal& number,
                          const KnownObject& object) const {
  const int whole = number.width - number.decimals;
  const std::string_view digits = line.brackets[bracket].text.substr(number.minus ? 1 : 0);
  if (whole > 1 && digits.starts_with('0')) return true;
  if (options_.numbers.padded.contains({to_string(line.code->code), bracket})) return true;
  const ShapeField* const field = usual_field(line, bracket);
  if (field != nullptr && std::ranges::any_of(field->formats, [&](const ValueFormat& format) {
        return format.digits == number.width;
      })) {
    return true;
  }
  // Of one digit there is nothing to see; three and more before the point may be all that there are, but
  // no register that counts for years has fewer than five.
  constexpr int kShort = 2, kShortRegister = 4;
  const bool counts = object.kind == KnownObject::Kind::kRegister && number.decimals > 0;
  return whole > (counts ? kShortRegister : kShort) || number.decimals == 0;
}

bool HoleMaker::was_negative(const DataLine& line, std::size_t bracket,
                             const Decimal& number) const {
  return number.minus || options_.numbers.negative.contains({to_string(line.code->code), bracket});
}

/// What was below zero has a sign; what was not has one if the dialect has, or does not say.
bool HoleMaker::has_sign(const DataLine& line, std::size_t bracket, const Decimal& number) const {
  if (was_negative(line, bracket, number)) return true;
  const ShapeField* const field = usual_field(line, bracket);
  return field == nullptr || field->formats.empty() ||
         std::ranges::any_of(field->formats, &ValueFormat::may_be_negative);
}

std::optional<LearnedHole> HoleMaker::number(const DataLine& line, std::size_t bracket,
                                             const KnownObject& object) const {
  using Kind = KnownObject::Kind;
  const Bracket& written = line.brackets[bracket];
  const auto [digits, unit] = split_unit(written.text);
  const bool has_star = written.text.find('*') != written.text.npos;
  const auto number = parse_decimal(digits);
  if (!number || has_star == unit.empty() || !is_unit_of(object, unit)) return std::nullopt;
  if (unit.find_first_of(" {}") != unit.npos) return std::nullopt;
  const bool may_be_negative = object.kind == Kind::kSigned;
  if (number->minus && !may_be_negative) return std::nullopt;

  LearnedHole hole;
  const bool varies = options_.numbers.any_width.contains({to_string(line.code->code), bracket});
  const bool padded = !varies && is_padded(line, bracket, *number, object);
  const bool has_a_sign = may_be_negative && has_sign(line, bracket, *number);
  if (!varies && !padded) {
    hole.doubt = "as many digits as it needs, since it has no zero in front: more telegrams decide";
  }
  if (may_be_negative && !was_negative(line, bracket, *number) && hole.doubt.empty()) {
    hole.doubt =
        fmt::format("was never below zero: {} sign there, {}", has_a_sign ? "a" : "no",
                    usual_field(line, bracket) != nullptr ? "as in the dialect"
                                                          : "since the dialect does not say");
  }
  const std::string width = padded ? std::to_string(number->width) : "";
  if (object.kind == Kind::kCode && number->decimals == 0) {
    hole.format = "I" + width;
  } else {
    hole.format = fmt::format("{}F{}({},{})", has_a_sign ? "+" : "", width, number->decimals,
                              number->decimals);
  }
  if (!unit.empty()) hole.format += fmt::format(" {}", unit);
  const std::string_view spelled = unit.empty() ? object.unit : unit;
  hole.value = to_plain_string(*number);
  if (!spelled.empty()) hole.value += fmt::format(" {}", spelled);
  return hole;
}

std::optional<LearnedHole> HoleMaker::time(const Bracket& bracket) {
  const auto time = parse_timestamp(bracket.text);
  if (!time) return std::nullopt;
  LearnedHole hole;
  constexpr std::size_t kDashed = 17;
  hole.format = bracket.text.size() == kDashed ? "TST17" : time->season == '\0' ? "TST12" : "TST";
  if (is_unset(*time)) {
    if (unset_time_.empty()) unset_time_ = bracket.text;
    if (unset_time_ != bracket.text) return std::nullopt;
    return hole;
  }
  Timestamp summer = *time, winter = *time;
  summer.season = 'S';
  winter.season = 'W';
  const bool may_be_summer = is_summer(summer), may_be_winter = !is_summer(winter);
  const bool is_shown =
      (time->season != 'W' && may_be_summer) || (time->season != 'S' && may_be_winter);
  if (!is_shown) return std::nullopt;
  // A profile says which of the two hours it is; without letter both are printed alike.
  const bool comes_twice = time->season == '\0' && may_be_summer && may_be_winter;
  hole.value = to_string(comes_twice ? summer : *time);
  return hole;
}

bool HoleMaker::is_summer(const Timestamp& time) const {
  if (!options_.summer_time) return false;
  if (options_.summers.empty()) return is_summer_date(time);
  const auto instant = to_instant(time, options_.normal_offset);
  return instant && is_in(options_.summers, *instant);
}

/// Of the hour that comes twice, and of the one that never comes, the letter decides.
bool is_summer_date(const Timestamp& time) {
  using std::chrono::day, std::chrono::month, std::chrono::year;
  const std::chrono::year_month_day date{year{2000 + time.year}, month{time.month}, day{time.day}};
  const auto change = [&](std::chrono::month at) {
    return std::chrono::sys_days(date.year() / at / std::chrono::Sunday[std::chrono::last]);
  };
  const std::chrono::sys_days begin = change(std::chrono::March),
                              end = change(std::chrono::October);
  const std::chrono::sys_days today = date;
  constexpr int kBegins = 3, kEnds = 3, kTwice = 2;
  if (today == begin) {
    return time.hour >= kBegins || (time.hour == kTwice && time.season == 'W');
  }
  if (today == end) {
    return time.hour < kTwice || (time.hour < kEnds && time.season != 'W');
  }
  return today > begin && today < end;
}

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += fmt::format("\\{}", c);
    } else if (is_printable(c)) {
      quoted += c;
    } else {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    }
  }
  return quoted + "\"";
}

}  // namespace p1rig
