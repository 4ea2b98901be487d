#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "cli/capture.h"
#include "cli/check_profile.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/zone_option.h"
#include "conformance/judge/anonymise.h"
#include "conformance/judge/clock_rule.h"
#include "conformance/judge/detect_dialect.h"
#include "conformance/judge/printable_text.h"
#include "conformance/learn/learn_series.h"
#include "conformance/learn/profile_text.h"
#include "conformance/learn/whole_telegram.h"
#include "protocol/framer.h"
#include "protocol/wording.h"
#include "simulator/profile/country.h"
#include "simulator/profile/evidence.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

// A person goes on writing a profile: neither it nor its example is replaced without --force.
constexpr OutputKind kLearnedKind{"a learned profile", nullptr};
constexpr OutputKind kExampleKind{"the example of a learned profile", nullptr};

/// The same telegram of a household that nobody knows.
Result<std::string> anonymous(const std::string& bytes) {
  Anonymiser anonymiser({}, {});
  std::string result, trouble;
  Framer learn([&](const Stretch& stretch) {
    if (const auto done = anonymiser.learn(stretch); !done) trouble = done.error().message;
  });
  learn.feed(bytes);
  learn.finish();
  Framer rewrite([&](const Stretch& stretch) {
    const auto done = anonymiser.rewrite(stretch);
    if (!done) trouble = done.error().message;
    if (done) result += *done;
  });
  rewrite.feed(bytes);
  rewrite.finish();
  if (!trouble.empty()) return fail(trouble);
  return with_crc_of(std::move(result), bytes);
}

/// True if all letters of the telegram are those of a clock with summer time, which is when `clock`
/// has it, or Europe; nothing if it has none of a summer's day.
std::optional<bool> has_summer_time(const Telegram& telegram,
                                    const std::optional<ClockRule>& clock) {
  const auto in_summer = [&](const Timestamp& time) {
    if (!clock) return is_summer_date(time);
    const auto instant = to_instant(time, clock->normal_offset);
    return instant && is_in(clock->summers, *instant);
  };
  std::optional<bool> summer;
  for (const DataLine& line : telegram.lines) {
    for (const Bracket& bracket : line.brackets) {
      const auto time = parse_timestamp(bracket.text);
      if (!time || time->season == '\0' || is_unset(*time)) continue;
      if (time->season == 'S') return true;
      if (in_summer(*time)) summer = false;
    }
  }
  return summer;
}

/// The first object with a stamp of summer; nullptr if there is none.
const DataLine* find_summer_stamp(const Telegram& telegram) {
  const auto is_of_summer = [](const Bracket& bracket) {
    const auto time = parse_timestamp(bracket.text);
    return time && time->season == 'S' && !is_unset(*time);
  };
  const auto line = std::ranges::find_if(telegram.lines, [&](const DataLine& each) {
    return each.code && std::ranges::any_of(each.brackets, is_of_summer);
  });
  return line == telegram.lines.end() ? nullptr : &*line;
}

/// Turns telegrams into a profile that gives them back.
class Learning {
 public:
  Learning(const Options& options, std::string bytes, const SeriesLearner& series)
      : options_(options), bytes_(std::move(bytes)), telegram_(decode_telegram(bytes_)) {
    learned_.identification = telegram_.identification;
    numbers_ = series.numbers();
    learned_.notes = series.notes();
  }

  /// Returns the exit code if an option is wrong, after saying what.
  int choose_origin(const SeriesLearner& series) {
    const auto name = options_.get("dialect");
    const auto chosen = dialect_option(name ? &*name : nullptr);
    if (chosen.code != kAsExpected) return chosen.code;
    Origin origin = chosen.dialect != nullptr ? Origin(*chosen.dialect) : detect_origin(telegram_);
    learned_.dialect = origin.dialect;
    learned_.times = series.times(*origin.dialect);
    learned_.notes.insert(learned_.notes.begin(), chosen.dialect != nullptr
                                                      ? "dialect: as it was given"
                                                      : "dialect: " + description_of(origin));
    if (!origin.others.empty()) say("p1rig: dialect: " + description_of(origin));
    const auto usual = find_profile(origin.dialect->representative);
    if (!usual) return complain(kEnvironment, usual.error().message);
    learned_.country = options_.get("country").value_or(usual->country);
    if (const auto known = check_country(learned_.country); !known) {
      return options_.misuse("--country: " + known.error().message);
    }
    return choose_clock(origin, usual->zone);
  }

