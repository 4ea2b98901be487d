#include "conformance/judge/compare.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <vector>

#include "protocol/decimal.h"
#include "protocol/hex.h"
#include "protocol/unit.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;
__extension__ using Wide = __int128;

/// digits * 10^exponent of the base unit.
struct Amount {
  Decimal number;
  std::optional<Unit> unit;
  int exponent = 0;
};

std::optional<Amount> amount_of(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const auto number = parse_decimal(text.substr(0, blank));
  if (!number) return std::nullopt;
  Amount amount;
  amount.number = *number;
  if (blank != std::string_view::npos) {
    amount.unit = find_unit(text.substr(blank + 1));
    if (!amount.unit) return std::nullopt;
  }
  amount.exponent = (amount.unit ? amount.unit->exponent : 0) - number->decimals;
  return amount;
}

constexpr int kMostShift = 18;

std::optional<Wide> shifted(std::int64_t digits, int places) {
  if (places < 0 || places > kMostShift) return std::nullopt;
  Wide value = digits;
  for (int i = 0; i < places; ++i) value *= 10;
  return value;
}

/// True if a reader that keeps `decimals` in its unit may report this for that.
bool same_number(const Amount& said, const Amount& meant, int decimals) {
  const int step_exponent = (said.unit ? said.unit->exponent : 0) - decimals;
  const int lowest = std::min({said.exponent, meant.exponent, step_exponent});
  const auto a = shifted(said.number.digits, said.exponent - lowest);
  const auto b = shifted(meant.number.digits, meant.exponent - lowest);
  const auto step = shifted(1, step_exponent - lowest);
  if (!a || !b || !step) return compare_values(said.number, meant.number) == 0;
  const Wide gap = *a > *b ? *a - *b : *b - *a;
  // What the decimals can hold must be there; the rest may be rounded or cut.
  return *b % *step == 0 ? 2 * gap < *step : gap < *step;
}

struct Instant {
  std::chrono::sys_seconds wall;  ///< the clock's face, as if it were UTC
  std::optional<std::chrono::minutes> offset;
};

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  if (at + length > text.size()) return std::nullopt;
  const char* const end = text.data() + at + length;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc{} || stop != end || text[at] == '-') return std::nullopt;
  return value;
}

/// "+01:00", "+0100" or "+01" (ISO 8601).
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  constexpr std::size_t kHoursEnd = 3;
  const auto hours = number_at(text, 1, 2);
  if (!hours || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string_view rest = text.substr(kHoursEnd);
  std::optional<int> minutes = 0;
  if (!rest.empty()) {
    if (rest[0] == ':') rest.remove_prefix(1);
    minutes = rest.size() == 2 ? number_at(rest, 0, 2) : std::nullopt;
  }
  if (!minutes) return std::nullopt;
  const std::chrono::minutes size{*hours * 60 + *minutes};
  return text[0] == '+' ? size : -size;
}

/// "2010-12-09T11:30:20+01:00", with Z, with fractions of a second, without an offset.
std::optional<Instant> instant_of(std::string_view text) {
  constexpr std::size_t kFace = 19;
  if (text.size() < kFace || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':' || (text[10] != 'T' && text[10] != ' ')) {
    return std::nullopt;
  }
  const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2),
             day = number_at(text, 8, 2), hour = number_at(text, 11, 2),
             minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  Instant instant{.wall = std::chrono::sys_days{date} + std::chrono::hours{*hour} +
                          std::chrono::minutes{*minute} + std::chrono::seconds{*second},
                  .offset = {}};
  std::string_view rest = text.substr(kFace);
  if (rest.starts_with('.')) {
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  }
  if (rest == "Z") {
    instant.offset = std::chrono::minutes{0};
  } else if (!rest.empty()) {
    instant.offset = offset_of(rest);
    if (!instant.offset) return std::nullopt;
  }
  return instant;
}

bool same_time(const Instant& said, const Instant& meant, const Precision& precision) {
  const auto utc = [](const Instant& time) {
    return time.wall - time.offset.value_or(std::chrono::minutes{0});
  };
  if (precision.no_season) {
    return said.wall == meant.wall || (said.offset && utc(said) == utc(meant)) ||
           (precision.time == TimeForm::kUtc && said.wall == utc(meant));
  }
  switch (precision.time) {
    case TimeForm::kAware:
      // A time of a meter without summer time has no offset (DSMR-P1 3.0).
      if (!meant.offset) return said.wall == meant.wall;
      return said.offset && utc(said) == utc(meant);
    case TimeForm::kLocal:
      return said.wall == meant.wall;
    case TimeForm::kUtc:
      break;
  }
  return said.wall == utc(meant);
}

bool same_text(std::string_view said, std::string_view meant) {
  if (said == meant) return true;
  const auto meant_bytes = parse_hex(meant);
  const auto said_bytes = parse_hex(said);
  if (meant_bytes && (said == *meant_bytes || (said_bytes && *said_bytes == *meant_bytes)))
    return true;
  return said_bytes && *said_bytes == meant;
}

