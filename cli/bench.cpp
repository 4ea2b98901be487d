#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/reader_choice.h"
#include "cli/seed_options.h"
#include "conformance/reader/observer.h"
#include "conformance/report/whole_file.h"
#include "conformance/run/conform.h"
#include "conformance/run/process_subject.h"
#include "conformance/run/stimulus.h"
#include "conformance/speed/speed_report.h"
#include "protocol/wording.h"
#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

struct Entrant {
  ReaderFile reader;
  std::shared_ptr<const Profile> profile;
  std::string endpoint;
};

std::chrono::nanoseconds processor_taken() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

/// A number of telegrams a second that makes sense.
std::optional<double> parse_rate(const std::string& text) {
  constexpr double kLeast = 0.1, kMost = 1'000'000;
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !std::isfinite(rate) || rate < kLeast || rate > kMost) return std::nullopt;
  return rate;
}

/// Why no reader that is observed like this can be measured; empty if it can.
std::string complain_about(const ReaderFile& reader) {
  if (find_observer_kind(reader.observe.kind)->sampled) {
    return fmt::format(
        "{}: is observed by {}, which is only polled: a lost telegram cannot be distinguished from "
        "one that was missed",
        reader.name, reader.observe.kind);
  }
  return {};
}

int choose_entrants(const Options& options, const Arguments& command,
                    std::vector<Entrant>& entrants) {
  std::vector<ReaderFile> readers;
  for (const std::string& name : options.words()) {
    auto reader = find_reader(name);
    if (!reader) return complain(kUsage, reader.error().message);
    readers.push_back(std::move(*reader));
  }
  if (!command.empty()) {
    if (command.front().empty()) return options.misuse("--: the command has no name");
    ReaderFile reader;
    reader.name = command.front().substr(command.front().rfind('/') + 1);
    reader.command = command;
    readers.push_back(std::move(reader));
  }
  if (readers.empty()) {
    return options.misuse("expected a reader file, or -- and a command with {endpoint} in it");
  }
  for (const ReaderFile& reader : readers) {
    if (const auto complaint = complain_about(reader); !complaint.empty()) {
      return complain(kUsage, complaint);
    }
    const auto name =
        options.get("profile").value_or(std::string(profile_of_dialect(dialect_of(reader))));
    auto profile = find_profile(name);
    if (!profile) return complain(kUsage, profile.error().message);
    if (is_sealed(*profile)) {
      return complain(kUsage, fmt::format("{} sends encrypted telegrams: name a --profile that "
                                          "sends plain ones",
                                          name));
    }
    const auto shared = std::make_shared<const Profile>(std::move(*profile));
    auto endpoints = options.list("line");
    if (endpoints.empty()) endpoints = {reader.endpoints.front()};
    for (std::string& endpoint : endpoints) {
      if (auto known = check_endpoint(endpoint, reader.attached); !known) {
        return options.misuse("--line: " + known.error().message);
      }
      entrants.push_back({.reader = reader, .profile = shared, .endpoint = std::move(endpoint)});
    }
  }
  return kAsExpected;
}

SpeedSettings settings_of(const ReaderFile& reader) {
  SpeedSettings settings{.startup = reader.startup,
                         .patience = reader.patience,
                         .spacing = spacing_of(reader),
                         .unparsed = reader.observe.kind == "stdout",
                         .map = reader.map,
                         .own_processor = processor_taken};
  settings.precision.time = reader.time;
  if (reader.decimals) settings.precision.decimals = *reader.decimals;
  return settings;
}

/// Says on a terminal what is tried.
void show_progress(const std::string& reader, const SpeedStep& step) {
  if (::isatty(STDERR_FILENO) != 1) return;
  fmt::print(stderr, "\r\x1B[K{}: {} telegrams/s, {} of {} lost", reader, readable(step.reached),
             step.lost(), step.sent);
  std::fflush(stderr);
}

