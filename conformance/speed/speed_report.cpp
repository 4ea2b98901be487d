#include "conformance/speed/speed_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "conformance/report/columns.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::duration;
using std::chrono::nanoseconds;

/// Grows when a consumer would have to change.
constexpr int kFormat = 1;

double microseconds(nanoseconds time) { return duration<double, std::micro>(time).count(); }

std::string name_of(const SpeedResult& result) {
  return visible(result.version.empty() ? result.reader : result.reader + " " + result.version);
}

std::string_view words_of(SpeedLimit limit) {
  switch (limit) {
    case SpeedLimit::kLoss:
      return "loses above";
    case SpeedLimit::kReader:
      return "takes no more";
    case SpeedLimit::kHarness:
      break;
  }
  return "p1rig (at least)";
}

std::string_view headline(SpeedVerdict verdict) {
  switch (verdict) {
    case SpeedVerdict::kSilent:
      return "SILENT";
    case SpeedVerdict::kEnded:
      return "ENDED";
    case SpeedVerdict::kFloods:
      return "FLOODS";
    case SpeedVerdict::kBreach:
      return "BREAKS THE CONTRACT";
    case SpeedVerdict::kUnmeasurable:
      return "CANNOT BE MEASURED";
    case SpeedVerdict::kEnvironment:
      return "CANNOT BE STARTED";
    case SpeedVerdict::kInterrupted:
      return "INTERRUPTED";
    case SpeedVerdict::kLoses:
    case SpeedVerdict::kMeasured:
      break;
  }
  return {};  // the message says it
}

TableRow row_of(const SpeedResult& result) {
  TableRow row = {name_of(result), visible(result.endpoint), readable(result.telegrams_per_second),
                  readable(result.bytes_per_second / 1e6), std::string(words_of(result.limit))};
  const bool relaxed = result.relaxed && result.relaxed->latency;
  row.push_back(relaxed ? readable(result.relaxed->rate) + "/s" : "-");
  row.push_back(relaxed ? readable(result.relaxed->latency->p50) : "-");
  row.push_back(relaxed ? readable(result.relaxed->latency->p99) : "-");
  row.push_back(relaxed ? readable(result.relaxed->latency->longest) : "-");
  const auto& processor = result.processor_per_telegram;
  row.push_back(processor ? readable(*processor) : "-");
  row.push_back(processor ? fmt::format("{:.0f} %", 100 * result.processor_share) : "-");
  row.push_back(result.peak_memory
                    ? fmt::format("{:.0f} MB", static_cast<double>(*result.peak_memory) / 1e6)
                    : "-");
  return row;
}

/// Words to the left, numbers to the right.
constexpr std::string_view kAlignment = "<<>><>>>>>>>";

Json json_of(const std::optional<SpeedLatency>& latency) {
  if (!latency) return nullptr;
  return {{"p50", microseconds(latency->p50)},
          {"p99", microseconds(latency->p99)},
          {"max", microseconds(latency->longest)}};
}

std::string_view pace_of(const SpeedStep& step) {
  switch (step.pace) {
    case SpeedStep::Pace::kOneAtATime:
      return "one at a time";
    case SpeedStep::Pace::kRate:
      return "rate";
    case SpeedStep::Pace::kFull:
      break;
  }
  return "full";
}

Json json_of(const SpeedStep& step) {
  const auto optional = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {{"pace", pace_of(step)},
          {"rate", step.pace == SpeedStep::Pace::kRate ? Json(step.rate) : Json(nullptr)},
          {"sent", step.sent},
          {"told", step.told},
          {"lost", step.lost()},
          {"first_lost", optional(step.first_lost)},
          {"repeated", step.repeated},
          {"damaged", step.damaged},
          {"unknown", step.unknown},
          {"kept_up", step.kept_up},
          {"reached", step.reached},
          {"latency_us", json_of(step.latency)},
          {"took_us", microseconds(step.took)},
          {"reader_cpu_us", step.processor ? Json(microseconds(*step.processor)) : Json(nullptr)},
          {"own_cpu_us", microseconds(step.own_processor)}};
}

