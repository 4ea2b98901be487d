#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "conformance/judge/medium.h"
#include "conformance/judge/reader.h"
#include "conformance/judge/rule_shape.h"
#include "protocol/decimal.h"
#include "protocol/timestamp.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kUnitBracket = 5;  // of the record of 3.0 (DSMR-P1 3.0 §5.10)

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// As UTF-8, every byte taken as one character.
std::string to_utf8(std::string_view text) {
  constexpr unsigned kAsciiEnd = 0x80;
  std::string utf8;
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (byte < kAsciiEnd) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0U | (byte >> 6U));
      utf8 += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return utf8;
}

struct Number {
  Decimal value;
  std::string unit;  ///< as the documents spell it; empty if there is none
};

std::string spelled(std::string_view unit) {
  const auto known = find_unit(unit);
  return known ? std::string(known->spelling) : to_utf8(unit);
}

/// The number that a bracket holds: "01.193*kW", and also "01.193kW" and " 1.193 * kW".
std::optional<Number> number_in(const Bracket& bracket) {
  auto [value, unit] = split_unit(bracket.text);
  if (bracket.number) return Number{*bracket.number, spelled(trimmed(unit))};
  if (unit.empty() && bracket.text.find('*') == std::string_view::npos) {
    const std::size_t end = std::min(value.find_last_of("0123456789") + 1, value.size());
    const std::string_view rest = trimmed(value.substr(end));
    // "m3" ends with a digit.
    const bool cubic = value.ends_with("m3");
    unit = cubic ? value.substr(value.size() - 2) : rest;
    if (!unit.empty() && !find_unit(unit)) return std::nullopt;
    value = cubic ? value.substr(0, value.size() - 2) : value.substr(0, end);
  }
  const auto number = parse_decimal(trimmed(value));
  if (!number) return std::nullopt;
  return Number{*number, spelled(trimmed(unit))};
}

std::string print(const Number& number) {
  const std::string digits = to_plain_string(number.value);
  return number.unit.empty() ? digits : digits + ' ' + number.unit;
}

/// Turns the lines of one telegram into values of the contract.
class Interpreter {
 public:
  explicit Interpreter(const Origin& origin) : dialect_(*origin.dialect), origin_(origin) {}

  Json value_of(const DataLine& line) const;

 private:
  enum class Role { kNumber, kTime, kText, kUnknown };

  Role role_of(Obis code, std::size_t bracket) const;
  Json time(std::string_view text) const;
  Json item(Obis code, const std::vector<Bracket>& brackets, std::size_t index) const;
  Json old_mbus_reading(const DataLine& line) const;
  Json timed_value(const DataLine& line) const;
  Json list(const DataLine& line, std::size_t head, bool with_month) const;
  Json array(const DataLine& line) const;

  const Dialect& dialect_;
  const Origin& origin_;
};

Interpreter::Role Interpreter::role_of(Obis code, std::size_t bracket) const {
  const ObjectRule* const rule = find_object_rule(dialect_, code);
  const Shape* const shape = rule == nullptr ? nullptr : find_shape(*rule);
  const ShapeField* const field = shape == nullptr ? nullptr : field_at(*shape, bracket);
  if (field == nullptr || field->formats.empty()) return Role::kUnknown;
  switch (field->formats.front().kind) {
    case ValueFormat::Kind::kFixed:
    case ValueFormat::Kind::kInteger:
      return Role::kNumber;
    case ValueFormat::Kind::kTime:
    case ValueFormat::Kind::kTime12:
    case ValueFormat::Kind::kTime17:
      return Role::kTime;
    case ValueFormat::Kind::kString:
    case ValueFormat::Kind::kHex:
      break;
  }
  return Role::kText;
}

Json Interpreter::time(std::string_view text) const {
  auto time = parse_timestamp(text);
  if (!time || is_unset(*time)) return nullptr;
  if (!origin_.normal_offset) time->season = '\0';
  return to_iso_string(*time, origin_.normal_offset.value_or(std::chrono::minutes(0)));
}

