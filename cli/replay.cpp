#include "simulator/line/replay.h"

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/line_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/read_limits.h"
#include "protocol/wording.h"
#include "simulator/line/recorded_steps.h"
#include "simulator/line/recording_note.h"
#include "simulator/line/session.h"

namespace p1rig {
namespace {

/// How often the recording is sent: nothing for ever.
int choose_times(const Options& options, std::optional<std::uint64_t>& times) {
  times = 1;
  if (options.has("loop")) times.reset();
  const auto text = options.get("times");
  if (!text) return kAsExpected;
  if (options.has("loop")) return options.misuse("--loop and --times cannot be combined");
  times = parse_count(*text);
  if (times && *times > 0) return kAsExpected;
  return options.misuse("--times: expected a number, at least 1");
}

}  // namespace

int run_replay(const Arguments& arguments) {
  Options options(
      "replay F.pcap [--line URI] [--speed X|max] [--loop|--times N] [--stats]",
      "Sends a recording, byte for byte and with its gaps, once a reader has connected.");
  options.values("line", "URI", "where to send, as for `p1rig simulate`; default: pty:");
  options.value("speed", "X", "seconds of the recording per second, or max");
  options.flag("loop", "repeat it until interrupted, or until the line ends");
  options.value("times", "N", "send it this many times; default: once");
  options.flag("stats", "print at the end what was sent, and how late, to stderr");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const std::string& path = options.words()[0];
  ReplayOptions how;
  if (const auto text = options.get("speed")) {
    const auto speed = parse_positive(*text);
    if (!speed && *text != "max") return options.misuse("--speed: expected a number, or max");
    how.speed = speed.value_or(kMaxSpeed);
  }
  if (options.list("line").size() > 1) return options.misuse("--line: only one line");
  std::optional<std::uint64_t> times;
  if (const int code = choose_times(options, times); code != kAsExpected) return code;
  auto steps = RecordedSteps::open(path, times);
  if (!steps) return complain(kUsage, steps.error().message);
  auto first = steps->next();
  if (!first && !steps->trouble().empty()) return complain(kEnvironment, steps->trouble());
  if (!first) return complain(kNotAsExpected, path + ": contains nothing that a meter sent");
  const auto note = read_note(path);
  const auto settings = note ? parse_settings(note->settings) : std::nullopt;
  OutputGuard guard = guard_of(options);
  guard.reads(path);
  guard.reads(note_path(path));
  EventLoop loop;
  OpenLines lines;
  if (const int code = open_lines(options, settings.value_or(LineSettings{}), guard, loop, lines);
      code != kAsExpected) {
    return code;
  }
  const RealClock clock;
  how.on_waiting = [](bool begun) {
    say(begun ? "the reader disconnected before the end of the recording: waiting for a reader"
              : "waiting for a reader");
  };
  const auto next = [&] { return first ? std::exchange(first, std::nullopt) : steps->next(); };
  const ReplayResult result = replay(next, how, *lines.list.front(), clock, loop);
  if (options.has("stats")) {
    say(counted(result.sent, "byte") + " sent");
    // As fast as the line takes it, nothing is late.
    if (how.speed != kMaxSpeed) say(describe_lateness(result.lateness));
  }
  if (!result.error.empty()) return complain(kEnvironment, result.error);
  if (result.signal != 0) return kInterrupted;
  if (!steps->trouble().empty()) return complain(kEnvironment, steps->trouble());
  return result.complete ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