  /// Writes profile and bytes until one gives back the other. The error says what differs.
  Result<std::string> run(std::string example_file, const std::string& source) {
    learned_.example_file = std::move(example_file);
    learned_.source = source;
    learned_.name = options_.get("name").value_or("A meter that was learned");
    constexpr int kMostRounds = 12;
    for (int round = 0; round < kMostRounds; ++round) {
      learn();
      std::string text = profile_text(learned_);
      auto profile = parse_profile("the learned profile", with_example(text));
      if (!profile) return fail(profile.error().message);
      const std::string printed = render_example(*profile);
      if (printed != bytes_) {
        if (!keep_literal(printed)) {
          return fail("a profile cannot print this: " + first_difference(printed, bytes_));
        }
        continue;
      }
      const auto shared = std::make_shared<const Profile>(std::move(*profile));
      if (add_quirks(shared)) continue;
      if (const auto known = check_clock(); !known) return fail(known.error().message);
      return checked(shared, std::move(text));
    }
    return fail("a profile cannot print this telegram");
  }

  void note(std::string what) { learned_.notes.push_back(std::move(what)); }

 private:
  /// An example always has a file, and this one is not there yet.
  std::string with_example(const std::string& text) {
    if (!learned_.example_file.empty()) return text;
    LearnedProfile copy = learned_;
    copy.example_file = "capture.txt";
    return profile_text(copy);
  }

  int choose_clock(const Origin& origin, const Zone& usual) {
    std::optional<ClockRule> given;
    if (const int code = choose_zone(options_, given); code != kAsExpected) return code;
    const DataLine* const in_summer = find_summer_stamp(telegram_);
    if (given && given->summers.empty() && in_summer != nullptr) {
      return complain(
          kNotAsExpected,
          fmt::format("{} has no summer time, but the telegram says S ({}): another "
                      "--zone; nothing was written",
                      options_.get("zone").value_or(""), to_string(in_summer->code->code)));
    }
    const auto letters = has_summer_time(telegram_, given);
    if (given) {
      use_zone(*given, letters.value_or(origin.dialect->summer_time));
      return kAsExpected;
    }
    summer_time_ = letters.value_or(origin.dialect->summer_time);
    const auto hours =
        std::chrono::floor<std::chrono::hours>(origin.dialect->normal_offset).count();
    learned_.zone = usual.name();
    if (summer_time_ != origin.dialect->summer_time) {
      learned_.zone = summer_time_ ? (hours == 1 ? "Europe/Stockholm" : "Europe/Helsinki")
                                   : fmt::format("Etc/GMT-{}", hours);
    }
    std::string note = fmt::format("zone: {}, ", learned_.zone);
    note += letters ? (*letters ? "with S in summer" : "with W in summer")
                    : "no stamp of summer shows whether it has summer time";
    if (!origin.knows_country || !letters) note += "; not certain, --zone decides";
    learned_.notes.push_back(note);
    if (!origin.knows_country) say("p1rig: " + note);
    return kAsExpected;
  }

  /// The zone that was given. Of a clock with W all the year it says what W means.
  void use_zone(const ClockRule& clock, bool shows_summers) {
    learned_.zone = options_.get("zone").value_or("");
    std::string note = fmt::format("zone: {}, as it was given", learned_.zone);
    const auto hours = std::chrono::floor<std::chrono::hours>(clock.normal_offset);
    if (!shows_summers && !clock.summers.empty() && hours == clock.normal_offset) {
      const std::string fixed = fmt::format("Etc/GMT{:+}", -hours.count());
      note = fmt::format("zone: {}, which is {} without summer time", fixed, learned_.zone);
      learned_.zone = fixed;
    } else {
      summers_ = clock.summers;
    }
    summer_time_ = !summers_.empty();
    normal_offset_ = clock.normal_offset;
    learned_.notes.push_back(note);
  }

