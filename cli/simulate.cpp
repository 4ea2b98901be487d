#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/fault_options.h"
#include "cli/key_options.h"
#include "cli/line_options.h"
#include "cli/line_recording.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/panel_options.h"
#include "cli/reader_command.h"
#include "cli/truth_json.h"
#include "protocol/wording.h"
#include "simulator/faults/fault.h"
#include "simulator/line/clock.h"
#include "simulator/line/run_session.h"

namespace p1rig {
namespace {

/// One line on stderr for each thing that happens; on a terminal only, so that pipes stay quiet.
void print_event(const SessionEvent& event, const Zone& zone) {
  if (const auto* started = std::get_if<TelegramStarted>(&event)) {
    say(fmt::format("{} telegram {}, {}", to_string(zone.local(started->time)), started->number,
                    counted(started->bytes, "byte")));
  } else if (const auto* came = std::get_if<ReaderCame>(&event)) {
    say(fmt::format("{}: a reader connected", came->line));
  } else if (const auto* left = std::get_if<ReaderLeft>(&event)) {
    say(fmt::format("{}: the reader disconnected", left->line));
  } else if (const auto* noted = std::get_if<LineNoted>(&event)) {
    say(fmt::format("{}: {}", noted->line, noted->note));
  } else if (const auto* dropped = std::get_if<BytesDropped>(&event)) {
    say(fmt::format("{}: {} dropped: the reader is too slow", dropped->line,
                    counted(dropped->bytes, "byte")));
  }
}

/// At full speed, a meter that never sends again would run forever.
constexpr std::chrono::days kLongestSilence{366};

/// Whether a fault leaves out so many telegrams that never as many as asked for are counted.
bool is_never_over(const std::vector<FaultRequest>& requests, const SessionOptions& session) {
  if (!session.count || session.until) return false;
  return std::ranges::any_of(requests, [&](const FaultRequest& request) {
    if (faults()[request.row].id != "silence" || request.every > 1 || request.until) return false;
    if (!request.from || *request.from <= session.start) return true;
    const auto before = *request.from - session.start;
    return std::cmp_less(before / session.schedule.period + 1, *session.count);
  });
}

std::optional<double> parse_speed(const std::string& text) {
  if (text == "max") return kMaxSpeed;
  try {
    std::size_t end = 0;
    const double speed = std::stod(text, &end);
    // Slower than that, and the next telegram is too far away to count.
    if (end == text.size() && speed >= 1e-6 && speed <= 1e6) return speed;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

/// The session's options from the command line; explains what is wrong and returns its exit code.
int session_options(const Options& options, const Profile& profile, const Scenario& scenario,
                    SessionOptions& session) {
  session.settings = profile.line;
  session.schedule = profile.schedule;
  if (const auto text = options.get("until")) {
    const auto until = profile.zone.parse_instant(*text);
    if (!until) return options.misuse("--until: " + until.error().message);
    if (*until <= session.start) return options.misuse("--until: is not after the start");
    session.until = *until;
  }
  // A scenario with a window is over at its end.
  if (!session.until && session.start < scenario.until) session.until = scenario.until;
  if (const auto text = options.get("speed")) {
    const auto speed = parse_speed(*text);
    if (!speed) return options.misuse("--speed: expected 0.000001 to 1000000, or max");
    session.speed = *speed;
  }
  if (const auto text = options.get("count")) {
    const auto count = parse_count(*text);
    if (!count || *count == 0) return options.misuse("--count: expected a number, at least 1");
    session.count = *count;
  }
  return kAsExpected;
}

void add_simulate_options(Options& options) {
  add_line_options(options);
  add_record_option(options);
  options.value("count", "N",
                "end after N telegrams, counted from the first that a reader can receive");
  options.value(
      "start", "T",
      "the meter's clock at the start: 2026-10-25T00:30:00Z or 261025023000S; default: now");
  options.value("until", "T",
                "end at this time of the meter's clock; default: the end of the scenario's window");
  add_meter_options(options);
  add_seal_options(options);
  options.values("fault", "F",
                 "a fault of `p1rig faults`, with options: crc-wrong,every=5 or "
                 "stall=800ms,at=1-0:1.7.0,from=TIME,until=TIME; may be repeated");
  options.value("speed", "X",
                "seconds of the meter's time per second, or max: as fast as the lines accept it");
  options.value("truth", "F", "write the values in each telegram to this file, as JSON Lines");
  add_panel_options(options);
  add_force_option(options);
}

/// What the meter sends, second by second, with its faults and sealed. Ends the loop where it cannot go
/// on.
class TelegramSource {
 public:
  TelegramSource(ChosenMeter& chosen, const std::vector<FaultRequest>& faults,
                 TelegramSealer* sealer, const SessionOptions& session, LineRecording& recording,
                 OutputFile* truth_file, EventLoop& loop)
      : chosen_(chosen),
        faults_(faults),
        sealer_(sealer),
        is_hurried_(session.speed == kMaxSpeed),
        recording_(recording),
        truth_file_(truth_file),
        loop_(loop),
        last_sent_(std::chrono::floor<std::chrono::seconds>(session.start)) {
    if (truth_file_ != nullptr && !truth_file_->begin()) {
      trouble_ = truth_file_->name() + ": cannot be written";
    }
  }

  Emission telegram_at(std::chrono::sys_seconds t) {
    if (is_hurried_ && t - last_sent_ > kLongestSilence) {
      give_up("the meter has been silent for a year of its time: nothing more will be sent");
    }
    if (is_silent_ || !chosen_.meter->sends_at(t)) return {};
    Truth truth;
    Emission emission{.bytes = chosen_.telegram_at(t, truth_file_ != nullptr ? &truth : nullptr),
                      .crc_algorithm = chosen_.profile->layout.crc_algorithm};
    std::function<void(Emission&)> sealing;
    if (sealer_ != nullptr) sealing = [this](Emission& passing) { seal(passing); };
    apply_faults(faults_, chosen_.seeds.values, ++sent_, t, emission, sealing);
    if (is_silent_) return {};
    if (!emission.bytes.empty()) last_sent_ = t;
    if (truth_file_ != nullptr) {
      const auto done = truth_file_->write(truth_json_line(truth, chosen_.profile->zone) + "\n");
      if (!done) give_up(done.error().message);
    }
    recording_.take(emission);
    return emission;
  }

  /// Why it gave up, or empty.
  const std::string& trouble() const { return trouble_; }

 private:
  void seal(Emission& emission) {
    const auto done = sealer_->seal(emission);
    if (!done) give_up(done.error().message);
    is_silent_ = !done || !*done;
    if (!done || !is_silent_) return;
    complain(kAsExpected, "the frame counter is exhausted: the meter is silent");
    if (is_hurried_) loop_.stop();
  }

  void give_up(std::string why) {
    trouble_ = std::move(why);
    loop_.stop();
  }

  ChosenMeter& chosen_;
  const std::vector<FaultRequest>& faults_;
  TelegramSealer* sealer_;  ///< null where telegrams are plain
  bool is_hurried_;
  LineRecording& recording_;
  OutputFile* truth_file_;  ///< null where nobody asked for it
  EventLoop& loop_;
  std::chrono::sys_seconds last_sent_;
  std::uint64_t sent_ = 0;
  bool is_silent_ = false;
  std::string trouble_;
};

/// Opens what was asked for and sends there, to the end. Returns the exit code.
int send(const Options& options, ChosenMeter& chosen, std::vector<FaultRequest>& faults,
         TelegramSealer* sealer, SessionOptions& session, const Arguments& reader_words) {
  const Profile& profile = *chosen.profile;
  OutputGuard guard = guard_of(options, chosen);
  std::optional<OutputFile> truth_file;
  if (const int code = open_output(options, "truth", kTruthKind, guard, truth_file);
      code != kAsExpected) {
    return code;
  }
  std::optional<OutputFile> stats_file;
  if (const int code = open_output(options, "stats-json", kStatsKind, guard, stats_file);
      code != kAsExpected) {
    return code;
  }

  RealClock clock;
  EventLoop loop;
  std::optional<PanelPort> port;
  if (const int code = open_panel_port(options, port); code != kAsExpected) return code;
  OpenLines lines;
  if (const int code = open_lines(options, profile.line, guard, loop, lines); code != kAsExpected)
    return code;
  session.began = clock.now();
  LineRecording recording;
  if (const int code =
          recording.open(options, session, profile.name, chosen.seeds.values, guard, lines);
      code != kAsExpected)
    return code;

  StartedReader reader;
  if (const int code = reader.start(reader_words, lines.list, loop); code != kAsExpected) {
    return code;
  }
  // Nothing can go wrong any more: what earlier runs left may go.
  recording.begin(session, clock, lines);
  TelegramSource source(chosen, faults, sealer, session, recording,
                        truth_file ? &*truth_file : nullptr, loop);
  std::optional<Panel> panel;
  if (port) {
    make_panel(options, chosen, std::chrono::floor<std::chrono::seconds>(session.start), faults,
               sealer != nullptr, lines, loop, std::move(*port), panel);
  }
  const bool talkative = isatty(STDERR_FILENO) == 1;
  const SessionResult result = run_session(
      session,
      [&](std::chrono::sys_seconds t) {
        Emission emission = source.telegram_at(t);
        if (panel) panel->take(t, emission);
        return emission;
      },
      lines.list, clock, loop,
      [&](const SessionEvent& event) {
        recording.take(event);
        if (panel) panel->take(event);
        if (talkative || std::holds_alternative<LineNoted>(event)) print_event(event, profile.zone);
      },
      [&](Session& running, std::function<void()> advance) {
        if (panel) panel->began(running, std::move(advance));
      });
  panel.reset();
  const int recorded = recording.end();
  lines.owned.clear();  // hung up: the reader sees the end
  const int read = reader.finish();
  const int reported = report_stats(options, result.stats, stats_file);
  if (!result.error.empty()) return complain(kEnvironment, result.error);
  if (!source.trouble().empty()) return complain(kEnvironment, source.trouble());
  if (recorded != kAsExpected) return recorded;
  if (result.end == SessionEnd::kSignal) return kInterrupted;
  return reported == kAsExpected ? read : reported;
}

}  // namespace

int run_simulate(const Arguments& all_arguments) {
  Arguments arguments = all_arguments;
  const auto reader_words = take_reader_command(arguments);
  Options options(
      "simulate PROFILE [--line URI]… [--scenario S] [--seed N] [--start T] [--until T]\n"
      "                [--speed X|max] [--count N] [--fault F]… [--truth F]\n"
      "                [--request line|on|off] [--pace line|byte|none] [--stats] [--stats-json F]\n"
      "                [--key-file F] [--counter-file F] [--record F.pcap]\n"
      "                [--panel [HOST:]PORT] [--panel-token-file F] [-- COMMAND...]",
      "Puts a meter on a line. PROFILE is a name of `p1rig profiles` or a path. COMMAND is a\n"
      "reader to start with it: when it ends, so does the meter, with exit code 1 if the reader\n"
      "failed.");
  add_simulate_options(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  if (!reader_words) return options.misuse("a command must follow --");
  if (!reader_words->empty() && reader_words->front().empty()) {
    return options.misuse("--: the command has no name");
  }
  ChosenMeter chosen;
  std::chrono::sys_seconds start;
  if (const int code = choose_meter(options, "start", this_second(), chosen, start);
      code != kAsExpected) {
    return code;
  }
  const Profile& profile = *chosen.profile;
  std::optional<TelegramSealer> sealer;
  if (const int code = choose_sealer(options, profile, chosen.seeds.ids, true, sealer);
      code != kAsExpected)
    return code;

  std::vector<FaultRequest> faults;
  if (const int code = choose_faults(options, chosen, start, sealer.has_value(), faults);
      code != kAsExpected)
    return code;
  if (sealer && (!faults.empty() || options.has("panel"))) sealer->remember_frames();

  SessionOptions session;
  session.start = start;
  if (const int code = session_options(options, profile, *chosen.scenario, session);
      code != kAsExpected)
    return code;
  if (is_never_over(faults, session)) {
    return options.misuse(
        "--count: with the fault silence, this many telegrams are never sent: limit the fault with "
        "every=, from= or until=, or give --until");
  }
  if (const int code = read_line_options(options, *chosen.scenario, session); code != kAsExpected)
    return code;

  return send(options, chosen, faults, sealer ? &*sealer : nullptr, session, *reader_words);
}

}  // namespace p1rig
