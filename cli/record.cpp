#include <fmt/core.h>
#include <unistd.h>

#include <optional>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/read_limits.h"
#include "protocol/framer.h"
#include "protocol/wording.h"
#include "simulator/line/reader_end.h"
#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

int write_recording(const std::string& uri, const LineSettings& settings, const ReadLimits& limits,
                    RecordingWriter& writer) {
  std::uint64_t telegrams = 0;
  Framer framer([&](const Stretch& stretch) {
    using Kind = Stretch::Kind;
    if (stretch.kind == Kind::kTelegram || stretch.kind == Kind::kFrame) ++telegrams;
  });
  const auto leads_of = [](bool requested) { return requested ? kLeadRts : std::uint8_t{0}; };
  // Where Data Request cannot be seen it is always active.
  std::optional<bool> requested;
  const int code =
      read_portions(uri, settings,
                    [&](const InputPortion& portion) {
                      const MeterTime time = portion.time.value_or(RealClock().time_of_day());
                      const bool now_requested = portion.requested.value_or(true);
                      if (now_requested != requested)
                        writer.write({.time = time, .leads = leads_of(now_requested)});
                      requested = now_requested;
                      if (!portion.bytes.empty()) {
                        writer.write({.time = time,
                                      .type = SerialEvent::kDataReceived,
                                      .leads = leads_of(now_requested),
                                      .bytes = std::string(portion.bytes)});
                        framer.feed(portion.bytes);
                      }
                      return writer.good() && (limits.count == 0 || telegrams < limits.count);
                    },
                    {.until = limits.until, .show_edge = true, .opened = [&] { writer.begin(); }});
  say(counted(telegrams, "telegram") + " recorded");
  return code;
}

}  // namespace

int run_record(const Arguments& arguments) {
  Options options(
      "record LINE -o F.pcap [--profile P] [--duration S] [--count N]",
      "Records what a meter sends to a file for Wireshark, with the time of each chunk, and\n"
      "a note F.toml beside it. Ends on SIGINT, or after --duration or --count. LINE: "
      "serial:DEVICE,\n"
      "rfc2217:HOST:PORT (both with ?wiring=), tcp:HOST:PORT, or the path of a terminal.");
  options.value("output,o", "F.pcap", "the output file (required)");
  options.value("profile", "P", "the meter: its line settings, and its name for the note");
  add_limit_options(options);
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto path = options.get("output");
  if (!path) return options.misuse("-o: the output file is missing");
  const std::string& uri = options.words()[0];
  if (uri == "-" || (!ReaderEnd::is_live(uri) && ::access(uri.c_str(), F_OK) == 0)) {
    return options.misuse(uri + ": is not a line");
  }
  ReadLimits limits;
  if (const int code = choose_limits(options, limits); code != kAsExpected) return code;
  LineSettings settings;
  OutputGuard guard = guard_of(options);
  if (const auto name = options.get("profile")) {
    const auto profile = find_profile(*name);
    if (!profile) return complain(kUsage, profile.error().message);
    settings = profile->line;
    guard.reads(profile->file);
  }
  if (const int code = claim_recording("-o", *path, guard); code != kAsExpected) return code;
  auto writer =
      RecordingWriter::create(*path, RecordingNote{.source = "p1rig " P1RIG_VERSION " record",
                                                   .profile = options.get("profile").value_or(""),
                                                   .settings = print_settings(settings),
                                                   .line = uri});
  if (!writer) return complain(kEnvironment, "-o: " + writer.error().message);
  const int code = write_recording(uri, settings, limits, *writer);
  if (!writer->good()) return complain(kEnvironment, *path + ": cannot be written");
  return code;
}

}  // namespace p1rig