  void learn() {
    learned_.telegram = learn_telegram(telegram_, {.dialect = learned_.dialect,
                                                   .summer_time = summer_time_,
                                                   .summers = summers_,
                                                   .normal_offset = normal_offset_,
                                                   .literal = literal_,
                                                   .numbers = numbers_});
  }

  /// A clock that stands still is no clock: an error if --zone is to blame, else somebody is told.
  Result<void> check_clock() const {
    constexpr Obis kClock{0, 0, 1, 0, 0};
    const DataLine* const clock = telegram_.find(kClock);
    if (clock == nullptr) return {};
    if (!learned_.telegram.at.empty() && !literal_.contains(clock->line)) return {};
    const std::string text =
        clock->brackets.empty() ? "" : printable_text(clock->brackets.front().text);
    const auto time = parse_timestamp(text);
    if (options_.get("zone") && time && !is_unset(*time)) {
      return fail(fmt::format("the clock of {} never shows {} (0-0:1.0.0): another --zone",
                              learned_.zone, text));
    }
    say(
        fmt::format("p1rig: 0-0:1.0.0({}) is never shown by the clock of {}: it is kept as it "
                    "is, so the clock of the profile stands still",
                    text, learned_.zone));
    return {};
  }

  /// Keeps the first line that differs as it is; false if it was kept already.
  bool keep_literal(std::string_view printed) {
    const auto at =
        static_cast<std::size_t>(std::ranges::mismatch(printed, bytes_).in2 - bytes_.begin());
    const DataLine* differing = nullptr;
    for (const DataLine& line : telegram_.lines) {
      if (line.offset <= at) differing = &line;
    }
    return differing != nullptr && literal_.insert(differing->line).second;
  }

  /// What deviates from the dialect, in the capture and at other moments. False if all is known.
  bool add_quirks(const std::shared_ptr<const Profile>& profile) {
    const std::size_t before = learned_.quirks.size();
    std::vector<std::string> telegrams = telegrams_of(profile);
    telegrams.insert(telegrams.begin(), bytes_);
    for (const std::string& telegram : telegrams) {
      Linter linter(learned_.dialect, {});
      for (const Finding& finding : linter.check(decode_telegram(telegram), 0)) {
        if (finding.severity != Severity::kError) continue;
        const bool is_known = std::ranges::any_of(learned_.quirks, [&](const LearnedQuirk& quirk) {
          return quirk.rule == finding.rule && quirk.obis == finding.obis;
        });
        if (!is_known) learned_.quirks.push_back({finding.rule, finding.obis, finding.message});
      }
    }
    return learned_.quirks.size() > before;
  }

  static Result<std::string> checked(const std::shared_ptr<const Profile>& profile,
                                     std::string text) {
    const CheckFindings found = check_moments(profile);
    if (found.problems.empty()) return text;
    return fail("the learned profile does not pass its check: " + found.problems.front());
  }

  const Options& options_;
  std::string bytes_;
  Telegram telegram_;
  LearnedProfile learned_;
  NumberForms numbers_;
  std::set<std::size_t> literal_;
  bool summer_time_ = true;
  std::vector<Summer> summers_;  ///< of --zone
  std::chrono::minutes normal_offset_{60};
};

/// The profile and the bytes that it must give back.
struct LearnOutputs {
  std::optional<OutputFile> profile, example;
  std::string example_name;  ///< as the profile names it; empty: none is written
};