/// What follows "says …, expected …"; nothing if there is no difference.
std::optional<std::string_view> text_discord(std::string_view said, std::string_view meant,
                                             const Precision& precision) {
  if (said == meant) return std::nullopt;
  if (const auto meant_time = instant_of(meant)) {
    const auto said_time = instant_of(said);
    if (!said_time) return ", a time";
    if (same_time(*said_time, *meant_time, precision)) return std::nullopt;
    return "";
  }
  const auto meant_amount = amount_of(meant), said_amount = amount_of(said);
  if (meant_amount && said_amount) {
    if (meant_amount->unit && !said_amount->unit) return ": the unit is missing";
    if (meant_amount->unit && said_amount->unit &&
        meant_amount->unit->dimension != said_amount->unit->dimension) {
      return ": another unit";
    }
    if (same_number(*said_amount, *meant_amount, precision.decimals)) return std::nullopt;
    // Digits may be text too: an identifier in hexadecimal.
    if (meant_amount->unit || !same_text(said, meant)) return "";
    return std::nullopt;
  }
  if (same_text(said, meant)) return std::nullopt;
  return "";
}

std::optional<std::string> text_difference(const std::string& said, const std::string& meant,
                                           const Precision& precision) {
  const auto discord = text_discord(said, meant, precision);
  if (!discord) return std::nullopt;
  return "says " + in_quotes(said) + ", expected " + in_quotes(meant) + std::string(*discord);
}

std::optional<std::string> part_difference(const char* part, const std::optional<std::string>& said,
                                           const std::optional<std::string>& meant,
                                           const Precision& precision) {
  if (!said || !meant) return std::nullopt;
  const auto found = text_difference(*said, *meant, precision);
  if (!found) return std::nullopt;
  return part + (": " + *found);
}

std::optional<std::string> timed_difference(const ContractValue& said, const ContractValue& meant,
                                            const Precision& precision) {
  if (said.kind == Kind::kText) return text_difference(said.text, meant.text, precision);
  if (auto found = part_difference("value", said.text, meant.text, precision)) return found;
  if (auto found = part_difference("month", said.month, meant.month, precision)) return found;
  return part_difference("at", said.at, meant.at, precision);
}

std::optional<std::string> list_difference(const ContractValue& said, const ContractValue& meant,
                                           const Precision& precision) {
  // An entry that has no time yet does not count: it may be reported or left out.
  const auto is_unset = [](const ContractValue& entry) {
    return entry.kind == Kind::kTimed && entry.at && entry.at->empty();
  };
  const auto unset = static_cast<std::size_t>(std::ranges::count_if(meant.items, is_unset));
  if (said.items.size() > meant.items.size() || said.items.size() + unset < meant.items.size()) {
    return "says " + counted(said.items.size(), "entry") + ", expected " +
           std::to_string(meant.items.size()) + ": " + to_json(meant);
  }
  // Entries of a log have a time, so they may come in any order; plain values may not.
  std::vector<bool> used(meant.items.size(), false);
  for (std::size_t i = 0; i < said.items.size(); ++i) {
    const auto in_place = difference(said.items[i], meant.items[i], precision);
    if (!in_place && !used[i]) {
      used[i] = true;
      continue;
    }
    bool found = false;
    for (std::size_t k = 0; k < meant.items.size() && !found; ++k) {
      if (used[k] || meant.items[k].kind != Kind::kTimed) continue;
      found = !difference(said.items[i], meant.items[k], precision);
      if (found) used[k] = true;
    }
    if (!found) {
      return "entry " + std::to_string(i + 1) + ": " + in_place.value_or("comes twice");
    }
  }
  for (std::size_t k = 0; k < meant.items.size(); ++k) {
    if (!used[k] && !is_unset(meant.items[k])) {
      return "entry " + std::to_string(k + 1) + " is missing: " + to_json(meant.items[k]);
    }
  }
  return std::nullopt;
}

/// The relation of two numbers.
std::string relation_of(const Amount& said, const Amount& meant) {
  const int lowest = std::min(said.exponent, meant.exponent);
  const auto a = shifted(said.number.digits, said.exponent - lowest);
  const auto b = shifted(meant.number.digits, meant.exponent - lowest);
  const auto step = shifted(1, said.exponent - lowest);
  if (!a || !b || !step) return "value";
  const auto size = [](Wide number) { return number < 0 ? -number : number; };
  constexpr Wide kMillion = 1'000'000;
  const Wide gap = size(*a - *b);
  if (*step > 1 && gap < *step) return "rounded";
  if (*a == 0) return "0";
  if (*b == 0) return "value";
  if (gap * kMillion < size(*b)) return "imprecise";
  const std::string sign = (*a < 0) != (*b < 0) ? "negated" : "";
  Wide large = std::max(size(*a), size(*b));
  const Wide small = std::min(size(*a), size(*b));
  if (large == small) return sign;
  std::string zeros;
  while (large > small && large % 10 == 0) {
    large /= 10;
    zeros += '0';
  }
  if (large != small) return "value";
  const std::string factor = (size(*a) > size(*b) ? "×1" : "÷1") + zeros;
  return sign.empty() ? factor : sign + ", " + factor;
}

