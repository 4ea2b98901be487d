#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/compare.h"
#include "cli/input.h"
#include "cli/json_origin.h"
#include "cli/key_options.h"
#include "cli/known_quirks.h"
#include "cli/options.h"
#include "cli/read_limits.h"
#include "cli/zone_option.h"
#include "conformance/judge/stream_linter.h"
#include "protocol/json_text.h"
#include "protocol/wording.h"
#include "simulator/line/recording_note.h"

namespace p1rig {
namespace {

constexpr std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kQuirk:
      return "quirk";
  }
  return "";
}

/// The message with the bytes of the line that no terminal should be given, such as ESC, as \x1B.
std::string printable(std::string_view message) {
  std::string text;
  for (const char c : message) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

/// Prints findings as they come: memory does not grow with the input.
class Report {
 public:
  Report(std::string input, bool json) : input_(std::move(input)), json_(json) {
    if (json_) fmt::print("{{\"findings\": [");
  }

  void add(const Finding& finding) {
    ++counts_[static_cast<std::size_t>(finding.severity)];
    if (json_) {
      const nlohmann::ordered_json object = {
          {"rule", finding.rule},     {"severity", name_of(finding.severity)},
          {"clause", finding.clause}, {"telegram", finding.telegram},
          {"line", line_of(finding)}, {"offset", finding.offset},
          {"obis", finding.obis},     {"message", finding.message},
          {"source", finding.source}};
      fmt::print("{}{}", first_ ? "\n" : ",\n", json_text(object));
    } else {
      fmt::print("{}: telegram {}{}, offset {}: {} [{}] {} ({}){}\n", input_, finding.telegram,
                 finding.line == 0 ? "" : fmt::format(", line {}", finding.line), finding.offset,
                 name_of(finding.severity), finding.rule, printable(finding.message),
                 finding.clause, finding.source.empty() ? "" : " seen: " + finding.source);
    }
    first_ = false;
  }

  void finish(const StreamLinter& linter) {
    const std::optional<Origin>& origin = linter.origin();
    const std::string_view name = linter.dialect() != nullptr ? linter.dialect()->name : "";
    const bool guessed = linter.is_dialect_guessed();
    const std::uint64_t telegrams = linter.telegrams();
    const std::string clock = linter.clock_in_words();
    if (json_) {
      fmt::print(
          "],\n"
          " \"dialect\": \"{}\", \"dialect_is_guess\": {}, \"dialect_found\": {}, \"clock\": {}, "
          "\"telegrams\": {}, \"unjudged\": {}, \"errors\": {}, \"warnings\": {}, \"quirks\": {}, "
          "\"outcome\": \"{}\"}}\n",
          name, guessed, origin ? json_text(json_of<nlohmann::ordered_json>(*origin)) : "null",
          json_text(nlohmann::ordered_json(clock)), telegrams, linter.unjudged(), counts_[0],
          counts_[1], counts_[2], to_string(linter.outcome()));
      return;
    }
    if (origin && origin->sureness != Sureness::kCertain) {
      fmt::print("{}: judged as {}{}\n", input_, printable(description_of(*origin)),
                 origin->others.empty() ? "" : ": only where all of them agree");
    }
    fmt::print("{}: {}{}{}{}: {}, {}, {}{}\n", input_, counted(telegrams, "telegram"),
               name.empty() ? "" : " of ", name, guessed ? " (guessed)" : "",
               counted(counts_[0], "error"), counted(counts_[1], "warning"),
               counted(counts_[2], "quirk"),
               linter.unjudged() == 0 ? "" : fmt::format(", {} unjudged", linter.unjudged()));
    if (!clock.empty()) fmt::print("{}: clock: {}\n", input_, clock);
  }

 private:
  /// Null for what is about no line of a telegram.
  static nlohmann::ordered_json line_of(const Finding& finding) {
    return finding.line == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(finding.line);
  }

  std::string input_;
  bool json_;
  bool first_ = true;
  std::uint64_t counts_[3] = {};
};

/// The settings of the line, if they are known: a network has none, and of a PTY only those that
/// somebody noted beside a recording mean anything.
std::optional<LineSettings> known_settings(const std::string& input, const LineSettings& ours) {
  if (input.starts_with("serial:") || input.starts_with("rfc2217:")) return ours;
  const auto note = read_note(input);
  return note ? parse_settings(note->settings) : std::nullopt;
}

/// What the options say of the meter and its line; explains what is wrong and returns its exit code.
int choose_settings(const Options& options, StreamLintSettings& settings, LineSettings& line) {
  const auto name = options.get("dialect");
  const auto chosen = dialect_option(name ? &*name : nullptr);
  if (chosen.code != kAsExpected) return chosen.code;
  settings.dialect = chosen.dialect;
  settings.quirks_of = [](const Telegram& telegram, const Dialect& dialect) {
    return quirks_of(telegram, dialect);
  };
  if (settings.dialect != nullptr) line = settings.dialect->line;
  if (const auto wanted = options.get("profile")) {
    const auto profile = find_profile(*wanted);
    if (!profile) return complain(kUsage, profile.error().message);
    if (settings.dialect == nullptr) settings.dialect = profile->dialect;
    settings.quirks_of = [known = quirks_of(*profile)](const Telegram&, const Dialect&) {
      return known;
    };
    settings.check_more = comparison_with(*profile);
    settings.clock =
        clock_rule_of(profile->zone, "profile " + profile->name + ", " + profile->zone.name());
    line = profile->line;
  }
  if (const int code = choose_zone(options, settings.clock); code != kAsExpected) {
    return code;
  }
  return choose_keys(options, settings.keys);
}

/// Says what was not judged, and returns the exit code of the outcome.
int conclude(const std::string& input, const StreamLinter& linter) {
  if (linter.unjudged() > 0) {
    complain(kInconclusive, fmt::format("{}: {} judged only from outside; --key-file decrypts them",
                                        input, counted(linter.unjudged(), "sealed telegram")));
  }
  if (linter.telegrams() == 0) {
    complain(kInconclusive, fmt::format("{}: there is no complete telegram", input));
  }
  switch (linter.outcome()) {
    case LintOutcome::kPass:
      return kAsExpected;
    case LintOutcome::kFail:
      return kNotAsExpected;
    case LintOutcome::kUnjudged:
      break;
  }
  return kInconclusive;
}

}  // namespace

