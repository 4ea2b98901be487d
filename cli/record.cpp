#include <fmt/core.h>

#include <cmath>
#include <optional>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/line_options.h"
#include "cli/options.h"
#include "protocol/framer.h"
#include "simulator/line/recording.h"
#include "simulator/line/replay.h"
#include "simulator/line/session.h"
#include "simulator/profile.h"

namespace p1rig {
namespace {

/// A number above 0; nothing where it is none.
std::optional<double> parse_positive(const std::string& text) {
  try {
    std::size_t end = 0;
    const double number = std::stod(text, &end);
    if (end == text.size() && number > 0 && std::isfinite(number)) return number;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

struct RecordLimits {
  std::uint64_t count = 0;  ///< telegrams; 0 for no limit
  SteadyTime until = SteadyTime::max();
};

int choose_limits(const Options& options, RecordLimits& limits) {
  if (const auto text = options.get("count")) {
    const auto count = parse_count(*text);
    if (!count || *count == 0) return options.misuse("--count: expected a number from 1 on");
    limits.count = *count;
  }
  if (const auto text = options.get("duration")) {
    const auto seconds = parse_positive(*text);
    if (!seconds || *seconds > 1e8) return options.misuse("--duration: expected seconds above 0");
    limits.until =
        RealClock().now() + std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
  }
  return kAsExpected;
}

int write_recording(const std::string& uri, const LineSettings& settings,
                    const RecordLimits& limits, RecordingWriter& writer) {
  std::uint64_t telegrams = 0;
  Framer framer([&](const Stretch& stretch) {
    using Kind = Stretch::Kind;
    if (stretch.kind == Kind::kTelegram || stretch.kind == Kind::kFrame) ++telegrams;
  });
  writer.write({.time = RealClock().time_of_day(), .leads = kLeadRts});
  const int code = read_portions(
      uri, settings,
      [&](const InputPortion& portion) {
        const bool requested = portion.requested.value_or(true);
        writer.write({.time = portion.time.value_or(RealClock().time_of_day()),
                      .type = SerialEvent::kDataReceived,
                      .leads = requested ? kLeadRts : std::uint8_t{0},
                      .bytes = std::string(portion.bytes)});
        framer.feed(portion.bytes);
        return writer.good() && (limits.count == 0 || telegrams < limits.count);
      },
      limits.until);
  fmt::print(stderr, "{} telegrams recorded\n", telegrams);
  return code;
}

}  // namespace

int run_record(const Arguments& arguments) {
  Options options(
      "record PTY|PORT|tcp:HOST:PORT -o F.pcap [--duration S] [--count N]",
      "Writes what a meter sends to a file that Wireshark opens, with the time of each\n"
      "portion, and a note F.toml beside it. Ends by SIGINT, or as told.");
  options.value("output,o", "F.pcap", "where to");
  options.value("profile", "P", "the meter: its settings and its name in the note");
  options.value("duration", "S", "end after so many seconds");
  options.value("count", "N", "end after N telegrams");
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto path = options.get("output");
  if (!path) return options.misuse("-o: where to?");
  const std::string& uri = options.words()[0];
  if (uri == "-" || is_capture_file(uri)) return options.misuse(uri + ": is no line");
  RecordLimits limits;
  if (const int code = choose_limits(options, limits); code != kAsExpected) return code;
  LineSettings settings;
  if (const auto name = options.get("profile")) {
    const auto profile = find_profile(*name);
    if (!profile) return complain(kUsage, profile.error().message);
    settings = profile->line;
  }
  auto writer = RecordingWriter::create(*path);
  if (!writer) return complain(kEnvironment, writer.error().message);
  const auto noted =
      write_note(*path, {.source = "p1rig " P1RIG_VERSION " record",
                         .profile = options.get("profile").value_or(""),
                         .settings = fmt::format("{} {}", settings.baud, framing_of(settings)),
                         .line = uri});
  if (!noted) return complain(kEnvironment, noted.error().message);
  const int code = write_recording(uri, settings, limits, *writer);
  if (!writer->good()) return complain(kEnvironment, *path + ": cannot be written");
  return code;
}

int run_replay(const Arguments& arguments) {
  Options options(
      "replay F.pcap [--line URI] [--speed X|max]",
      "Sends what was recorded, byte for byte and with its gaps, once a reader is there.");
  options.values("line", "URI", "where to send, as for `p1rig simulate`; default: pty:");
  options.value("speed", "X", "seconds of the recording in one second, or max");
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const std::string& path = options.words()[0];
  ReplayOptions how;
  if (const auto text = options.get("speed")) {
    const auto speed = parse_positive(*text);
    if (!speed && *text != "max") return options.misuse("--speed: expected a number, or max");
    how.speed = speed.value_or(kMaxSpeed);
  }
  if (options.list("line").size() > 1) return options.misuse("--line: one line");
  std::vector<ReplayStep> steps;
  std::optional<MeterTime> first;
  const auto done = read_recording(path, [&](const RecordedEvent& event) {
    if (!first) first = event.time;
    if (event.type == SerialEvent::kDataReceived)
      steps.push_back({event.time - *first, event.bytes});
    return true;
  });
  if (!done) return complain(kUsage, done.error().message);
  EventLoop loop;
  OpenLines lines;
  if (const int code = open_lines(options, LineSettings{}, loop, lines); code != kAsExpected)
    return code;
  const ReplayResult result = replay(steps, how, *lines.list.front(), loop);
  if (!result.error.empty()) return complain(kEnvironment, result.error);
  if (result.signal != 0) return kInterrupted;
  return result.complete ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