std::string number_way(const Amount& said, const Amount& meant) {
  if (meant.unit && said.unit && meant.unit->dimension != said.unit->dimension) {
    return "as " + std::string(said.unit->spelling);
  }
  if (!meant.unit || said.unit) return relation_of(said, meant);
  // As if it had the unit.
  Amount with_unit = said;
  with_unit.exponent += meant.unit->exponent;
  const bool is_same = same_number(with_unit, meant, meant.number.decimals);
  return is_same ? "no unit" : "no unit, " + relation_of(with_unit, meant);
}

std::string time_way(const Instant& said, const Instant& meant) {
  const auto utc = [](const Instant& time) {
    return time.wall - time.offset.value_or(std::chrono::minutes{0});
  };
  if (said.wall == meant.wall) return said.offset ? "another offset" : "no offset";
  const bool by_wall = !said.offset || !meant.offset;
  const auto late = by_wall ? said.wall - meant.wall : utc(said) - utc(meant);
  constexpr std::chrono::minutes kQuarter{15}, kMinute{1};
  constexpr std::chrono::hours kMost{26};
  const auto size = std::chrono::abs(late);
  if (size < kMinute) return "within the minute";
  if (size > kMost || size % kQuarter != std::chrono::seconds{0}) return "another time";
  return std::to_string(size.count()) + (late.count() > 0 ? " s late" : " s early");
}

std::string text_way(const std::string& said, const std::string& meant) {
  if (const auto meant_time = instant_of(meant)) {
    const auto said_time = instant_of(said);
    return said_time ? time_way(*said_time, *meant_time) : "no time";
  }
  const auto meant_amount = amount_of(meant), said_amount = amount_of(said);
  if (meant_amount && said_amount) return number_way(*said_amount, *meant_amount);
  if (meant_amount) return "no number";
  if (meant.starts_with(said)) return "cut";
  return "text";
}

std::string part_way(const char* part, const std::optional<std::string>& said,
                     const std::optional<std::string>& meant, const Precision& precision) {
  if (!part_difference(part, said, meant, precision)) return {};
  return part + (": " + text_way(*said, *meant));
}

std::string list_way(const ContractValue& said, const ContractValue& meant,
                     const Precision& precision) {
  if (said.items.size() != meant.items.size()) {
    return said.items.size() < meant.items.size() ? "fewer entries" : "more entries";
  }
  for (std::size_t i = 0; i < said.items.size(); ++i) {
    const std::string way = way_of(said.items[i], meant.items[i], precision);
    if (!way.empty()) return "entries: " + way;
  }
  return "entries";
}

}  // namespace

bool has_no_value(const ContractValue& value) {
  return value.kind == Kind::kNull || (value.kind == Kind::kText && value.text.empty());
}

std::optional<std::string> difference(const ContractValue& said, const ContractValue& meant,
                                      const Precision& precision) {
  if (has_no_value(meant) && has_no_value(said)) return std::nullopt;
  if (meant.kind == Kind::kNull || said.kind == Kind::kNull) {
    return "says " + to_json(said) + ", expected " +
           (meant.kind == Kind::kNull ? "no value" : to_json(meant));
  }
  if (meant.kind == Kind::kTimed && said.kind != Kind::kList) {
    return timed_difference(said, meant, precision);
  }
  if (meant.kind == Kind::kList && said.kind == Kind::kList) {
    return list_difference(said, meant, precision);
  }
  // One value may be reported as a list of one.
  if (meant.kind == Kind::kText && said.kind == Kind::kList && said.items.size() == 1) {
    return difference(said.items[0], meant, precision);
  }
  if (meant.kind != said.kind) return "says " + to_json(said) + ", expected " + to_json(meant);
  return text_difference(said.text, meant.text, precision);
}

bool is_same(const ContractValue& said, const ContractValue& meant, const Precision& precision) {
  const bool are_texts = said.kind == Kind::kText && meant.kind == Kind::kText &&
                         !has_no_value(said) && !has_no_value(meant);
  if (are_texts) return !text_discord(said.text, meant.text, precision);
  return said == meant || !difference(said, meant, precision);
}

std::string way_of(const ContractValue& said, const ContractValue& meant,
                   const Precision& precision) {
  if (!difference(said, meant, precision)) return {};
  if (has_no_value(said)) return "null";
  if (meant.kind == Kind::kNull) return "a value for none";
  if (meant.kind == Kind::kTimed && said.kind == Kind::kTimed) {
    std::string way = part_way("value", said.text, meant.text, precision);
    if (way.empty()) way = part_way("month", said.month, meant.month, precision);
    return way.empty() ? part_way("at", said.at, meant.at, precision) : way;
  }
  if (meant.kind == Kind::kList && said.kind == Kind::kList)
    return list_way(said, meant, precision);
  if (meant.kind == Kind::kText && said.kind == Kind::kList && said.items.size() == 1) {
    return way_of(said.items[0], meant, precision);
  }
  const bool is_text =
      said.kind == Kind::kText && (meant.kind == Kind::kText || meant.kind == Kind::kTimed);
  return is_text ? text_way(said.text, meant.text) : "another form";
}

}  // namespace p1rig