int run_lint(const Arguments& arguments) {
  Options options(
      "lint FILE|LINE|- [--dialect D] [--profile P] [--zone Z] [--key-file F]\n"
      "            [--json] [--duration S] [--count N]",
      "Reports where telegrams deviate from their dialect and, on a live or recorded line,\n"
      "where their timing does. Known deviations of a meter with this identification are\n"
      "quirks. Exit code 1: there is an error; 75: something could not be judged, such as sealed\n"
      "telegrams without their key, or there is no telegram at all. LINE: serial:DEVICE,\n"
      "rfc2217:HOST:PORT (both with ?wiring=), tcp:HOST:PORT, or the path of a terminal.");
  options.value("dialect", "D", "judge by this dialect; default: that of the first telegram");
  options.value("profile", "P",
                "judge by the dialect and quirks of this meter, and compare with its telegrams");
  add_zone_option(options);
  add_key_option(options);
  add_raw_option(options);
  options.flag("json", "one JSON object with all findings");
  add_limit_options(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;

  StreamLintSettings settings;
  LineSettings line;
  if (const int code = choose_settings(options, settings, line); code != kAsExpected) return code;
  ReadLimits limits;
  if (const int code = choose_limits(options, limits); code != kAsExpected) return code;
  settings.most_telegrams = limits.count;
  const std::string& input = options.words()[0];
  if (has_times(input)) settings.timing.emplace(known_settings(input, line));

  Report report(input == "-" ? "stdin" : input, options.has("json"));
  StreamLinter linter(std::move(settings), [&](const Finding& finding) { report.add(finding); });
  const auto take = [&](const InputPortion& portion) {
    if (portion.requested) linter.see_request(*portion.time, *portion.requested);
    linter.feed(portion.bytes, portion.time);
    return std::ferror(stdout) == 0 && !linter.is_full();
  };
  const int code = read_portions(
      input, line, take, {.until = limits.until, .show_edge = true, .unwrap = !options.has("raw")});
  linter.finish();
  // Where nothing could be read there is nothing to sum up.
  if (code != kAsExpected && linter.telegrams() == 0 && !options.has("json")) return code;
  report.finish(linter);
  return code != kAsExpected ? code : conclude(input, linter);
}

}  // namespace p1rig
