#include "cli/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/capture.h"
#include "cli/options.h"
#include "conformance/learn/learn_series.h"
#include "conformance/report/columns.h"
#include "protocol/json_text.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using ComparisonJson = nlohmann::ordered_json;
using Duration = std::optional<std::chrono::seconds>;

/// A difference, and in how many telegrams it was.
struct Counted {
  TemplateDifference difference;
  std::uint64_t telegrams = 0;
};

/// Differences of a capture, each kind of each object once.
class DifferenceList {
 public:
  void add(const std::vector<TemplateDifference>& differences) {
    std::vector<std::string> seen;
    for (const TemplateDifference& each : differences) {
      std::string key = fmt::format("{} {} {}", to_string(each.kind), each.obis, each.profile);
      if (std::ranges::find(seen, key) != seen.end()) continue;
      const auto [place, is_new] = places_.try_emplace(key, list_.size());
      if (is_new) list_.push_back({each, 0});
      ++list_[place->second].telegrams;
      seen.push_back(std::move(key));
    }
  }
  const std::vector<Counted>& list() const { return list_; }

 private:
  std::vector<Counted> list_;
  std::map<std::string, std::size_t> places_;
};

/// A duration that differs, by more than the telegrams can show.
struct TimeDifference {
  std::string_view name;
  std::chrono::seconds profile, capture;
};

std::vector<TimeDifference> compare_times(const Profile& profile, const LearnedTimes& times,
                                          bool delay_is_known) {
  std::vector<TimeDifference> found;
  const std::chrono::seconds exact = times.period.value_or(std::chrono::seconds(0));
  const auto compare_one = [&](std::string_view name, std::chrono::seconds own, Duration seen,
                               std::chrono::seconds within) {
    if (seen && std::chrono::abs(own - *seen) > within) found.push_back({name, own, *seen});
  };
  const std::chrono::seconds none{0};
  compare_one("period", profile.schedule.period, times.period, none);
  if (delay_is_known) {
    compare_one("M-Bus capture period", profile.capture.period, times.capture_period, none);
    compare_one("M-Bus capture offset", profile.capture.offset, times.capture_offset,
                profile.capture.spread);
    compare_one("M-Bus delay", profile.capture.delay, times.capture_delay, exact);
  }
  compare_one("register update", profile.register_update, times.register_update, none);
  compare_one("skew of totals", profile.phase_skew, times.phase_skew, exact);
  return found;
}

void print_differences(const std::vector<Counted>& differences,
                       const std::vector<TimeDifference>& times, std::uint64_t telegrams) {
  for (const Counted& each : differences) {
    fmt::print("{}{}\n", description_of(each.difference),
               each.telegrams == telegrams || telegrams == 1
                   ? ""
                   : fmt::format(" ({} of {})", each.telegrams, counted(telegrams, "telegram")));
  }
  for (const TimeDifference& each : times) {
    fmt::print("{}: {} s in the profile, {} s in the capture\n", each.name, each.profile.count(),
               each.capture.count());
  }
}

ComparisonJson json_of(const std::vector<Counted>& differences,
                       const std::vector<TimeDifference>& times, std::uint64_t telegrams) {
  ComparisonJson objects = ComparisonJson::array(), durations = ComparisonJson::array();
  for (const auto& [difference, count] : differences) {
    objects.push_back({{"kind", to_string(difference.kind)},
                       {"obis", difference.obis},
                       {"profile", difference.profile},
                       {"capture", difference.telegram},
                       {"telegrams", count}});
  }
  for (const TimeDifference& each : times) {
    durations.push_back({{"kind", each.name},
                         {"profile_s", each.profile.count()},
                         {"capture_s", each.capture.count()}});
  }
  return {{"telegrams", telegrams}, {"differences", objects}, {"times", durations}};
}

struct Likeness {
  std::string name;
  std::size_t differences = 0, objects = 0;
  std::string first;

  int percent() const {
    const std::size_t alike = objects - std::min(objects, differences);
    return objects == 0 ? 0 : static_cast<int>(alike * 100 / objects);
  }
};

