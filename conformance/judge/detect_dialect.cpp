#include "conformance/judge/detect_dialect.h"

#include <algorithm>
#include <array>

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

/// How many digits stand before and after the point, and the unit: "8.3 kWh" has {8, 3, "kWh"}.
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

/// 2.1 brought the grid configuration and the EAN codes, 1.7 the month peaks.
std::string_view belgian_by_objects(const Telegram& telegram) {
  if (has(telegram, "1-0:94.32.1") || has(telegram, "0-0:96.1.2")) return "emucs-2.1";
  const bool peaks =
      has(telegram, "1-0:1.6.0") || has(telegram, "0-0:98.1.0") || has(telegram, "1-0:1.4.0");
  return peaks ? "emucs-1.7" : "emucs-1.4";
}

struct VersionRow {
  std::string_view values;  ///< globs
  std::string_view dialect;
};

constexpr std::array kBelgianVersions{
    VersionRow{"50210 50211 50212 50213 50214 50215", "emucs-1.4"},
    VersionRow{"50216 50217 50218 50219", "emucs-1.7"},
    VersionRow{"5022?", "emucs-2.1"},
};

constexpr std::array kVersions{
    VersionRow{"40", "dsmr-4.0"},
    VersionRow{"42", "dsmr-4.2"},
    VersionRow{"50", "dsmr-5.0"},
};

template <std::size_t kSize>
std::string_view look_up(const std::array<VersionRow, kSize>& rows, std::string_view version) {
  const auto row = std::ranges::find_if(
      rows, [&](const VersionRow& each) { return matches_glob(each.values, version); });
  return row == rows.end() ? std::string_view() : row->dialect;
}

/// A dialect, and whether what speaks for it is of one country only.
struct Guess {
  std::string_view dialect = {};
  bool knows_country = true;
};

struct MakerRow {
  std::string_view identification;  ///< globs
  Guess guess;
};

// Only those that send one dialect: makers who sell everywhere say nothing. Finland has the Swedish
// dialect, the same Aidon meters, and another time (jonkerj/iec62056#3).
constexpr std::array kMakers{
    MakerRow{"Lux?*", {"lux-1.1"}},
    MakerRow{"EST5*", {"at-t210"}},
    MakerRow{"GRE5*", {"ch-xt211"}},
    MakerRow{"ESO5*", {"lt-eso"}},
    MakerRow{"ADN9*", {"se-2.0", false}},
    MakerRow{"ELL5*", {"se-2.0"}},
    MakerRow{"SAG5SAG-METER AUX5* HLY5* WSE5*", {"hu-eon"}},
};

/// Those who send Belgian telegrams only; Iskra's IE.5 need not name a version (dsmr_parser#152).
constexpr std::string_view kBelgianMakers = "FLU5* SIB5* ISk5?2MIE5*";

Guess by_maker(const Telegram& telegram) {
  const auto row = std::ranges::find_if(kMakers, [&](const MakerRow& each) {
    return matches_glob(each.identification, telegram.identification);
  });
  if (row != kMakers.end()) return row->guess;
  const bool belgian = matches_glob(kBelgianMakers, telegram.identification);
  return belgian ? Guess{belgian_by_objects(telegram)} : Guess{};
}

Guess by_version(const Telegram& telegram) {
  for (const std::string_view obis : {"0-0:96.1.4", "1-3:0.2.8"}) {
    const auto dialect = look_up(kBelgianVersions, first_text(telegram, obis));
    if (!dialect.empty()) return {dialect};
  }
  if (has(telegram, "0-0:96.1.4")) return {belgian_by_objects(telegram)};
  const auto dialect = look_up(kVersions, first_text(telegram, "1-3:0.2.8"));
  // Luxembourg, Austria and Switzerland took over the Dutch numbers.
  const bool others = matches_glob("lux-* at-* ch-*", by_maker(telegram).dialect);
  if (dialect.empty() || others) return {};
  const Width energy = width_of(telegram, "1-0:1.8.0");
  if (energy.whole == 9) return {"at-t210"};
  return {energy.whole == 6 && has(telegram, "0-0:42.0.0") ? "lux-1.1" : dialect};
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
  if (!old || has(telegram, "0-0:1.0.0") || has(telegram, "1-3:0.2.8")) return {};
  return {power.whole == 4 ? "dsmr-2.2" : "dsmr-3.0"};
}

/// What looks like a dialect may come from a country that took it over.
std::string_view by_objects(const Telegram& telegram) {
  if (has(telegram, "1-1:1.8.1")) return "ch-xt211";
  const Width energy = width_of(telegram, "1-0:1.8.0");
  if (energy.whole == 8) return has(telegram, "1-0:1.8.3") ? "lt-eso" : "se-2.0";
  if (energy.whole == 9 && energy.unit == "Wh") return "at-t210";
  if (has(telegram, "1-0:5.8.0") || has(telegram, "1-0:15.8.0")) return "hu-eon";
  if (energy.whole == 6 && has(telegram, "1-0:1.8.3")) return "lt-eso";
  if (energy.whole == 6 && has(telegram, "0-0:42.0.0")) return "lux-1.1";
  if (has(telegram, "1-0:1.6.0")) return belgian_by_objects(telegram);
  if (has(telegram, "1-0:32.7.0")) return "dsmr-5.0";
  if (has(telegram, "0-0:17.0.0")) return "dsmr-4.0";
  return has(telegram, "0-0:96.13.1") ? "dsmr-4.2" : "dsmr-5.0";
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
    const Dialect* const found = find_dialect(guess.dialect);
    if (found != nullptr) return guess.knows_country ? Origin(*found) : Origin::guessed(*found);
  }
  return Origin::guessed(*find_dialect(by_objects(telegram)));
}

const Dialect* detect_dialect(const Telegram& telegram) { return detect_origin(telegram).dialect; }

}  // namespace p1rig
