#include "conformance/judge/detect_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "conformance/judge/rule_shape.h"
#include "conformance/judge/words.h"
#include "protocol/decimal.h"
#include "protocol/wording.h"

// Which dialect a telegram is of, by what it says of itself and by what it looks like. No single
// object decides: meters borrow versions from other countries, leave them out, or have a format of
// their own. Each dialect gets the weight of the evidence for it, less that against it.

namespace p1rig {
namespace {

/// What a piece of evidence weighs for a dialect, or against it.
constexpr int kVersion = 40;  ///< the version object has a version of the dialect
constexpr int kBorrowedVersion =
    30;                             ///< it has one that the dialect took over from another country
constexpr int kOtherVersion = -30;  ///< it has another one
constexpr int kMaker = 40;          ///< such identifications send this dialect only
constexpr int kMakerAbroad = 25;    ///< they send it in another country, too
constexpr int kObject = 4;          ///< an object is in the dialect's list, in its format and unit
constexpr int kOtherForm = -2;      ///< it is in the list, but in another format or unit
constexpr int kUnknownObject = -4;  ///< it is not in the list
constexpr int kMissingObject = -2;  ///< a mandatory object is not there
/// Dialects that are no further apart than this fit equally well.
constexpr int kEqual = 4;
/// Editions of one document are further apart, if no version says which it is: meters take objects
/// over from others.
constexpr int kEqualEditions = 16;

constexpr std::string_view kVersionObject = "1-3:0.2.8";
constexpr std::string_view kBelgianVersion = "0-0:96.1.4";

std::string_view first_text(const Telegram& telegram, std::string_view obis) {
  const auto code = parse_obis(obis);
  const DataLine* const line = code ? telegram.find(code->code) : nullptr;
  return line == nullptr || line->brackets.empty() ? std::string_view() : line->brackets[0].text;
}

bool has(const Telegram& telegram, std::string_view obis) {
  const auto code = parse_obis(obis);
  return code && telegram.find(code->code) != nullptr;
}

bool has_any(const Telegram& telegram, std::string_view objects) {
  bool found = false;
  for_each_word(objects, [&](std::string_view obis) { found = found || has(telegram, obis); });
  return found;
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

bool fits(const Telegram& telegram, const Look& look) {
  const Width energy = width_of(telegram, "1-0:1.8.0");
  return (look.any_of.empty() || has_any(telegram, look.any_of)) &&
         (look.energy_digits == 0 || look.energy_digits == energy.whole);
}

bool has_old_gas(const Telegram& telegram) {
  return std::ranges::any_of(telegram.lines, [](const DataLine& line) {
    return line.code && is_mbus_object(line.code->code) && line.code->code.c == 24 &&
           line.code->code.d == 3;
  });
}

/// 2.2 and 3.0, which are Dutch only, have no clock and powers in steps of 10 W.
bool has_old_formats(const Telegram& telegram) {
  const bool old = has_old_gas(telegram) || width_of(telegram, "1-0:1.7.0").decimals == 2;
  return old && !has(telegram, "0-0:1.0.0") && !has(telegram, kVersionObject) &&
         !has(telegram, kBelgianVersion);
}

/// The evidence for one dialect.
struct Fit {
  const Dialect* dialect = nullptr;
  int weight = 0;
  bool by_version = false, by_maker = false;
  std::size_t known = 0, formed = 0, objects = 0;  ///< objects of the telegram
};

/// True if the version in either place is one that the dialect has in its own.
bool has_version_of(const Telegram& telegram, const Dialect& dialect) {
  const bool belgian = dialect.version.obis == kBelgianVersion;
  const std::string_view text = first_text(telegram, dialect.version.obis);
  // Belgian meters were seen with theirs in the Dutch place.
  const std::string_view other = belgian ? first_text(telegram, kVersionObject) : "";
  return (!text.empty() && matches_glob(dialect.version.values, text)) ||
         (!other.empty() && matches_glob(dialect.version.values, other));
}

void weigh_version(const Telegram& telegram, Fit& fit) {
  const Dialect& dialect = *fit.dialect;
  if (dialect.version.obis.empty()) return;
  if (has_version_of(telegram, dialect)) {
    fit.by_version = true;
    fit.weight += dialect.recognition.borrows_version ? kBorrowedVersion : kVersion;
    return;
  }
  const bool is_there = has(telegram, dialect.version.obis);
  // An unknown one says nothing about editions.
  const auto all = dialects();
  const bool is_another =
      is_there && std::ranges::any_of(all, [&](const Dialect& other) {
        return other.version.obis == dialect.version.obis && has_version_of(telegram, other);
      });
  if (is_another) fit.weight += kOtherVersion;
}

void weigh_maker(const Telegram& telegram, Fit& fit) {
  const Recognition& recognition = fit.dialect->recognition;
  if (matches_glob(recognition.makers, telegram.identification)) {
    fit.by_maker = true;
    fit.weight += kMaker;
  } else if (matches_glob(recognition.makers_abroad, telegram.identification)) {
    fit.weight += kMakerAbroad;
  }
}

bool is_of_shape(const DataLine& line, const ObjectRule& rule) {
  const Shape* const shape = find_shape(rule);
  if (shape == nullptr || !line.well_formed) return false;
  std::vector<std::string_view> texts;
  for (const Bracket& bracket : line.brackets) texts.push_back(bracket.text);
  return match(*shape, texts).empty();
}

void weigh_objects(const Telegram& telegram, Fit& fit) {
  std::set<Obis> seen;
  for (const DataLine& line : telegram.lines) {
    if (!line.code || !seen.insert(line.code->code).second) continue;
    ++fit.objects;
    const ObjectRule* const rule = find_object_rule(*fit.dialect, line.code->code);
    // What an unlinked channel leaves out says nothing about formats.
    const bool is_formed = rule != nullptr && is_of_shape(line, *rule);
    fit.known += rule != nullptr ? 1 : 0;
    fit.formed += is_formed ? 1 : 0;
    const int form = is_formed ? kObject : kOtherForm;
    fit.weight += rule == nullptr ? kUnknownObject : form;
  }
  // What is missing from a telegram of few objects says little.
  std::size_t missing = 0;
  for_each_word(fit.dialect->minimum,
                [&](std::string_view obis) { missing += has(telegram, obis) ? 0U : 1U; });
  fit.weight += kMissingObject * static_cast<int>(std::min(missing, fit.known));
}

void weigh_looks(const Telegram& telegram, Fit& fit) {
  int most = 0;
  for (const Look& look : fit.dialect->recognition.looks) {
    if (fits(telegram, look)) most = std::max(most, look.weight);
  }
  // 2.2 has powers of four digits before the point, 3.0 of three.
  const int power = width_of(telegram, "1-0:1.7.0").whole;
  constexpr int kOldPower = 4;
  if (fit.dialect->name == (power == kOldPower ? "dsmr-2.2" : "dsmr-3.0")) ++most;
  fit.weight += most;
}

/// The best first; of equal ones the oldest.
std::vector<Fit> weigh_all(const Telegram& telegram) {
  const bool old = has_old_formats(telegram);
  std::vector<Fit> all;
  for (const Dialect& dialect : dialects()) {
    // A telegram that lost its CRC must not be excused by a dialect without.
    const bool is_maker = matches_glob(dialect.recognition.makers, telegram.identification);
    if (dialect.has_crc ? old : !old && !is_maker) continue;
    Fit fit{.dialect = &dialect};
    weigh_version(telegram, fit);
    weigh_maker(telegram, fit);
    weigh_objects(telegram, fit);
    weigh_looks(telegram, fit);
    all.push_back(fit);
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Fit::weight);
  return all;
}

std::string why(const Telegram& telegram, const Fit& fit) {
  std::vector<std::string> reasons;
  if (fit.by_version) {
    const bool own = has(telegram, fit.dialect->version.obis);
    const std::string_view obis = own ? fit.dialect->version.obis : kVersionObject;
    std::string version(first_text(telegram, obis));
    std::ranges::replace_if(
        version, [](char c) { return c < ' ' || c > '~'; }, '?');
    reasons.push_back(fmt::format("version {}({})", obis, version));
  }
  if (fit.by_maker) reasons.push_back("its identification is sent in this dialect only");
  if (!fit.dialect->has_crc) reasons.push_back("old formats without clock and CRC");
  reasons.push_back(fmt::format("{} of {} known to it, {} in its formats", fit.known,
                                counted(fit.objects, "object"), fit.formed));
  return fmt::format("{}", fmt::join(reasons, "; "));
}

/// True if this one fits as well as the best.
bool is_equal(const Fit& fit, const Fit& best) {
  const std::string_view version = best.dialect->version.obis;
  const bool editions =
      !best.by_version && !version.empty() && fit.dialect->version.obis == version;
  return best.weight - fit.weight <= (editions ? kEqualEditions : kEqual);
}

/// True if readers may apply what this country prescribes: not only objects that others have, too,
/// speak for it, and what else fits has the same rules.
bool knows_country(const Fit& best, const Origin& origin) {
  const bool by_version = best.by_version && !best.dialect->recognition.borrows_version;
  if (!by_version && !best.by_maker && best.dialect->has_crc) return false;
  return std::ranges::all_of(origin.others, [&](const Dialect* other) {
    return other->normal_tariff == best.dialect->normal_tariff &&
           other->normal_offset == best.dialect->normal_offset &&
           other->summer_time == best.dialect->summer_time;
  });
}

constexpr std::array kSurenesses{std::string_view("certain"), std::string_view("likely"),
                                 std::string_view("guess")};

}  // namespace

std::string_view to_string(Sureness sureness) {
  return kSurenesses[static_cast<std::size_t>(sureness)];
}

std::string description_of(const Origin& origin) {
  std::string names(origin.dialect->name);
  for (const Dialect* other : origin.others) {
    names += " or ";
    names += other->name;
  }
  return fmt::format("{} ({}: {}{})", names, to_string(origin.sureness), origin.why,
                     origin.others.empty() ? "" : "; --dialect decides");
}

Origin detect_origin(const Telegram& telegram) {
  const std::vector<Fit> fits = weigh_all(telegram);
  const Fit& best = fits.front();
  Origin origin(*best.dialect);
  for (const Fit& fit : fits) {
    if (&fit != &best && is_equal(fit, best)) origin.others.push_back(fit.dialect);
  }
  origin.why = why(telegram, best);
  origin.knows_country = knows_country(best, origin);
  const bool says_so = best.by_version || best.by_maker;
  origin.sureness = !origin.others.empty() ? Sureness::kGuess
                    : says_so              ? Sureness::kCertain
                                           : Sureness::kLikely;
  if (!origin.knows_country) origin.normal_offset.reset();
  return origin;
}

const Dialect* detect_dialect(const Telegram& telegram) { return detect_origin(telegram).dialect; }

const Origin& OriginFinder::of(const Telegram& telegram) {
  if (!origin_ || !is_same_form(telegram)) {
    origin_ = detect_origin(telegram);
    keep_form(telegram);
  }
  return *origin_;
}

bool OriginFinder::is_same_form(const Telegram& telegram) const {
  if (telegram.identification != identification_ || telegram.lines.size() != lines_.size()) {
    return false;
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const DataLine& line = telegram.lines[i];
    const std::vector<std::size_t>& sizes = lines_[i].brackets;
    if (line.code_text != lines_[i].code || line.brackets.size() != sizes.size()) return false;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
      if (line.brackets[j].text.size() != sizes[j]) return false;
    }
  }
  return first_text(telegram, kVersionObject) == version_ ||
         first_text(telegram, kBelgianVersion) == version_;
}

void OriginFinder::keep_form(const Telegram& telegram) {
  identification_ = telegram.identification;
  version_ = first_text(telegram, kVersionObject);
  if (version_.empty()) version_ = first_text(telegram, kBelgianVersion);
  lines_.clear();
  for (const DataLine& line : telegram.lines) {
    Line& kept = lines_.emplace_back(Line{std::string(line.code_text), {}});
    for (const Bracket& bracket : line.brackets) kept.brackets.push_back(bracket.text.size());
  }
}

}  // namespace p1rig
