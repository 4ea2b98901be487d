#include "conformance/judge/line_judge.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using Kind = LineVerdict::Kind;

LineVerdict pass_if(bool good, std::string message) {
  if (good) return {};
  return {Kind::kFail, std::move(message)};
}

const LineVerdict kRequestUnseen{
    Kind::kUnseen,
    "this line does not show Data Request, or the reader file does not declare its wiring"};

LineVerdict judge_baud(const LineLog& log) {
  if (!log.opened) return {Kind::kUnseen, "this line does not show the reader's settings"};
  return pass_if(log.opened->baud == log.meter.baud,
                 "the reader opened the line at " + std::to_string(log.opened->baud) +
                     " baud; this meter sends at " + std::to_string(log.meter.baud));
}

LineVerdict judge_framing(const LineLog& log) {
  if (!log.opened || !log.framing_seen) {
    return {Kind::kUnseen, "this line does not show data bits and parity"};
  }
  return pass_if(framing_of(*log.opened) == framing_of(log.meter),
                 "the reader opened the line with " + framing_of(*log.opened) +
                     "; this meter sends " + framing_of(log.meter));
}

LineVerdict judge_quiet(const LineLog& log) {
  return pass_if(log.written == 0, "the reader wrote " + counted(log.written, "byte") +
                                       " to the meter, which does not listen");
}

LineVerdict judge_no_flow_control(const LineLog& log) {
  return pass_if(log.flow_control == 0, "the reader's port sent XON or XOFF " +
                                            counted(log.flow_control, "time") +
                                            ": it is opened with xonxoff");
}

LineVerdict judge_request_first(const LineLog& log) {
  if (!log.request_seen) return kRequestUnseen;
  return pass_if(log.requested_at_data, "Data Request was not active when a telegram was due");
}

LineVerdict judge_request_held(const LineLog& log) {
  if (!log.request_seen) return kRequestUnseen;
  return pass_if(
      log.falls_in_telegram == 0,
      "Data Request was released " + counted(log.falls_in_telegram, "time") + " within a telegram");
}

LineVerdict judge_request_steady(const LineLog& log) {
  if (!log.request_seen) return kRequestUnseen;
  // A reader may request each telegram, but more edges than that are modulation.
  const auto telegrams = static_cast<int>(log.delays.size());
  return pass_if(log.edges <= 2 * telegrams + 2, "Data Request changed " +
                                                     counted(log.edges, "time") + " during " +
                                                     counted(telegrams, "telegram"));
}

std::chrono::nanoseconds median(std::span<const std::chrono::nanoseconds> delays) {
  std::vector<std::chrono::nanoseconds> sorted(delays.begin(), delays.end());
  std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2));
  return sorted[sorted.size() / 2];
}

/// Whatever the machine is doing at the moment stays far below that; a queue that grows does not.
constexpr auto kLagAllowed = milliseconds{250};
constexpr int kLagFactor = 20;
constexpr std::size_t kLeastDelays = 20;

LineVerdict judge_lag(const LineLog& log) {
  if (log.delays.size() < kLeastDelays) {
    return {Kind::kFail, "reported only " + counted(log.delays.size(), "telegram")};
  }
  const std::span delays(log.delays);
  const std::size_t tenth = delays.size() / 10;
  const auto early = median(delays.first(tenth + 1)), late = median(delays.last(tenth + 1));
  const auto print = [](std::chrono::nanoseconds delay) {
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(delay).count()) +
           " us";
  };
  return pass_if(late <= kLagAllowed + kLagFactor * early,
                 "the reader falls behind: " + print(early) + " from the last byte to the report " +
                     "at first, " + print(late) + " at the end");
}

constexpr std::uint64_t kGrowthAllowed = std::uint64_t{16} << 20U;

LineVerdict judge_memory(const LineLog& log) {
  if (log.memory.size() < 2) {
    return {Kind::kUnseen, "the memory of this reader cannot be measured"};
  }
  // The first sample is taken when all buffers have their size.
  const std::uint64_t first = log.memory.front(), last = log.memory.back();
  return pass_if(last <= first + kGrowthAllowed, "the reader's memory grew from " +
                                                     std::to_string(first >> 10U) + " to " +
                                                     std::to_string(last >> 10U) + " KiB");
}

constexpr std::array kLineJudges = {
    LineJudge{"baud", "the reader opened the line at the meter's baud rate", judge_baud},
    LineJudge{"framing", "and with its data bits, parity and stop bits", judge_framing},
    LineJudge{"quiet", "the reader writes nothing to the meter", judge_quiet},
    LineJudge{"no-flow-control", "the reader's port sends neither XON nor XOFF",
              judge_no_flow_control},
    LineJudge{"request-first", "Data Request is active before data is expected",
              judge_request_first},
    LineJudge{"request-held", "and until the telegram is complete", judge_request_held},
    LineJudge{"request-steady", "and is not modulated", judge_request_steady},
    LineJudge{"lag", "the reader does not fall behind", judge_lag, false},
    LineJudge{"memory", "the reader's memory does not grow", judge_memory, false},
};

}  // namespace

std::span<const LineJudge> line_judges() { return kLineJudges; }

const LineJudge* find_line_judge(std::string_view name) {
  const auto* const row = std::ranges::find(kLineJudges, name, &LineJudge::name);
  return row == kLineJudges.end() ? nullptr : row;
}

}  // namespace p1rig
