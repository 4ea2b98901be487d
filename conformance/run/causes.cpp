#include "conformance/run/causes.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "conformance/run/conform_report.h"
#include "conformance/run/known_defects.h"
#include "conformance/run/last_words.h"
#include "conformance/run/ordinary.h"

namespace p1rig {
namespace {

using Places = std::vector<std::size_t>;

/// What a defect costs, in explained failures, for a passed case that it would fail, or one that fails in
/// another way. Below 1, so that one miss does not name a rarer defect in the place of a common one.
constexpr double kCostOfAMiss = 0.5;
/// A reader that passes most of what a defect fails does not have this defect.
constexpr double kLeastFit = 0.6;

constexpr std::string_view kNotStarted = "the reader could not be started again: ";
constexpr std::string_view kBySignal = "the reader was ended by signal ";

/// "value-error-invalid-literal": for a file name.
std::string slug_of(std::string_view words) {
  constexpr std::size_t kMost = 40;
  std::string slug;
  for (const char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 0x80) {
      slug += static_cast<char>(std::tolower(byte));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  if (slug.size() > kMost) slug.resize(kMost);
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

/// "signal 11", "status 1".
std::string_view last_two_words(std::string_view text) {
  const std::size_t last = text.rfind(' ');
  const std::size_t before = last == text.npos ? text.npos : text.rfind(' ', last - 1);
  return before == text.npos ? text : text.substr(before + 1);
}

bool is_same_place(const CaseResult& a, const CaseResult& b) {
  return a.profile == b.profile && a.endpoint == b.endpoint;
}

/// How a defect fits the results of a run.
struct Match {
  const KnownDefect* defect = nullptr;
  std::set<std::size_t> failed;  ///< results, including waived ones and quirks
  std::size_t passed = 0;
  std::size_t otherwise = 0;  ///< ordinary cases that failed in another way
  std::size_t named = 0;      ///< of those that failed, by cases that name this defect
};

/// Where the line begins that holds this place.
std::size_t line_at(std::string_view bytes, std::size_t place) {
  const std::size_t before = place == 0 ? bytes.npos : bytes.rfind('\n', place - 1);
  return before == bytes.npos ? 0 : before + 1;
}

/// The line of the object that the failure names, in the telegram that it names.
std::optional<std::size_t> line_named(const WireMoment& moment, const CaseResult& result) {
  if (!result.first || !result.first->code || moment.name != result.first->telegram) {
    return std::nullopt;
  }
  const std::size_t at = moment.bytes.find("\n" + to_string(*result.first->code) + "(");
  if (at == moment.bytes.npos) return std::nullopt;
  return at + 1;
}

class Finder {
 public:
  Finder(const ConformReport& report, const KnownDefects& defects)
      : report_(report), defects_(defects) {
    for (std::size_t i = 0; i < report_.results.size(); ++i) {
      if (is_failure(report_.results[i], report_)) left_.insert(i);
    }
    match_all();
  }

  std::vector<Cause> find() {
    find_deaths([](const CaseResult& result) { return death_of(result); });
    find_defects();
    find_traits();
    find_deaths([](const CaseResult& result) { return silent_death_of(result); });
    for (Cause& cause : causes_) {
      add_bystanders(cause);
      choose_shown(cause);
      quote_shown(cause);
    }
    std::ranges::stable_sort(causes_, std::ranges::greater{},
                             [](const Cause& cause) { return cause.results.size(); });
    name_apart();
    return std::move(causes_);
  }

 private:
  /// The last words of a reader that ended with some; else empty.
  static std::string death_of(const CaseResult& result) {
    if (!result.death.empty()) return first_exception(result.death);
    if (result.outcome != Outcome::kCrash || result.messages.empty()) return {};
    const std::string& first = result.messages.front();
    return first.starts_with(kNotStarted) || first.starts_with(kBySignal) ? first : "";
  }

  /// Likewise, our own words for one that ended silently.
  static std::string silent_death_of(const CaseResult& result) {
    const bool crashed = result.outcome == Outcome::kCrash && !result.messages.empty();
    return crashed ? result.messages.front() : "";
  }

  void find_deaths(std::string (*words_of)(const CaseResult&)) {
    std::map<std::string, Places> groups;
    for (const std::size_t i : left_) {
      const std::string words = words_of(report_.results[i]);
      if (words.empty()) continue;
      // Our own words have no number but that of a signal or a status.
      groups[report_.results[i].death.empty() ? words : folded(words)].push_back(i);
    }
    for (auto& [key, places] : groups) {
      const CaseResult& first = report_.results[places.front()];
      const std::string words = words_of(first);
      const bool is_said = !first.death.empty();
      Cause cause{.kind = Cause::Kind::kDeath,
                  .name = slug_of(is_said ? key : last_two_words(words)),
                  .summary = is_said ? "ends with: " + words : words,
                  .words = first.death,
                  .results = {}};
      explain_by(std::move(cause), places);
    }
  }

  /// What ordinary telegrams show, grouped by the way in which it is wrong.
  void find_traits() {
    std::map<std::string, Places> groups;
    for (const std::size_t i : left_) {
      const CaseResult& result = report_.results[i];
      if (!is_ordinary(*result.of)) continue;
      groups[is_relation(result.ways) ? way_words(result) : folded(trait_words(result))].push_back(
          i);
    }
    for (auto& [key, places] : groups) {
      const CaseResult& first = report_.results[places.front()];
      const std::string way = is_relation(first.ways) ? " (" + way_words(first) + ")" : "";
      const std::string more =
          places.size() > 1 ? fmt::format("; likewise {} more", places.size() - 1) : "";
      explain_by({.kind = Cause::Kind::kTrait,
                  .name = slug_of("ordinary " + first.of->id.substr(first.of->id.rfind('/') + 1)),
                  .summary = "in ordinary telegrams, " + trait_words(first) + way + more,
                  .results = {}},
                 places);
    }
  }

  /// What is wrong in the first ordinary telegram that shows it, without the name of the telegram.
  static std::string trait_words(const CaseResult& result) {
    if (result.messages.empty()) return result.of->title;
    const std::string& first = result.messages.front();
    const std::size_t end = first.starts_with("ordinary ") ? first.find(": ") : first.npos;
    return end == first.npos ? first : first.substr(end + 2);
  }

  static std::string way_words(const CaseResult& result) {
    return fmt::format("{}", fmt::join(result.ways, ", or "));
  }

  /// True if the ways say more than that something is wrong.
  static bool is_relation(const std::vector<std::string>& ways) {
    constexpr std::array<std::string_view, 6> kGeneric = {
        "value", "text", "entries", "another form", "missing", "another time"};
    return !ways.empty() && std::ranges::none_of(ways, [&](const std::string& way) {
      return std::ranges::find(kGeneric, way) != kGeneric.end();
    });
  }

  /// Those that such a failure blocked, and those that show it as well.
  void add_bystanders(Cause& cause) const {
    for (std::size_t i = 0; i < report_.results.size(); ++i) {
      const CaseResult& result = report_.results[i];
      if (result.blocked_by.empty() && result.besides.empty()) continue;
      const bool shows_it = std::ranges::any_of(cause.results, [&](std::size_t k) {
        const CaseResult& trait = report_.results[k];
        if (!is_ordinary(*trait.of) || !is_same_place(result, trait)) return false;
        return result.blocked_by == trait.of->id ||
               std::ranges::any_of(result.besides, [&](const std::string& said) {
                 return said.find(trait.of->id) != said.npos;
               });
      });
      if (shows_it) cause.also.push_back(i);
    }
  }

  /// The results that each defect would have failed.
  void match_all() {
    std::vector<std::pair<std::size_t, std::uint32_t>> known;
    for (std::size_t i = 0; i < report_.results.size(); ++i) {
      if (const auto place = defects_.find_case(report_.results[i].of->id)) {
        known.emplace_back(i, *place);
      }
    }
    for (const KnownDefect& defect : defects_.all) {
      Match match{.defect = &defect, .failed = {}, .passed = 0};
      for (const auto& [i, place] : known) {
        const CaseResult& result = report_.results[i];
        if (!KnownDefects::fails(defect, place, result.dialect)) continue;
        if (is_passed(result)) ++match.passed;
        if (!is_evidence(result)) continue;
        if (!is_wrong_alike(result, KnownDefects::ways_at(defect, place))) {
          ++match.otherwise;
          continue;
        }
        match.failed.insert(i);
        if (names(*result.of, defect)) ++match.named;
      }
      if (!match.failed.empty()) matches_.push_back(std::move(match));
    }
  }

  static bool is_passed(const CaseResult& result) {
    return result.outcome == Outcome::kPass || result.outcome == Outcome::kXpass;
  }

  /// A waived failure is evidence, so is a quirk that does not count; what a line cannot show is not.
  static bool is_failed(const CaseResult& result) {
    return is_failure(result) || result.outcome == Outcome::kXfail;
  }

  /// A broken contract or a case that was given up says nothing about what a reader makes of a telegram.
  static bool is_evidence(const CaseResult& result) {
    return is_failed(result) && result.topic != Topic::kContract && !result.is_given_up;
  }

  /// True if ordinary telegrams show all the ways of the defect, in which several others may mix.
  static bool is_wrong_alike(const CaseResult& result, const std::vector<std::string>& ways) {
    return std::ranges::all_of(ways, [&](const std::string& way) {
      return std::ranges::find(result.ways, way) != result.ways.end();
    });
  }

  static bool names(const Case& one, const KnownDefect& defect) {
    return std::ranges::any_of(one.mutants, [&](const std::string& mutant) {
      return mutant == defect.name || std::ranges::find(defect.twins, mutant) != defect.twins.end();
    });
  }

  static double fit_of(const Match& match) {
    const auto failed = static_cast<double>(match.failed.size());
    return failed / (failed + static_cast<double>(match.passed + match.otherwise));
  }

  Places explained_anew(const Match& match) const {
    Places places;
    std::ranges::copy_if(match.failed, std::back_inserter(places),
                         [&](std::size_t i) { return left_.contains(i); });
    return places;
  }

  /// Repeatedly takes the defect that explains most of the rest, less what it would fail in addition.
  void find_defects() {
    while (true) {
      const Match* best = nullptr;
      std::tuple<double, double, double> best_value;
      for (const Match& match : matches_) {
        if (fit_of(match) < kLeastFit) continue;
        const auto fresh = static_cast<double>(explained_anew(match).size());
        const double gain =
            fresh - kCostOfAMiss * static_cast<double>(match.passed + match.otherwise);
        if (gain <= 0) continue;
        // Of two that explain as much, the one that fails fewer other cases, in this run and overall.
        const std::tuple value{gain, fresh / static_cast<double>(match.failed.size()),
                               -static_cast<double>(size_of(*match.defect))};
        if (best == nullptr || value > best_value) {
          best = &match;
          best_value = value;
        }
      }
      if (best == nullptr) return;
      Cause cause{.kind = Cause::Kind::kDefect, .name = {}, .summary = {}, .results = {}};
      describe(*best, cause);
      explain_by(std::move(cause), explained_anew(*best));
    }
  }

  /// The cases that a defect fails, at one dialect or at all of them.
  static std::size_t size_of(const KnownDefect& defect) {
    std::size_t size = defect.fails.size();
    for (const auto& [dialect, places] : defect.fails_at) size += places.size();
    return size;
  }

  void describe(const Match& match, Cause& cause) const {
    const KnownDefect& defect = *match.defect;
    std::string names = "`" + defect.name + "`";
    for (const std::string& twin : defect.twins) names += " or `" + twin + "`";
    cause.name = defect.name;
    // Without a case that was written for it, or with one failure, that is all that is known.
    const bool is_likely = match.named > 0 && match.failed.size() > 1;
    cause.summary = fmt::format("{} {}: {}", is_likely ? "behaves as" : "fails the same cases as",
                                names, defect.does);
    cause.code = defect.code;
    cause.fitting = match.failed.size();
    cause.expected = match.failed.size() + match.passed + match.otherwise;
    for (const Match& other : matches_) {
      const bool is_alike = other.failed == match.failed && other.passed == match.passed &&
                            other.otherwise == match.otherwise;
      if (is_alike && &other != &match) cause.alike.push_back(other.defect->name);
    }
  }

  void explain_by(Cause cause, Places places) {
    for (const std::size_t i : places) left_.erase(i);
    std::ranges::sort(places);
    cause.results = std::move(places);
    causes_.push_back(std::move(cause));
  }

  void choose_shown(Cause& cause) const {
    // One that counts before one that does not, a complete one before an incomplete one.
    std::vector<std::tuple<bool, bool, std::size_t, std::size_t>> ranks;
    for (const std::size_t i : cause.results) {
      const CaseResult& result = report_.results[i];
      const std::size_t size = stimulus_of(result).bytes.size();
      ranks.emplace_back(!counts_against(result, report_.level), size == 0, size, i);
    }
    cause.shown = std::get<3>(*std::ranges::min_element(ranks));
    const CaseResult& shown = report_.results[cause.shown];
    Stimulated stimulus = stimulus_of(shown);
    cause.stimulus = std::move(stimulus.bytes);
    cause.focus = stimulus.focus;
    cause.sent = cause.stimulus.size();
    cause.messages = shown.messages;
  }

  /// The last words are those of the case that is shown.
  void quote_shown(Cause& cause) const {
    const CaseResult& shown = report_.results[cause.shown];
    if (cause.kind != Cause::Kind::kDeath || shown.death.empty()) return;
    cause.words = shown.death;
    if (const std::string words = first_exception(shown.death); !words.empty()) {
      cause.summary = "ends with: " + words;
    }
  }

  /// Two deaths may begin with the same words.
  void name_apart() {
    std::map<std::string, int> used;
    for (Cause& cause : causes_) {
      const int count = ++used[cause.name];
      if (count > 1) cause.name += fmt::format("-{}", count);
    }
  }

  const ConformReport& report_;
  const KnownDefects& defects_;
  std::set<std::size_t> left_;  ///< failures not yet explained
  std::vector<Match> matches_;
  std::vector<Cause> causes_;
};

}  // namespace

bool is_failure(const CaseResult& result, const ConformReport& report) {
  return is_failure(result) &&
         (result.outcome != Outcome::kInfo || counts_against(result, report.level));
}

std::vector<Cause> find_causes(const ConformReport& report, const KnownDefects& defects) {
  return Finder(report, defects).find();
}

bool has_failures(const ConformReport& report) {
  return std::ranges::any_of(report.results,
                             [&](const CaseResult& result) { return is_failure(result, report); });
}

std::vector<std::size_t> unexplained(const ConformReport& report) {
  std::set<std::size_t> explained;
  for (const Cause& cause : report.causes.all) {
    explained.insert(cause.results.begin(), cause.results.end());
  }
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    if (is_failure(report.results[i], report) && !explained.contains(i)) places.push_back(i);
  }
  return places;
}

std::size_t focus_of(const WireMoment& moment, const CaseResult& result) {
  return line_named(moment, result).value_or(line_at(moment.bytes, moment.special));
}

Stimulated stimulus_of(const CaseResult& result) {
  Stimulated all;
  std::optional<std::size_t> named;
  for (const WireMoment& moment : result.wire) {
    const bool is_cut =
        moment.kind == WireMoment::Kind::kNote && moment.bytes.ends_with("left out");
    if (is_cut) return {};
    if (moment.kind != WireMoment::Kind::kSent || moment.name.starts_with("sentinel ")) continue;
    const std::size_t before = all.bytes.size();
    all.bytes += moment.bytes;
    if (line_named(moment, result)) named = before + focus_of(moment, result);
    // Else in the last telegram that is not ordinary.
    if (moment.special > 0) all.focus = before + focus_of(moment, result);
  }
  all.focus = named.value_or(all.focus);
  return all;
}

}  // namespace p1rig