int open_outputs(const Options& options, LearnOutputs& outputs) {
  OutputGuard guard = guard_of(options);
  for (const std::string& name : options.words()) guard.reads(name);
  const auto path = options.get("output");
  if (!path || *path == "-") return kAsExpected;
  const std::filesystem::path example = std::filesystem::path(*path).replace_extension(".txt");
  outputs.example_name = example.filename().string();
  const auto open = [&](const std::string& name, const OutputKind& kind,
                        std::optional<OutputFile>& file) {
    const std::string option = name == *path ? "-o: " : "-o: the example goes beside the profile: ";
    if (const auto claimed = guard.claim(name, kind); !claimed) {
      return complain(kUsage, option + claimed.error().message);
    }
    auto opened = OutputFile::open(name);
    if (!opened) return complain(kEnvironment, option + opened.error().message);
    file.emplace(std::move(*opened));
    return static_cast<int>(kAsExpected);
  };
  if (const int code = open(*path, kLearnedKind, outputs.profile); code != kAsExpected) return code;
  return open(example.string(), kExampleKind, outputs.example);
}

int write_outputs(LearnOutputs& outputs, const std::string& text, const std::string& bytes) {
  if (!outputs.profile) {
    fmt::print("{}", text);
    return kAsExpected;
  }
  for (const auto& [file, what] :
       {std::pair{&outputs.example, &bytes}, std::pair{&outputs.profile, &text}}) {
    if (const auto done = (*file)->write(*what); !done) {
      return complain(kEnvironment, "-o: " + done.error().message);
    }
  }
  return kAsExpected;
}

std::string source_of(const Options& options, const CaptureCounts& counts) {
  std::string names;
  for (const std::string& name : options.words()) {
    const std::string file =
        name == "-" ? "stdin" : std::filesystem::path(name).filename().string();
    names += (names.empty() ? "" : ", ") + file;
  }
  return fmt::format("{}: {}", names, counted(counts.telegrams, "telegram"));
}

}  // namespace

int run_learn(const Arguments& arguments) {
  Options options(
      "learn CAPTURE|LINE… [-o NAME.toml] [--for 15min] [--dialect D] [--zone Z]",
      "Writes the profile of the meter that sent these telegrams, and beside it, as NAME.txt, the\n"
      "telegram that it gives back byte for byte. One telegram shows the objects and their forms;\n"
      "many also show periods, delays and what changes. Identifiers are replaced by others of the\n"
      "same form. CAPTURE: text, a recording, or a line as `p1rig read` takes it.");
  options.value("output,o", "NAME.toml", "the profile; default: standard output, without example");
  add_capture_options(options);
  options.value("dialect", "D", "the dialect; default: by what the telegrams show");
  options.value("zone", "ZONE", "the zone of the meter's clock; default: the dialect's");
  options.value("country", "XX", "the country; default: the dialect's");
  options.value("name", "TEXT", "what the meter is called");
  options.flag("keep-ids", "keep identifiers as they are: of one household");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, Options::kAnyNumber)) return *code;
  CaptureChoice choice;
  if (const int code = choose_capture(options, choice); code != kAsExpected) return code;
  LearnOutputs outputs;
  if (const int code = open_outputs(options, outputs); code != kAsExpected) return code;

  SeriesLearner series(std::chrono::minutes(60));
  CaptureCounts counts;
  const int read = read_captures(
      options.words(), choice,
      [&](const Telegram& telegram, std::optional<std::chrono::nanoseconds> received) {
        return series.take(telegram, received);
      },
      counts);
  if (read != kAsExpected) return read;
  std::string bytes = series.richest();
  if (!options.has("keep-ids")) {
    auto without = anonymous(bytes);
    if (!without) return complain(kUsage, without.error().message);
    bytes = std::move(*without);
  }
  Learning learning(options, bytes, series);
  if (counts.sealed) learning.note("sealed: this meter seals its telegrams; the profile does not");
  if (const int code = learning.choose_origin(series); code != kAsExpected) return code;
  const auto text = learning.run(outputs.example_name, source_of(options, counts));
  if (!text) return complain(kNotAsExpected, text.error().message + "; nothing was written");
  return write_outputs(outputs, *text, bytes);
}

}  // namespace p1rig
