#include "simulator/line/bench_check.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/options.h"
#include "conformance/report/columns.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<RoundTimes>& times) {
  if (!times) return nullptr;
  return {{"median_us", times->median.count()}, {"max_us", times->longest.count()}};
}

Json json_of(const std::optional<int>& latency) { return latency ? Json(*latency) : Json(nullptr); }

Json json_of(const BenchCertificate& certificate) {
  Json lines = Json::array();
  for (const FollowedLine& line : certificate.lines) {
    lines.push_back({{"output", line.output}, {"input", line.input}, {"inverted", line.inverted}});
  }
  Json findings = Json::array();
  for (const BenchFinding& finding : certificate.findings) {
    findings.push_back(
        {{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
  }
  return {{"meter", certificate.meter},
          {"reader", certificate.reader},
          {"meter_latency_timer_ms", json_of(certificate.meter_latency)},
          {"reader_latency_timer_ms", json_of(certificate.reader_latency)},
          {"lines", lines},
          {"checks", findings},
          {"request_to_first_bit", json_of(certificate.request_to_first_bit)},
          {"release_to_last_bit", json_of(certificate.release_to_last_bit)},
          {"passed", certificate.passed()}};
}

void add_times(const char* name, const std::optional<RoundTimes>& times,
               std::vector<TableRow>& rows) {
  if (!times) return;
  const auto milliseconds = [](std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
  };
  rows.push_back({name, fmt::format("{:.1f} ms, at most {:.1f} ms", milliseconds(times->median),
                                    milliseconds(times->longest))});
}

void print_text(const BenchCertificate& certificate) {
  const auto latency = [](const std::optional<int>& timer) {
    return timer ? fmt::format("latency timer {} ms", *timer) : "no latency timer";
  };
  std::vector<TableRow> rows = {
      {"meter's port", certificate.meter + ", " + latency(certificate.meter_latency)},
      {"reader's port", certificate.reader + ", " + latency(certificate.reader_latency)}};
  for (const BenchFinding& finding : certificate.findings) {
    rows.push_back(
        {finding.name, fmt::format("{}: {}", finding.passed ? "ok" : "FAILED", finding.detail)});
  }
  for (const FollowedLine& line : certificate.lines) {
    rows.push_back({line.output + " -> " + line.input,
                    line.inverted ? "follows, inverted" : "follows, not inverted"});
  }
  if (certificate.lines.empty()) {
    rows.push_back({"Data Request", "no input follows RTS or DTR: Data Request cannot work"});
  }
  add_times("request to first bit", certificate.request_to_first_bit, rows);
  add_times("release to last bit", certificate.release_to_last_bit, rows);
  fmt::print("{}{}\n", in_columns(rows), certificate.passed() ? "fit for use" : "NOT fit for use");
}

}  // namespace

int run_bench_check(const Arguments& arguments) {
  Options options("bench-check DEV [DEV2] [--json]",
                  "Tests a serial adapter, or a pair: DEV is the meter's, DEV2 the reader's.\n"
                  "One adapter needs its plug bridged: TX on RX and RTS on CTS. Nothing else may "
                  "be connected.\n"
                  "Exit code 1 if something does not work.");
  options.flag("json", "the certificate as JSON");
  if (const auto code = options.parse(arguments, 1, 2)) return *code;
  const auto certificate = check_bench(options.words().front(), options.words().back());
  if (!certificate) return complain(kEnvironment, certificate.error().message);
  if (options.has("json")) {
    fmt::print("{}\n", json_of(*certificate).dump(2));
  } else {
    print_text(*certificate);
  }
  return certificate->passed() ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