Likeness likeness_of(const Profile& profile, const Telegram& telegram) {
  const MeterTemplate meter = template_of(profile);
  const auto differences = compare(meter, telegram);
  Likeness like;
  like.name = profile.name;
  like.differences = differences.size();
  // All that either has, and the identification.
  like.objects = telegram.lines.size() + 1;
  for (const TemplateDifference& each : differences) {
    if (each.kind == TemplateDifference::Kind::kMissing) ++like.objects;
  }
  if (!differences.empty()) like.first = description_of(differences.front());
  return like;
}

}  // namespace

MeterTemplate template_of(const Profile& profile) {
  return parse_template(profile.telegram_text,
                        {profile.mbus_text.begin(), profile.mbus_text.end()});
}

std::function<std::vector<Finding>(const Telegram&)> comparison_with(const Profile& profile) {
  return [meter = template_of(profile), name = profile.name](const Telegram& telegram) {
    std::vector<Finding> findings;
    for (const TemplateDifference& each : compare(meter, telegram)) {
      findings.push_back({.rule = "profile-" + std::string(to_string(each.kind)),
                          .clause = "profile " + name,
                          .severity = Severity::kError,
                          .line = each.line,
                          .offset = each.offset,
                          .obis = each.obis,
                          .message = description_of(each),
                          .source = ""});
    }
    return findings;
  };
}

int rank_profiles(const std::string& capture, bool json) {
  SeriesLearner series(std::chrono::minutes(60));
  CaptureCounts counts;
  const int code = read_captures(
      {capture}, {},
      [&](const Telegram& telegram, auto received) { return series.take(telegram, received); },
      counts);
  if (code != kAsExpected) return code;
  const Telegram telegram = decode_telegram(series.richest());
  std::vector<Likeness> all;
  for (const auto& [name, file] : list_profiles()) {
    if (const auto profile = load_profile(file)) all.push_back(likeness_of(*profile, telegram));
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Likeness::percent);
  if (json) {
    ComparisonJson list = ComparisonJson::array();
    for (const Likeness& each : all) {
      list.push_back({{"name", each.name},
                      {"alike_percent", each.percent()},
                      {"differences", each.differences}});
    }
    fmt::print("{}\n", json_text(list, 1));
    return kAsExpected;
  }
  std::vector<TableRow> rows;
  constexpr std::size_t kShown = 10;
  for (const Likeness& each : all) {
    if (rows.size() == kShown) break;
    rows.push_back({each.name, fmt::format("{:>3} %", each.percent()),
                    each.differences == 0
                        ? "no difference"
                        : counted(each.differences, "difference") + ": " + each.first});
  }
  fmt::print("{}", in_columns(rows));
  return kAsExpected;
}

int run_compare(const Arguments& arguments) {
  Options options("compare PROFILE CAPTURE|LINE… [--for 15min] [--json]",
                  "Where is this meter not as its profile has it? Object by object: presence, "
                  "order, number of\n"
                  "digits, unit, spelling; and what many telegrams show of its times. Exit code 1 "
                  "if it differs.");
  add_capture_options(options);
  options.flag("json", "one JSON object");
  if (const auto code = options.parse(arguments, 2, Options::kAnyNumber)) return *code;
  CaptureChoice choice;
  if (const int code = choose_capture(options, choice); code != kAsExpected) return code;
  const std::string& name = options.words()[0];
  const auto profile = find_profile(name);
  if (!profile) return complain(kUsage, profile.error().message);
  const MeterTemplate meter = template_of(*profile);
  SeriesLearner series(std::chrono::minutes(60));
  DifferenceList differences;
  CaptureCounts counts;
  const int code = read_captures(
      {options.words().begin() + 1, options.words().end()}, choice,
      [&](const Telegram& telegram, auto received) {
        differences.add(compare(meter, telegram));
        return series.take(telegram, received);
      },
      counts);
  if (code != kAsExpected) return code;
  const LearnedTimes learned = series.times(*profile->dialect);
  const auto times = compare_times(*profile, learned, learned.delay_is_known);
  if (options.has("json")) {
    fmt::print("{}\n", json_text(json_of(differences.list(), times, counts.telegrams), 1));
  } else {
    print_differences(differences.list(), times, counts.telegrams);
    fmt::print("{}: {} against {}\n",
               counted(differences.list().size() + times.size(), "difference"),
               counted(counts.telegrams, "telegram"), profile->name);
  }
  return differences.list().empty() && times.empty() ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