Json Interpreter::item(Obis code, const std::vector<Bracket>& brackets, std::size_t index) const {
  const std::string_view text = brackets[index].text;
  if (text.empty()) return nullptr;
  const Role role = role_of(code, index);
  if (role == Role::kText) return to_utf8(text);
  const auto stamp = parse_timestamp(text);
  if (stamp && (role == Role::kTime || stamp->season != '\0')) return time(text);
  const auto number = number_in(brackets[index]);
  if (number && (role == Role::kNumber || !number->unit.empty())) return print(*number);
  if (role == Role::kNumber) return nullptr;
  return to_utf8(text);
}

/// (TST12)(status)(period)(count)(code)(unit)(value), the value on a line of its own
/// (DSMR-P1 3.0 §5.10).
Json Interpreter::old_mbus_reading(const DataLine& line) const {
  const auto& brackets = line.brackets;
  if (brackets.size() <= kUnitBracket + 1) return nullptr;
  const auto number = number_in(brackets[kUnitBracket + 1]);
  const Json at = time(brackets.front().text);
  if (!number || at.is_null()) return nullptr;
  const std::string unit =
      number->unit.empty() ? spelled(brackets[kUnitBracket].text) : number->unit;
  return {{"at", at}, {"value", print({number->value, unit})}};
}

/// A time and a value, in either order.
Json Interpreter::timed_value(const DataLine& line) const {
  const bool time_first = parse_timestamp(line.brackets[0].text).has_value();
  const std::string_view stamp = line.brackets[time_first ? 0 : 1].text;
  const Bracket& said = line.brackets[time_first ? 1 : 0];
  const Json at = time(stamp);
  const auto number = number_in(said);
  if (is_mbus_object(line.code->code)) {
    const bool says_nothing =
        at.is_null() || !number || (number->unit.empty() && number->value.digits == 0);
    if (says_nothing) return nullptr;
  }
  return {{"at", at}, {"value", number ? Json(print(*number)) : Json(to_utf8(said.text))}};
}

Json Interpreter::list(const DataLine& line, std::size_t head, bool with_month) const {
  const std::size_t entry = with_month ? 3 : 2;
  Json entries = Json::array();
  for (std::size_t i = head; i + entry <= line.brackets.size(); i += entry) {
    const std::size_t at = with_month ? i + 1 : i;
    Json one = Json::object();
    if (with_month) one["month"] = time(line.brackets[i].text);
    one["at"] = time(line.brackets[at].text);
    const Bracket& said = line.brackets[at + 1];
    const auto number = number_in(said);
    one["value"] = number ? Json(print(*number)) : Json(to_utf8(said.text));
    entries.push_back(std::move(one));
  }
  return entries;
}

Json Interpreter::array(const DataLine& line) const {
  Json values = Json::array();
  for (std::size_t i = 0; i < line.brackets.size(); ++i) {
    values.push_back(item(line.code->code, line.brackets, i));
  }
  return values;
}

Json Interpreter::value_of(const DataLine& line) const {
  constexpr Obis kFailureLog{1, 0, 99, 97, 0};
  constexpr Obis kMonths{0, 0, 98, 1, 0};
  const Obis code = line.code->code;
  const auto& brackets = line.brackets;
  if (code == kFailureLog) return list(line, 2, false);
  // The Hungarian list of the same code begins with a time.
  if (code == kMonths && !parse_timestamp(brackets.front().text)) return list(line, 3, true);
  if (is_mbus_object(code) && code.c == 24 && code.d == 3) return old_mbus_reading(line);
  if (brackets.size() == 1) return item(code, brackets, 0);
  const bool timed = brackets.size() == 2 && (parse_timestamp(brackets[0].text).has_value() !=
                                              parse_timestamp(brackets[1].text).has_value());
  return timed ? timed_value(line) : array(line);
}

