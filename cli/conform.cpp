#include "conformance/run/conform.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "cli/seed_options.h"
#include "conformance/mutants/mutant_subject.h"
#include "conformance/report/report.h"
#include "conformance/run/shell_word.h"
#include "conformance/run/waivers.h"
#include "conformance/suite/renamed_cases.h"
#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

int choose_reader(const Options& options, const Arguments& command, ConformPlan& plan) {
  if (!command.empty()) {
    if (!options.words().empty()) {
      return options.misuse("expected a reader file or a command after --, not both");
    }
    if (command.front().empty()) return options.misuse("--: the command has no name");
    plan.reader.name = command.front().substr(command.front().rfind('/') + 1);
    plan.reader.command = command;
    // The endpoint has to reach the command, by its words or by $P1RIG_ENDPOINT.
    plan.reader.endpoints = {"pty"};
    return kAsExpected;
  }
  if (options.words().empty()) {
    return options.misuse("expected a reader file, or -- and a command with {endpoint} in it");
  }
  auto reader = find_reader(options.words()[0]);
  if (!reader) return complain(kUsage, reader.error().message);
  plan.reader = std::move(*reader);
  return kAsExpected;
}

int read_plan(const Options& options, const Arguments& command, ConformPlan& plan) {
  if (const int code = choose_reader(options, command, plan); code != kAsExpected) return code;
  plan.profiles = options.list("profile");
  plan.dialects = options.list("dialect");
  plan.endpoints = options.list("line");
  plan.cases = options.list("case");
  if (const auto text = options.get("level")) {
    const auto level = find_level(*text);
    if (!level) return options.misuse("--level: expected must, should or quirk");
    plan.level = *level;
  }
  Seeds seeds;
  if (const int code = choose_seeds(options, seeds); code != kAsExpected) return code;
  plan.seed = seeds.values;
  plan.id_seed = seeds.ids;
  if (const auto text = options.get("repeat")) {
    const auto repeat = parse_count(*text);
    if (!repeat || *repeat == 0 || *repeat > 1000) {
      return options.misuse("--repeat: expected 1 to 1000");
    }
    plan.repeat = static_cast<int>(*repeat);
  }
  if (const auto text = options.get("case-limit")) {
    const auto limit = parse_duration(*text);
    if (!limit || *limit <= std::chrono::milliseconds{0}) {
      return options.misuse(
          "--case-limit: expected a whole number with its unit, such as 500ms, 60s or 5min");
    }
    plan.case_limit = std::chrono::duration_cast<std::chrono::milliseconds>(*limit);
  }
  if (const auto text = options.get("shrink-limit")) {
    const auto limit =
        *text == "0" ? std::optional(std::chrono::milliseconds{0}) : parse_duration(*text);
    if (!limit || *limit < std::chrono::milliseconds{0}) {
      return options.misuse(
          "--shrink-limit: expected a whole number with its unit, such as 10s, or 0 for never");
    }
    plan.shrink_limit = *limit;
  }
  plan.reference = [](const Profile& profile, const std::optional<FrameKeys>& keys) {
    return std::make_unique<MutantSubject>(nullptr, *profile.dialect, profile.line, keys);
  };
  plan.shuffle = options.has("shuffle");
  plan.realtime = options.has("realtime");
  if (const auto version = options.get("suite-version")) {
    if (std::ranges::find(suite_versions(), *version) == suite_versions().end()) {
      return options.misuse(
          fmt::format("--suite-version: unknown version \"{}\": expected one of {}", *version,
                      fmt::join(suite_versions(), ", ")));
    }
    plan.suite_version = *version;
  }
  if (const auto file = options.get("waivers")) {
    auto waivers = load_waivers(*file);
    if (!waivers) return complain(kUsage, waivers.error().message);
    plan.waivers = std::make_shared<const Waivers>(std::move(*waivers));
  }
  if (const auto text = options.get("fuzz")) {
    const auto count = parse_count(*text);
    if (!count || *count == 0) return options.misuse("--fuzz: expected a number, at least 1");
    plan.fuzz = *count;
    for (const char* const name : {"case", "case-file", "repeat", "shuffle"}) {
      if (options.has(name))
        return options.misuse(fmt::format("--fuzz and --{} cannot be combined", name));
    }
  }
  plan.command_line = "p1rig conform";
  if (plan.realtime) plan.command_line += " --realtime";
  if (command.empty()) plan.command_line += " " + shell_word(options.words()[0]);
  for (const char* const name : {"level", "case-limit", "suite-version", "waivers"}) {
    if (const auto value = options.get(name)) {
      plan.command_line += fmt::format(" --{} {}", name, shell_word(*value));
    }
  }
  for (const std::string& file : options.list("case-file")) {
    auto cases = load_cases(file);
    if (!cases) return complain(kUsage, cases.error().message);
    std::ranges::move(*cases, std::back_inserter(plan.all_cases));
    plan.command_line += " --case-file " + shell_word(file);
  }
  plan.own_cases = options.has("case-file");
  if (plan.own_cases) return kAsExpected;
  auto cases = load_all_cases();
  if (!cases) return complain(kUsage, cases.error().message);
  plan.all_cases = std::move(*cases);
  return kAsExpected;
}

