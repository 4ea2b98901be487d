#include "conformance/judge/detect_dialect.h"

#include <algorithm>
#include <limits>

#include "conformance/judge/words.h"
#include "protocol/decimal.h"

// Which dialect a telegram is of, by what it says of itself and by what it looks like.

namespace p1rig {
namespace {

std::string_view first_text(const Telegram& telegram, std::string_view obis) {
  const auto code = parse_obis(obis);
  const DataLine* const line = code ? telegram.find(code->code) : nullptr;
  return line == nullptr || line->brackets.empty() ? std::string_view() : line->brackets[0].text;
}

bool has(const Telegram& telegram, std::string_view obis) {
  const auto code = parse_obis(obis);
  return code && telegram.find(code->code) != nullptr;
}

/// How many digits are before and after the point, and the unit: "8.3 kWh" has {8, 3, "kWh"}.
struct Width {
  int whole = 0;
  int decimals = 0;
  std::string_view unit;
};

Width width_of(const Telegram& telegram, std::string_view obis) {
  const auto [value, unit] = split_unit(first_text(telegram, obis));
  const auto number = parse_decimal(value);
  if (!number) return {};
  return {number->width - number->decimals, number->decimals, unit};
}

bool has_any(const Telegram& telegram, std::string_view objects) {
  bool found = false;
  for_each_word(objects, [&](std::string_view obis) { found = found || has(telegram, obis); });
  return found;
}

/// A dialect, and whether what speaks for it is of one country only.
struct Guess {
  const Dialect* dialect = nullptr;
  bool knows_country = true;
};

/// Of the editions that may be it, the newest that brought an object which is there; else the oldest.
template <class MayBe>
const Dialect* edition_of(const Telegram& telegram, MayBe may_be) {
  const Dialect* edition = nullptr;
  for (const Dialect& dialect : dialects()) {
    if (!may_be(dialect)) continue;
    if (edition == nullptr || has_any(telegram, dialect.recognition.brought)) edition = &dialect;
  }
  return edition;
}

Guess by_maker(const Telegram& telegram) {
  const auto is_maker = [&](std::string_view makers) {
    return matches_glob(makers, telegram.identification);
  };
  const Dialect* const dialect = edition_of(telegram, [&](const Dialect& each) {
    return is_maker(each.recognition.makers) || is_maker(each.recognition.makers_abroad);
  });
  return {dialect, dialect == nullptr || !is_maker(dialect->recognition.makers_abroad)};
}

bool fits(const Telegram& telegram, const Look& look) {
  const Width energy = width_of(telegram, "1-0:1.8.0");
  return (look.any_of.empty() || has_any(telegram, look.any_of)) &&
         (look.energy_digits == 0 || look.energy_digits == energy.whole) &&
         (look.energy_unit.empty() || look.energy_unit == energy.unit);
}

constexpr std::string_view kVersion = "1-3:0.2.8";
constexpr std::string_view kBelgianVersion = "0-0:96.1.4";

/// The dialect that has its version in `obis` and this one there, and not from another country.
const Dialect* of_version(std::string_view obis, std::string_view version) {
  const auto all = dialects();
  const auto found = std::ranges::find_if(all, [&](const Dialect& each) {
    return !each.recognition.borrows_version && each.version.obis == obis &&
           matches_glob(each.version.values, version);
  });
  return found == all.end() ? nullptr : &*found;
}

Guess by_version(const Telegram& telegram) {
  for (const std::string_view obis : {kBelgianVersion, kVersion}) {
    const Dialect* const belgian = of_version(kBelgianVersion, first_text(telegram, obis));
    if (belgian != nullptr) return {belgian};
  }
  if (has(telegram, kBelgianVersion)) {
    return {edition_of(telegram,
                       [](const Dialect& each) { return each.version.obis == kBelgianVersion; })};
  }
  const Dialect* const dialect = of_version(kVersion, first_text(telegram, kVersion));
  const Dialect* const of_maker = by_maker(telegram).dialect;
  if (dialect == nullptr || (of_maker != nullptr && of_maker->recognition.borrows_version)) {
    return {};
  }
  for (const Dialect& other : dialects()) {
    for (const Look& look : other.recognition.with_borrowed_version) {
      if (fits(telegram, look)) return {&other};
    }
  }
  return {dialect};
}

bool has_old_gas(const Telegram& telegram) {
  return std::ranges::any_of(telegram.lines, [](const DataLine& line) {
    return line.code && is_mbus_object(line.code->code) && line.code->code.c == 24 &&
           line.code->code.d == 3;
  });
}

/// 2.2 and 3.0, which are Dutch only, have no clock and powers in steps of 10 W.
Guess by_old_formats(const Telegram& telegram) {
  const Width power = width_of(telegram, "1-0:1.7.0");
  const bool old = has_old_gas(telegram) || power.decimals == 2;
  if (!old || has(telegram, "0-0:1.0.0") || has(telegram, kVersion)) return {};
  return {find_dialect(power.whole == 4 ? "dsmr-2.2" : "dsmr-3.0")};
}

/// What looks like a dialect may come from a country that took it over.
const Dialect* by_looks(const Telegram& telegram) {
  int lowest = std::numeric_limits<int>::max();
  for (const Dialect& dialect : dialects()) {
    for (const Look& look : dialect.recognition.without_version) {
      if (look.rank < lowest && fits(telegram, look)) lowest = look.rank;
    }
  }
  return edition_of(telegram, [&](const Dialect& each) {
    return std::ranges::any_of(each.recognition.without_version, [&](const Look& look) {
      return look.rank == lowest && fits(telegram, look);
    });
  });
}

}  // namespace

Origin Origin::guessed(const Dialect& dialect) {
  Origin origin(dialect);
  origin.normal_offset.reset();
  origin.knows_country = false;
  return origin;
}

Origin detect_origin(const Telegram& telegram) {
  for (const auto guess_by : {by_version, by_maker, by_old_formats}) {
    const Guess guess = guess_by(telegram);
    if (guess.dialect == nullptr) continue;
    return guess.knows_country ? Origin(*guess.dialect) : Origin::guessed(*guess.dialect);
  }
  return Origin::guessed(*by_looks(telegram));
}

const Dialect* detect_dialect(const Telegram& telegram) { return detect_origin(telegram).dialect; }

}  // namespace p1rig