/// An error is about the environment.
Result<SpeedResult> measure(const Entrant& entrant, const Seeds& seeds, SpeedSettings settings,
                            EventLoop& loop) {
  auto subject = make_process_subject({.reader = entrant.reader,
                                       .endpoint = entrant.endpoint,
                                       .profile = entrant.profile,
                                       .interrupted = settings.interrupted,
                                       .unparsed = settings.unparsed},
                                      loop);
  if (!subject) return tl::make_unexpected(subject.error());
  StimulusMaker maker(entrant.profile, seeds.values, std::nullopt, seeds.ids);
  maker.begin("bench");
  const std::string& name = entrant.reader.name;
  settings.told = [&name](const SpeedStep& step) { show_progress(name, step); };
  SpeedResult result = measure_speed(
      **subject, [&maker] { return maker.clean("telegram"); }, settings);
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\x1B[K");
  if (result.reader.empty()) result.reader = name;
  result.endpoint = entrant.endpoint;
  result.profile = entrant.profile->name;
  return result;
}

void declare(Options& options) {
  options.value("profile", "P", "the meter; default: one with a dialect that the reader supports");
  options.values(
      "line", "L",
      "pty, tcp, rfc2217, stdin …; may be repeated; default: the first in the reader file");
  options.value(
      "latency-rate", "R",
      "measure latency at R telegrams per second; default: half of what each reader sustains");
  options.value("json", "F", "all measurements, step by step");
  options.value("svg", "F", "a plot of latency and loss over the rate");
  add_force_option(options);
  add_seed_options(options, "selects the values that are sent; default: 1");
}

struct BenchFiles {
  std::optional<WholeFile> json, svg;

  int open(const Options& options, const std::vector<Entrant>& entrants) {
    OutputGuard guard = guard_of(options);
    for (const Entrant& entrant : entrants) {
      guard.reads(entrant.profile->file);
      if (!entrant.reader.file.empty()) guard.reads(entrant.reader.file);
    }
    if (const auto claimed = guard.uses_stdout("the table"); !claimed) {
      return complain(kUsage, claimed.error().message);
    }
    for (auto [option, kind, file] :
         {std::tuple{"json", &kSpeedJsonKind, &json}, std::tuple{"svg", &kSpeedSvgKind, &svg}}) {
      const auto name = options.get(option);
      if (!name) continue;
      if (const auto claimed = guard.claim(*name, *kind); !claimed) {
        return complain(kUsage, fmt::format("--{}: {}", option, claimed.error().message));
      }
      auto opened = WholeFile::open(*name);
      if (!opened) {
        return complain(kEnvironment, fmt::format("--{}: {}", option, opened.error().message));
      }
      file->emplace(std::move(*opened));
    }
    return kAsExpected;
  }

  int write(const SpeedReport& report) {
    for (auto [file, write] : {std::pair{&json, &json_report}, std::pair{&svg, &svg_report}}) {
      if (!*file) continue;
      if (const auto done = (*file)->write(write(report)); !done) {
        return complain(kEnvironment, done.error().message);
      }
    }
    return kAsExpected;
  }
};

}  // namespace

int run_bench(const Arguments& arguments) {
  Options options(
      "bench READER… [-- COMMAND…] [OPTIONS]",
      "Feeds each reader through its real endpoint at rising rates until it loses a telegram.\n"
      "The register values of each telegram are unique, so a report identifies its telegram.\n"
      "READER is a name of `p1rig readers` or a path; in COMMAND, {endpoint} stands for what the\n"
      "reader has to open.\n"
      "\n"
      "telegrams/s  the highest rate without a loss. When a line is full, p1rig waits and nothing\n"
      "             is lost: for a slow reader that loses nothing, this is the rate at which it\n"
      "             reports, from the first byte to the last report\n"
      "latency      from writing the last byte of a telegram to receiving its report\n"
      "CPU, memory  of the reader and its children, including writing the report\n"
      "\n"
      "Exit code 1: a reader loses telegrams at any rate; 3: it ends, is silent, floods or\n"
      "breaks the contract; 4: it cannot be run here; 75: it cannot be measured like this.");
  declare(options);
  const auto dashes = std::ranges::find(arguments, std::string("--"));
  const Arguments before(arguments.begin(), dashes);
  const Arguments command(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  constexpr std::size_t kMostReaders = 100;
  if (const auto code = options.parse(before, 0, kMostReaders)) return *code;
  SpeedReport report;
  Seeds seeds;
  if (const int code = choose_seeds(options, seeds); code != kAsExpected) return code;
  report.seed = seeds.values;
  std::optional<double> latency_rate;
  if (const auto text = options.get("latency-rate")) {
    latency_rate = parse_rate(*text);
    if (!latency_rate) return options.misuse("--latency-rate: expected 0.1 to 1000000");
  }
  std::vector<Entrant> entrants;
  if (const int code = choose_entrants(options, command, entrants); code != kAsExpected) {
    return code;
  }
  BenchFiles files;
  if (const int code = files.open(options, entrants); code != kAsExpected) return code;

  EventLoop loop;
  bool interrupted = false;
  loop.on_signal([&](int) {
    interrupted = true;
    loop.stop();
  });
  for (const Entrant& entrant : entrants) {
    SpeedSettings settings = settings_of(entrant.reader);
    settings.latency_rate = latency_rate;
    settings.interrupted = [&interrupted] { return interrupted; };
    auto result = measure(entrant, seeds, std::move(settings), loop);
    if (!result) return complain(kEnvironment, result.error().message);
    report.results.push_back(std::move(*result));
    if (interrupted) break;
  }
  loop.on_signal({});
  fmt::print("{}", console_report(report));
  if (const int code = files.write(report); code != kAsExpected) return code;
  return exit_code(report);
}

}  // namespace p1rig