/// True if every bracket of the line was closed.
bool is_whole(const Telegram& telegram, const DataLine& line) {
  return std::ranges::all_of(line.brackets, [&](const Bracket& bracket) {
    const std::size_t end = bracket.offset + bracket.text.size();
    return end < telegram.bytes.size() && telegram.bytes[end] == ')';
  });
}

using Values = std::map<Obis, Json>;

const Json* find_text(const Values& values, Obis code) {
  const auto found = values.find(code);
  return found != values.end() && found->second.is_string() ? &found->second : nullptr;
}

/// The medium by the device type; cold has a code of its own in 3.0 (DSMR-P1 3.0 §5.11).
Json medium_of(const Values& values, Obis reading) {
  if (reading.d == 3 && reading.e == 1) return "cold";
  const Json* const type = find_text(values, {0, reading.b, 24, 1, 0});
  const auto number = type == nullptr ? std::nullopt : parse_decimal(type->get<std::string>());
  const DeviceMedium* const medium = number ? medium_of_type(number->digits) : nullptr;
  return medium == nullptr ? Json(nullptr) : Json(medium->name);
}

/// The device's identifier; e-MUCS has a second one, which most meters send alone.
Json identifier_of(const Values& values, std::uint8_t channel) {
  for (const std::uint8_t e : {std::uint8_t{0}, std::uint8_t{1}}) {
    if (const Json* const id = find_text(values, {0, channel, 96, 1, e})) return *id;
  }
  return nullptr;
}

Json mbus_of(const Values& values) {
  Json devices = Json::array();
  std::uint8_t last = 0;
  for (const auto& [code, value] : values) {
    const bool reading = is_mbus_object(code) && code.c == 24 && (code.d == 2 || code.d == 3);
    if (!reading || !value.is_object() || code.b == last) continue;
    last = code.b;
    devices.push_back({{"channel", code.b},
                       {"medium", medium_of(values, code)},
                       {"id", identifier_of(values, code.b)},
                       {"at", value["at"]},
                       {"value", value["value"]}});
  }
  return devices;
}

/// Which of the two tariffs is the normal one; nothing if the country does not define it.
std::optional<std::uint8_t> normal_tariff(const Origin& origin) {
  const std::uint8_t normal = origin.dialect->normal_tariff;
  return origin.knows_country && normal != 0 ? std::optional(normal) : std::nullopt;
}

void add_tariffs(Json& line, const char* name, const Values& values, std::uint8_t group_c,
                 const Origin& origin) {
  const auto normal = normal_tariff(origin);
  if (!normal) return;
  const auto low = static_cast<std::uint8_t>(3 - *normal);
  const Json* const normal_value = find_text(values, {1, 0, group_c, 8, *normal});
  const Json* const low_value = find_text(values, {1, 0, group_c, 8, low});
  if (normal_value != nullptr) line[name]["normal"] = *normal_value;
  if (low_value != nullptr) line[name]["low"] = *low_value;
}

}  // namespace

std::string to_json_line(const Telegram& telegram, const Origin& origin, std::string_view flag,
                         std::string_view clock) {
  const Interpreter interpreter(origin);
  Values values;
  std::vector<Obis> order;
  for (const DataLine& line : telegram.lines) {
    if (!line.code || line.brackets.empty() || !is_whole(telegram, line)) continue;
    const Obis code = line.code->code;
    if (values.contains(code)) continue;
    values.emplace(code, interpreter.value_of(line));
    order.push_back(code);
  }
  Json line;
  // Not operator[], which looks through all keys for each one.
  Json::object_t objects;
  for (const Obis code : order) {
    static_cast<Json::object_t::Container&>(objects).emplace_back(to_string(code), values.at(code));
  }
  line["telegram"] = std::move(objects);
  line["mbus"] = mbus_of(values);
  add_tariffs(line, "import", values, 1, origin);
  add_tariffs(line, "export", values, 2, origin);
  if (!clock.empty()) line["clock"] = clock;
  if (!flag.empty()) line["flags"] = Json::array({flag});
  return line.dump(-1, ' ', true);
}

}  // namespace p1rig
