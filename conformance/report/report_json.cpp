#include <fmt/chrono.h>
#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>

#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "protocol/hex.h"
#include "protocol/json_text.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

/// Increases when consumers have to change.
constexpr int kFormat = 1;
constexpr std::size_t kMostBytes = 16384;

Json json_of(const Case& one) {
  return {{"id", one.id},
          {"title", one.title},
          {"requirement", one.requirement},
          {"clause", one.clause},
          {"level", to_string(one.level)},
          {"basis", to_string(one.basis)},
          {"since", one.since},
          {"argues", one.argues},
          {"why", one.why},
          {"expected", expected_of(one)}};
}

std::string_view kind_of(const WireMoment& moment) {
  switch (moment.kind) {
    case WireMoment::Kind::kSent:
      return "sent";
    case WireMoment::Kind::kSaid:
      return "said";
    case WireMoment::Kind::kNote:
      break;
  }
  return "note";
}

Json json_of(const WireMoment& moment) {
  return {{"at_us", moment.at.count()},
          {"kind", kind_of(moment)},
          {"name", visible(moment.name)},
          {"text", visible(moment.bytes, kMostBytes)},
          {"size", moment.bytes.size()}};
}

Json visible_lines(const std::vector<std::string>& lines) {
  Json all = Json::array();
  for (const std::string& line : lines) all.push_back(visible(line));
  return all;
}

Json json_of(const CaseResult& result, Level level) {
  Json wire = Json::array();
  if (is_remarkable(result.outcome)) {
    for (const WireMoment& moment : result.wire) wire.push_back(json_of(moment));
  }
  return {{"case", result.of->id},
          {"profile", result.profile},
          {"dialect", result.dialect},
          {"endpoint", result.endpoint},
          {"outcome", to_string(result.outcome)},
          {"counts", counts_against(result, level)},
          {"messages", visible_lines(result.messages)},
          {"waiver", visible(result.waiver)},
          {"lost", result.lost},
          {"duration_us", result.duration.count()},
          {"smallest", visible_text(result.smallest)},
          {"reproduction", visible(result.reproduction)},
          {"wire", std::move(wire)}};
}

std::string_view to_string(Cause::Kind kind) {
  switch (kind) {
    case Cause::Kind::kDeath:
      return "death";
    case Cause::Kind::kTrait:
      return "trait";
    case Cause::Kind::kDefect:
      break;
  }
  return "defect";
}

Json json_of(const Cause& cause) {
  const std::string_view kept = std::string_view(cause.stimulus).substr(0, kMostBytes);
  return {{"name", cause.name},
          {"kind", to_string(cause.kind)},
          {"summary", visible(cause.summary)},
          {"code", cause.code},
          {"words", visible(cause.words, kMostBytes)},
          {"fitting", cause.fitting},
          {"expected", cause.expected},
          {"alike", cause.alike},
          {"results", cause.results},
          {"also", cause.also},
          {"shown", cause.shown},
          {"messages", visible_lines(cause.messages)},
          {"stimulus",
           {{"text", visible(cause.stimulus, kMostBytes)},
            {"hex", print_hex(kept)},
            {"size", cause.stimulus.size()},
            {"sent", cause.sent},
            {"as_sent", visible(cause.as_sent)}}}};
}

}  // namespace

std::string json_report(const ConformReport& report) {
  Json sums = Json::object();
  for (const Outcome outcome : all_outcomes()) sums[std::string(to_string(outcome))] = 0;
  for (const CaseResult& result : report.results) {
    Json& sum = sums[std::string(to_string(result.outcome))];
    sum = sum.get<int>() + 1;
  }
  // Only those that were run: the others say nothing about the reader.
  std::map<const Case*, bool> used;
  for (const CaseResult& result : report.results) used[result.of] = true;
  Json cases = Json::array();
  for (const Case& one : report.cases) {
    if (used.contains(&one)) cases.push_back(json_of(one));
  }
  Json results = Json::array();
  for (const CaseResult& result : report.results) results.push_back(json_of(result, report.level));
  Json causes = Json::array();
  for (const Cause& cause : report.causes.all) causes.push_back(json_of(cause));
  Json unused = Json::array();
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    unused.push_back({{"case", waiver.pattern},
                      {"reason", visible(waiver.reason)},
                      {"where", visible(waiver.where)},
                      {"message", waiver.message},
                      {"counts", waiver.counts}});
  }
  const Json all = {
      {"format", kFormat},
      {"p1rig", P1RIG_VERSION},
      {"suite", report.suite_version},
      {"reader", {{"name", visible(report.reader)}, {"version", visible(report.version)}}},
      {"began", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(report.began)))},
      {"duration_ms", report.duration.count()},
      {"seed", report.seed},
      {"level", to_string(report.level)},
      {"verdict", verdict_of(report)},
      {"exit_code", exit_code(report)},
      {"interrupted", report.interrupted},
      {"environment", visible(report.environment)},
      {"sums", std::move(sums)},
      {"breaches", visible_lines(report.breaches)},
      {"refused", visible_lines(report.refused)},
      {"unused_waivers", std::move(unused)},
      {"newer_cases", report.newer_cases},
      {"causes", std::move(causes)},
      {"unexplained", unexplained(report)},
      {"cases", std::move(cases)},
      {"results", std::move(results)}};
  return json_text(all, 1) + "\n";
}

}  // namespace p1rig
