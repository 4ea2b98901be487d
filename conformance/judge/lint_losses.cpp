#include "conformance/judge/lint_losses.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

constexpr std::array kLossRules{
    LintRule{"telegram-cut", "M-FRM-01", "a telegram that starts also ends"},
    LintRule{"frame-cut", "M-LU-01", "a frame is as long as its length field says"},
    LintRule{"stray-bytes", "M-FRM-01", "only telegrams are sent"},
    LintRule{"telegram-endless", "M-TIM-01", "a telegram ends within the transfer time"},
};

constexpr std::string_view kTelegrams = "DSMR-P1 5.0.2 §6.2";
constexpr std::string_view kFrames = "LUX-P1 1.1.3 §3.2.5";
constexpr std::string_view kTransfer = "DSMR-P1 5.0.2 §6.1";

Finding finding(std::string_view rule, std::string_view clause, std::uint64_t offset,
                std::string message) {
  Finding one;
  one.rule = rule;
  one.clause = clause;
  one.severity = Severity::kWarning;
  one.offset = offset;
  one.message = std::move(message);
  return one;
}

}  // namespace

std::span<const LintRule> loss_rules() { return kLossRules; }

Finding finding_of(const Loss& loss) {
  switch (loss.kind) {
    case Loss::Kind::kTelegramCut:
      return finding("telegram-cut", kTelegrams, loss.offset,
                     fmt::format("{} of a telegram, then another one starts: bytes were lost, or "
                                 "Data Request was released",
                                 counted(loss.size, "byte")));
    case Loss::Kind::kFrameCut:
      return finding("frame-cut", kFrames, loss.offset,
                     fmt::format("{} of a frame of {}: it was cut, or its length is wrong",
                                 counted(loss.size, "byte"), loss.announced));
    case Loss::Kind::kFrameOverrun:
      return finding(
          "frame-cut", kFrames, loss.offset,
          fmt::format(
              "{} of a frame of {}, then another one starts: it was cut, or its length is wrong",
              counted(loss.size, "byte"), loss.announced));
    case Loss::Kind::kStray:
      break;
  }
  return finding(
      "stray-bytes", kTelegrams, loss.offset,
      fmt::format("{} outside any telegram: noise, or the rest of a telegram that lost bytes",
                  counted(loss.size, "byte")));
}

Finding finding_of_oversize(const Stretch& stretch) {
  Finding one = finding(
      "telegram-endless", kTransfer, stretch.offset,
      fmt::format("{} without a line that begins with '!'", counted(stretch.bytes.size(), "byte")));
  one.severity = Severity::kError;
  return one;
}

}  // namespace p1rig
