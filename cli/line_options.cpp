#include "cli/line_options.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/wording.h"
#include "simulator/line/tcp_address.h"
#include "simulator/panel/session_script.h"

namespace p1rig {
namespace {

/// Says where a reader finds the line, and who may.
void announce(const LineUri& uri, const Line& line) {
  if (!line.kind().announced) return;
  const auto address = parse_tcp_address(uri.address);
  const bool listens = uri.scheme.ends_with("-listen");
  say(fmt::format("{}{}", line.name(),
                  listens && address && address->host.empty()
                      ? " (this machine only; name a host, such as 0.0.0.0, for others)"
                      : ""));
  if (uri.scheme == "pty" && isatty(STDERR_FILENO) == 1) {
    const std::string name = line.name();
    say(fmt::format("  to read it: p1rig read {}   Ctrl-C ends this meter",
                    name.substr(0, name.find(" -> "))));
  }
}

std::string settings_of(const LineSettings& settings) {
  return fmt::format("{} {}", settings.baud, framing_of(settings));
}

double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

void print_stats(const SessionStats& stats) {
  say(fmt::format("{}, {} on the line", counted(stats.telegrams, "telegram"),
                  counted(stats.bytes, "byte")));
  say(describe_lateness(stats.lateness));
  for (const LineStats& line : stats.lines) {
    say(fmt::format("{}: {} sent, {} dropped, {} received{}{}", line.name,
                    counted(line.sent, "byte"), line.dropped, line.received,
                    line.settings ? ", the reader set " + settings_of(*line.settings) : "",
                    line.breaks > 0 ? ", " + counted(line.breaks, "break") : ""));
  }
}

nlohmann::ordered_json stats_json(const SessionStats& stats) {
  using Json = nlohmann::ordered_json;
  const Lateness& late = stats.lateness;
  Json lines = Json::array();
  for (const LineStats& line : stats.lines) {
    Json entry = {{"name", line.name},
                  {"sent", line.sent},
                  {"dropped", line.dropped},
                  {"received", line.received},
                  {"breaks", line.breaks}};
    if (line.settings) entry["settings"] = settings_of(*line.settings);
    lines.push_back(std::move(entry));
  }
  return {{"telegrams", stats.telegrams},
          {"bytes", stats.bytes},
          {"lateness_us",
           {{"pieces", late.count()},
            {"p50", microseconds(late.quantile(0.5))},
            {"p99", microseconds(late.quantile(0.99))},
            {"max", microseconds(late.max())}}},
          {"lines", std::move(lines)}};
}

}  // namespace

const OutputKind kStatsKind{"a file of --stats-json", [](std::string_view text) {
                              return text.starts_with("{\n  \"telegrams\": ");
                            }};

std::string describe_lateness(const Lateness& late) {
  return fmt::format("{}, late by p50 {:.0f} us, p99 {:.0f} us, at most {:.0f} us",
                     counted(late.count(), "piece"), microseconds(late.quantile(0.5)),
                     microseconds(late.quantile(0.99)), microseconds(late.max()));
}

void add_line_options(Options& options) {
  std::string help =
      "where to send; may be repeated: one meter, several readers; default: pty:. One of:";
  for (const LineKind& kind : line_kinds()) {
    help += fmt::format("\n  {}  {}", kind.form, kind.summary);
    for (const LineOption& option : kind.options) {
      help += fmt::format("\n    ?{}  {}", option.key, option.summary);
    }
  }
  options.values("line", "URI", help.c_str());
  options.value("request", "WHO",
                "Data Request. line: from the readers (default), or from the scenario; on, off: "
                "always, never");
  options.value("pace", "P",
                "line: in pieces of 1.5 ms at the baud rate (default); byte: each byte separately; "
                "none: whole telegrams");
  options.flag("stats", "print at the end what was sent, and how late, to stderr");
  options.value("stats-json", "F", "write the statistics to this file, as JSON");
}

int open_lines(const Options& options, const LineSettings& settings, OutputGuard& guard,
               EventLoop& loop, OpenLines& lines) {
  std::vector<LineUri> uris;
  std::vector<std::string> texts = options.list("line");
  if (texts.empty()) texts = {"pty:"};
  for (const std::string& text : texts) {
    auto uri = parse_line_uri(text);
    if (!uri) return options.misuse("--line: " + uri.error().message);
    Result<void> claimed;
    if (uri->scheme == "file") claimed = guard.claim(uri->address, kTelegramsKind);
    if (uri->scheme == "stdout") claimed = guard.uses_stdout("the telegrams");
    if (!claimed) return complain(kUsage, "--line: " + claimed.error().message);
    uris.push_back(std::move(*uri));
  }
  for (const LineUri& uri : uris) {
    auto line = open_line(uri, settings, loop);
    if (!line) return complain(kEnvironment, line.error().message);
    announce(uri, **line);
    lines.list.push_back(line->get());
    lines.owned.push_back(std::move(*line));
  }
  return kAsExpected;
}

int read_line_options(const Options& options, const Scenario& scenario, SessionOptions& session) {
  session.supply_edges = supply_edges_of(scenario);
  if (const auto who = options.get("request")) {
    if (*who != "line" && *who != "on" && *who != "off") {
      return options.misuse("--request: expected line, on or off");
    }
    session.request = *who == "line" ? RequestMode::kLine
                      : *who == "on" ? RequestMode::kOn
                                     : RequestMode::kOff;
  } else {
    session.request_edges = request_edges_of(scenario);
  }
  const std::string pace = options.get("pace").value_or("line");
  if (pace != "line" && pace != "byte" && pace != "none") {
    return options.misuse("--pace: expected line, byte or none");
  }
  session.pace = pace == "line" ? Pace::kLine : pace == "byte" ? Pace::kByte : Pace::kNone;
  return kAsExpected;
}

int report_stats(const Options& options, const SessionStats& stats,
                 std::optional<OutputFile>& file) {
  if (options.has("stats")) print_stats(stats);
  if (!file) return kAsExpected;
  const auto done = file->write(stats_json(stats).dump(2) + "\n");
  return done ? kAsExpected : complain(kEnvironment, "--stats-json: " + done.error().message);
}

}  // namespace p1rig