/// Old ids mean the renamed cases, and a note says so.
void note_renamed(const ConformPlan& plan) {
  const auto note = [&](std::string_view where, std::string_view pattern) {
    const std::string said = note_on_renamed(pattern.substr(0, pattern.find('@')), plan.all_cases);
    if (!said.empty()) complain(kAsExpected, fmt::format("{}: {}", where, said));
  };
  for (const std::string& glob : plan.cases) note("--case", glob);
  if (!plan.waivers) return;
  for (const Waiver& waiver : plan.waivers->all) {
    const auto [line, column] = waiver.place;
    note(fmt::format("{}:{}:{}", plan.waivers->file, line, column), waiver.pattern);
  }
}

}  // namespace

int run_conform(const Arguments& arguments) {
  Options options(
      "conform READER|-- COMMAND… [OPTIONS]",
      "Judges a reader by the cases of the suite. READER is a name of `p1rig readers` or\n"
      "a path; in COMMAND, {endpoint} stands for what the reader has to open.");
  options.values("profile", "P", "this meter; may be repeated; default: one for each dialect");
  options.values("dialect", "D", "these dialects, globs; default: those of the reader");
  options.values(
      "line", "L",
      "pty, pty-shim, tcp, rfc2217, stdin, serial:DEVICE or cable:; with a place of your "
      "own pty:PATH, tcp:HOST:PORT, rfc2217:HOST:PORT; may be repeated; default: the first "
      "that the reader file names");
  options.values("case", "GLOB", "only cases with such an id; may be repeated");
  options.value("case-limit", "T",
                "gives a case up after that long, its own silences not counted; default: 60s");
  options.value("shrink-limit", "T",
                "makes what fails smaller for that long before it is shown; 0: never; default: "
                "10s");
  options.values("case-file", "F",
                 "the cases of this file instead of the suite's; may be repeated");
  options.value("level", "L", "the lowest level that counts: must, should or quirk; default: must");
  add_seed_options(options, "selects the values that are sent; default: 1");
  options.value("fuzz", "N",
                "instead of the cases, send N random telegrams, faults and times; failures are "
                "minimised and printed as a case");
  options.flag("shuffle", "run the cases in a random order, selected by the seed");
  options.flag("realtime",
               "send at the meter's period and at the pace of its line, however long it takes");
  options.value("repeat", "N", "run each case N times");
  options.value("suite-version", "V",
                "leave out cases added after this version; default: the newest");
  options.value("waivers", "F", "known failures with their reasons (docs/reports.md)");
  options.flag("progress",
               "print a line every ten seconds on standard error if it is not a terminal");
  ReportFiles::declare(options);
  const auto dashes = std::ranges::find(arguments, std::string("--"));
  const Arguments before(arguments.begin(), dashes);
  const Arguments command(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  if (const auto code = options.parse(before, 0, 1)) return *code;
  ConformPlan plan;
  if (const int code = read_plan(options, command, plan); code != kAsExpected) return code;
  note_renamed(plan);
  std::string tail;
  if (!command.empty()) {
    tail = " --";
    for (const std::string& word : command) tail += " " + shell_word(word);
  }
  plan.command_tail = tail;
  std::vector<std::string> sources = options.list("case-file");
  if (!plan.reader.file.empty()) sources.push_back(plan.reader.file);
  ReportFiles files;
  if (const int code = files.open(options, sources); code != kAsExpected) return code;
  const auto waivers = plan.waivers ? plan.waivers : std::make_shared<const Waivers>();

  EventLoop loop;
  Progress progress(options.has("progress"));
  plan.planned = [&](std::size_t results, std::chrono::milliseconds likely) {
    progress.plan(results, likely);
  };
  plan.shrinks = [&](std::size_t number, std::size_t of) { progress.shrink(number, of); };
  plan.begins = [&](const Case& one, const Profile& profile) { progress.begin(one, profile.name); };
  const auto told = [&](const CaseResult& result) { progress.take(result); };
  const auto report = run_conformance(std::move(plan), loop, told);
  progress.finish();
  if (!report) return complain(kUsage, report.error().message);
  if (!report->environment.empty()) complain(kEnvironment, report->environment);
  fmt::print("{}", console_report(*report));
  if (const int code = files.write(*report, *waivers); code != kAsExpected) return code;
  return exit_code(*report);
}

}  // namespace p1rig
