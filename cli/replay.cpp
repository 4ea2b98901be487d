#include "simulator/line/replay.h"

#include <fmt/core.h>

#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/line_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/read_limits.h"
#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/line/session.h"

namespace p1rig {
namespace {

/// The bytes that the meter sent, one packet after another.
class RecordedSteps {
 public:
  explicit RecordedSteps(RecordingReader& reader) : reader_(reader) {}

  std::optional<ReplayStep> next() {
    for (;;) {
      auto event = reader_.next();
      if (!event) trouble_ = event.error().message;
      if (!event || !*event) return std::nullopt;
      if (!first_) first_ = (*event)->time;
      if ((*event)->type == SerialEvent::kDataReceived && !(*event)->bytes.empty()) {
        return ReplayStep{(*event)->time - *first_, std::move((*event)->bytes)};
      }
    }
  }

  const std::string& trouble() const { return trouble_; }

 private:
  RecordingReader& reader_;
  std::optional<MeterTime> first_;
  std::string trouble_;
};

}  // namespace

int run_replay(const Arguments& arguments) {
  Options options(
      "replay F.pcap [--line URI] [--speed X|max] [--stats]",
      "Sends what was recorded, byte for byte and with its gaps, once a reader is there.");
  options.values("line", "URI", "where to send, as for `p1rig simulate`; default: pty:");
  options.value("speed", "X", "seconds of the recording in one second, or max");
  options.flag("stats", "say in the end what was sent, and how late, on stderr");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const std::string& path = options.words()[0];
  ReplayOptions how;
  if (const auto text = options.get("speed")) {
    const auto speed = parse_positive(*text);
    if (!speed && *text != "max") return options.misuse("--speed: expected a number, or max");
    how.speed = speed.value_or(kMaxSpeed);
  }
  if (options.list("line").size() > 1) return options.misuse("--line: one line");
  auto reader = RecordingReader::open(path);
  if (!reader) return complain(kUsage, reader.error().message);
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
  RecordedSteps steps(*reader);
  const RealClock clock;
  const ReplayResult result =
      replay([&] { return steps.next(); }, how, *lines.list.front(), clock, loop);
  if (options.has("stats")) {
    say(fmt::format("{} bytes sent", result.sent));
    say(describe_lateness(result.lateness));
  }
  if (!result.error.empty()) return complain(kEnvironment, result.error);
  if (result.signal != 0) return kInterrupted;
  if (!steps.trouble().empty()) return complain(kEnvironment, steps.trouble());
  return result.complete ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
