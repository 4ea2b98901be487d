#include "protocol/dialect.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

namespace p1rig {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr LineSettings kSlow{9600, 7, 'E', 1};
constexpr LineSettings kFast{115200, 8, 'N', 1};

// The documents of 2.2 and 3.0 name no framing; their meters send 7E1 (dsmr_parser#4). The period
// of hu-eon, lt-eso and ch-xt211 stands in no public text: 10 s is the longest of the family.
constexpr std::array kDialects{
    Dialect{"dsmr-2.2", "DSMR-P1 2.2", kSlow, seconds{10}, false, minutes{60}, true,
            "Netherlands 2008, as its meters really send"},
    Dialect{"dsmr-3.0", "DSMR-P1 3.0", kSlow, seconds{10}, false, minutes{60}, true,
            "Netherlands 2010: no clock, no CRC, two-line gas"},
    Dialect{"dsmr-4.0", "DSMR-P1 4.0.4", kFast, seconds{10}, true, minutes{60}, true,
            "Netherlands 2011: CRC, message time, failure log"},
    Dialect{"dsmr-4.2", "DSMR-P1 4.2.2", kFast, seconds{10}, true, minutes{60}, true,
            "Netherlands 2014: no breaker, limiter and valve"},
    Dialect{"dsmr-5.0", "DSMR-P1 5.0.2", kFast, seconds{1}, true, minutes{60}, true,
            "Netherlands 2016: each second, five-minute gas"},
    Dialect{"emucs-1.4", "e-MUCS-P1 1.4", kFast, seconds{1}, true, minutes{60}, true,
            "Belgium, 50213: tariff 1 normal, uncorrected gas"},
    Dialect{"emucs-1.7", "e-MUCS-P1 1.7.1", kFast, seconds{1}, true, minutes{60}, true,
            "Belgium, 50217: month peaks, finer currents"},
    Dialect{"emucs-2.1", "e-MUCS-P1 2.1.1", kFast, seconds{1}, true, minutes{60}, true,
            "Belgium, 50221: grid configuration, EAN, relays"},
    Dialect{"lux-1.1", "LUX-P1 1.1.3", kFast, seconds{10}, true, minutes{60}, true,
            "Luxembourg: one tariff, reactive, encrypted"},
    Dialect{"se-2.0", "SE-P1 2.0", kFast, seconds{10}, true, minutes{60}, false,
            "Sweden: one tariff, reactive, W all year"},
    Dialect{"hu-eon", "E.ON HU P1", kFast, seconds{10}, true, minutes{60}, true,
            "Hungary: quadrants, last month's values"},
    Dialect{"lt-eso", "ESO-P1", kFast, seconds{10}, true, minutes{120}, true,
            "Lithuania: four tariffs, averages, factors"},
    Dialect{"at-t210", "Sagemcom T210-D-r AT", kFast, seconds{10}, true, minutes{60}, true,
            "Austria, Styria: whole Wh and W, encrypted"},
    Dialect{"ch-xt211", "Sagemcom XT211 CH", kFast, seconds{10}, true, minutes{60}, true,
            "Switzerland, Groupe E: codes of channel 1-1"},
};

bool matches_one(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

struct IndexedRule {
  const Dialect* dialect;
  Obis code;
  const ObjectRule* rule;
};

bool before(const IndexedRule& a, const IndexedRule& b) {
  return std::tie(a.dialect, a.code) < std::tie(b.dialect, b.code);
}

void index_rule(const ObjectRule& rule, std::vector<IndexedRule>& index) {
  const auto placeholder = rule.obis.find('n');
  const char last_channel = placeholder == std::string_view::npos ? '1' : '4';
  for (char channel = '1'; channel <= last_channel; ++channel) {
    std::string text(rule.obis);
    if (placeholder != std::string::npos) text[placeholder] = channel;
    const auto written = parse_obis(text);
    if (!written) continue;
    for (const Dialect& dialect : kDialects) {
      if (matches_glob(rule.dialects, dialect.name)) {
        index.push_back({&dialect, written->code, &rule});
      }
    }
  }
}

// Sorted by dialect and code; of several rows for one object the first of the table comes first.
std::vector<IndexedRule> make_index() {
  std::vector<IndexedRule> index;
  for (const ObjectRule& rule : object_rules()) index_rule(rule, index);
  std::stable_sort(index.begin(), index.end(), before);
  return index;
}

}  // namespace

std::span<const Dialect> dialects() { return kDialects; }

const Dialect* find_dialect(std::string_view name) {
  const auto found = std::find_if(kDialects.begin(), kDialects.end(),
                                  [&](const Dialect& dialect) { return dialect.name == name; });
  return found == kDialects.end() ? nullptr : &*found;
}

bool matches_glob(std::string_view patterns, std::string_view text) {
  for (std::size_t at = 0; at < patterns.size();) {
    const std::size_t begin = patterns.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) return false;
    const std::size_t end = std::min(patterns.find(' ', begin), patterns.size());
    if (matches_one(patterns.substr(begin, end - begin), text)) return true;
    at = end;
  }
  return false;
}

bool matches_any_glob(std::span<const std::string> patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](std::string_view pattern) { return matches_glob(pattern, text); });
}

bool names_a_dialect(std::string_view pattern) {
  return std::ranges::any_of(
      kDialects, [&](const Dialect& dialect) { return matches_glob(pattern, dialect.name); });
}

const ObjectRule* find_object_rule(const Dialect& dialect, Obis code) {
  static const std::vector<IndexedRule> index = make_index();
  const Dialect* known = find_dialect(dialect.name);
  const IndexedRule wanted{known, code, nullptr};
  const auto found = std::lower_bound(index.begin(), index.end(), wanted, before);
  if (found == index.end() || found->dialect != known || found->code != code) return nullptr;
  return found->rule;
}

}  // namespace p1rig
