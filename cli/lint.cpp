#include "conformance/judge/lint.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/known_quirks.h"
#include "cli/options.h"
#include "cli/read_limits.h"
#include "conformance/judge/lint_frames.h"
#include "conformance/judge/lint_timing.h"
#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"
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

/// The message with the octets of the line that no terminal should be given, such as ESC, as \x1B.
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
          {"line", finding.line},     {"offset", finding.offset},
          {"obis", finding.obis},     {"message", finding.message},
          {"source", finding.source}};
      fmt::print("{}{}", first_ ? "\n" : ",\n",
                 object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      fmt::print("{}: telegram {}, line {}, offset {}: {} [{}] {} ({}){}\n", input_,
                 finding.telegram, finding.line, finding.offset, name_of(finding.severity),
                 finding.rule, printable(finding.message), finding.clause,
                 finding.source.empty() ? "" : " seen: " + finding.source);
    }
    first_ = false;
  }

  void finish(std::uint64_t telegrams, const Dialect* dialect) {
    const std::string_view name = dialect != nullptr ? dialect->name : "";
    if (json_) {
      fmt::print(
          "],\n \"dialect\": \"{}\", \"telegrams\": {}, \"errors\": {}, \"warnings\": {}, "
          "\"quirks\": {}}}\n",
          name, telegrams, counts_[0], counts_[1], counts_[2]);
      return;
    }
    const auto s = [](std::uint64_t count) { return count == 1 ? "" : "s"; };
    fmt::print("{}: {} telegram{}{}{}: {} error{}, {} warning{}, {} quirk{}\n", input_, telegrams,
               s(telegrams), name.empty() ? "" : " of ", name, counts_[0], s(counts_[0]),
               counts_[1], s(counts_[1]), counts_[2], s(counts_[2]));
  }

  std::uint64_t errors() const { return counts_[0]; }

 private:
  std::string input_;
  bool json_;
  bool first_ = true;
  std::uint64_t counts_[3] = {};
};

/// The settings of the line, where they are known: a network has none, and of a PTY only those that
/// somebody noted beside a recording mean anything.
std::optional<LineSettings> known_settings(const std::string& input, const LineSettings& ours) {
  if (input.starts_with("serial:") || input.starts_with("rfc2217:")) return ours;
  const auto note = read_note(input);
  return note ? parse_settings(note->settings) : std::nullopt;
}

}  // namespace

int run_lint(const Arguments& arguments) {
  Options options(
      "lint FILE|LINE|- [--dialect D] [--profile P] [--key-file F] [--json]\n"
      "            [--duration S] [--count N]",
      "Reports where telegrams deviate from their dialect, and where a line was seen, live or\n"
      "recorded, when they come, too. Deviations that a meter with this identification is known\n"
      "for are quirks. Exit code 1 on an error. LINE: serial:DEVICE, rfc2217:HOST:PORT (both with\n"
      "?wiring=), tcp:HOST:PORT, or the path of a terminal.");
  options.value("dialect", "D", "judge by this dialect; default: what the first telegram says");
  options.value("profile", "P", "judge as this meter: its dialect and quirks");
  add_key_option(options);
  options.flag("json", "one JSON object with all findings");
  add_limit_options(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto name = options.get("dialect");
  const auto chosen = dialect_option(name ? &*name : nullptr);
  if (chosen.code != kAsExpected) return chosen.code;
  std::optional<Profile> profile;
  if (const auto wanted = options.get("profile")) {
    auto found = find_profile(*wanted);
    if (!found) return complain(kUsage, found.error().message);
    profile = std::move(*found);
  }

  ReadLimits limits;
  if (const int code = choose_limits(options, limits); code != kAsExpected) return code;

  std::optional<FrameKeys> keys;
  if (const int code = choose_keys(options, keys); code != kAsExpected) return code;

  const std::string& input = options.words()[0];
  const Dialect* dialect = chosen.dialect == nullptr && profile ? profile->dialect : chosen.dialect;
  Report report(input == "-" ? "stdin" : input, options.has("json"));
  FrameLinter frame_linter(keys);
  std::optional<Linter> linter;
  const auto judged_by = [&] { return linter ? linter->dialect() : dialect; };
  std::vector<KnownQuirk> quirks;
  if (profile) quirks = quirks_of(*profile);
  const LineSettings settings = profile              ? profile->line
                                : dialect != nullptr ? dialect->line
                                                     : LineSettings{};
  std::optional<TimingLinter> timing;
  if (has_times(input)) timing.emplace(known_settings(input, settings));
  std::uint64_t telegrams = 0;
  std::uint64_t unopened = 0;
  bool ended = false;
  const auto report_all = [&](std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      finding.telegram = telegrams;
      report.add(finding);
    }
  };
  const auto report_times = [&](std::vector<Finding> findings) {
    apply_quirks(quirks, findings);
    report_all(std::move(findings));
  };
  const auto lint_telegram = [&](const Telegram& telegram, std::uint64_t offset) {
    if (!linter) {
      const Dialect* const judges = dialect != nullptr ? dialect : detect_dialect(telegram);
      if (!profile) quirks = quirks_of(telegram, *judges);
      linter.emplace(judges, quirks);
    }
    report_all(linter->check(telegram, offset));
  };
  TelegramDecoder decoder;
  TelegramStream stream(decoder, [&](const Stretch& stretch, const Telegram* plain) {
    if (limits.count != 0 && telegrams == limits.count) return;
    if (stretch.kind == Stretch::Kind::kFrame) {
      ++telegrams;
      const FrameLinter::Judged judged = frame_linter.check_frame(stretch.bytes, stretch.offset);
      report_all(judged.findings);
      if (judged.telegram) {
        lint_telegram(decoder.decode(*judged.telegram), judged.telegram_offset);
      }
      if (!keys) ++unopened;
    } else if (plain != nullptr) {
      ++telegrams;
      report_all(frame_linter.check_plain(stretch.offset));
      lint_telegram(*plain, stretch.offset);
    } else if (stretch.kind == Stretch::Kind::kFragment && !ended) {
      // At its end, every recording is cut.
      report_all(frame_linter.check_fragment(stretch.bytes, stretch.offset));
    }
    if (timing) report_times(timing->check(stretch, judged_by()));
  });
  const auto take = [&](const InputPortion& portion) {
    if (timing && portion.requested) timing->see_request(*portion.time, *portion.requested);
    if (timing) timing->see_bytes(*portion.time, portion.bytes.size());
    stream.feed(portion.bytes);
    return std::ferror(stdout) == 0 && (limits.count == 0 || telegrams < limits.count);
  };
  const int code = read_portions(input, settings, take, {.until = limits.until, .show_edge = true});
  ended = true;
  stream.finish();
  if (timing) report_times(timing->finish(judged_by()));
  // Where nothing could be read there is nothing to sum up.
  if (code != kAsExpected && telegrams == 0 && !options.has("json")) return code;
  report.finish(telegrams, judged_by());
  if (code != kAsExpected) return code;
  if (unopened > 0) {
    complain(kAsExpected, fmt::format("{}: {} sealed telegrams were judged from outside only; "
                                      "--key-file opens them",
                                      input, unopened));
  }
  if (telegrams == 0) {
    return complain(kNotAsExpected, fmt::format("{}: there is no whole telegram", input));
  }
  return report.errors() > 0 ? kNotAsExpected : kAsExpected;
}

}  // namespace p1rig