Json json_of(const SpeedResult& result) {
  const bool measured = result.verdict == SpeedVerdict::kMeasured;
  const auto number = [&](double value) { return measured ? Json(value) : Json(nullptr); };
  Json latency = nullptr;
  if (result.relaxed && result.relaxed->latency) {
    latency = json_of(result.relaxed->latency);
    latency["rate"] = result.relaxed->rate;
    latency["telegrams"] = result.relaxed->told;
  }
  const auto& processor = result.processor_per_telegram;
  Json steps = Json::array();
  for (const SpeedStep& step : result.steps) steps.push_back(json_of(step));
  return {{"reader", visible(result.reader)},
          {"version", visible(result.version)},
          {"endpoint", visible(result.endpoint)},
          {"profile", visible(result.profile)},
          {"verdict", to_string(result.verdict)},
          {"message", visible(result.message)},
          {"telegrams_per_second", number(result.telegrams_per_second)},
          {"bytes_per_second", number(result.bytes_per_second)},
          {"limited_by", measured ? Json(to_string(result.limit)) : Json(nullptr)},
          {"latency_us", latency},
          {"cpu_us_per_telegram", processor ? Json(microseconds(*processor)) : Json(nullptr)},
          {"cpu_share", processor ? Json(result.processor_share) : Json(nullptr)},
          {"peak_memory_bytes", result.peak_memory ? Json(*result.peak_memory) : Json(nullptr)},
          {"steps", steps}};
}

}  // namespace

std::string console_report(const SpeedReport& report) {
  std::vector<TableRow> rows = {{"reader", "line", "telegrams/s", "MB/s", "limit", "latency at",
                                 "p50", "p99", "max", "CPU each", "core", "memory"}};
  std::string remarks;
  for (const SpeedResult& result : report.results) {
    const bool measured = result.verdict == SpeedVerdict::kMeasured;
    if (measured) rows.push_back(row_of(result));
    if (measured && result.message.empty()) continue;
    const std::string_view what = headline(result.verdict);
    remarks +=
        fmt::format("{} on {}: {}{}{}\n", name_of(result), visible(result.endpoint), what,
                    what.empty() || result.message.empty() ? "" : ": ", visible(result.message));
  }
  std::string text = rows.size() > 1 ? in_columns(rows, kAlignment) : "";
  if (!text.empty() && !remarks.empty()) text += "\n";
  return text + remarks;
}

const OutputKind kSpeedJsonKind{
    "a measurement", [](std::string_view text) { return text.starts_with("{\n  \"bench\": "); }};

std::string json_report(const SpeedReport& report) {
  Json readers = Json::array();
  for (const SpeedResult& result : report.results) readers.push_back(json_of(result));
  return Json{{"bench", kFormat}, {"seed", report.seed}, {"readers", readers}}.dump(2) + "\n";
}

int exit_code(const SpeedReport& report) {
  // The first of these that any reader has.
  using Meaning = std::pair<SpeedVerdict, int>;
  constexpr auto kMeanings = std::to_array<Meaning>({{SpeedVerdict::kInterrupted, 130},
                                                     {SpeedVerdict::kEnvironment, 4},
                                                     {SpeedVerdict::kLoses, 1},
                                                     {SpeedVerdict::kEnded, 3},
                                                     {SpeedVerdict::kSilent, 3},
                                                     {SpeedVerdict::kFloods, 3},
                                                     {SpeedVerdict::kBreach, 3},
                                                     {SpeedVerdict::kUnmeasurable, 75}});
  for (const auto& [verdict, code] : kMeanings) {
    if (std::ranges::find(report.results, verdict, &SpeedResult::verdict) != report.results.end()) {
      return code;
    }
  }
  return 0;
}

}  // namespace p1rig
