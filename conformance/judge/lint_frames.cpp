#include "conformance/judge/lint_frames.h"

#include <fmt/format.h>

#include <array>

#include "protocol/hex.h"
#include "protocol/telegram.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

constexpr std::array kFrameRules{
    LintRule{"frame-length-form", "M-LU-01", "the length field has its shortest form"},
    LintRule{"frame-tag", "M-LU-01", "the tag matches keys, title, counter and data"},
    LintRule{"frame-content", "M-LU-01", "a frame contains one telegram, '/' to CR LF"},
    LintRule{"counter-gap", "M-LU-01", "the counter increases by one"},
    LintRule{"counter-repeats", "M-LU-01", "no counter is used twice"},
    LintRule{"counter-falls", "M-LU-01", "the counter only increases, unless it restarts at 0"},
    LintRule{"counter-end", "M-LU-02", "nothing is sent after the counter FFFFFFFF"},
    LintRule{"counter-reset", "M-LU-03", "the counter restarts at 0 only with a new key"},
    LintRule{"seal-changes", "M-LU-04", "all telegrams are sealed, or none are"},
    LintRule{"title-changes", "M-LU-04", "a line carries one meter"},
};

constexpr std::string_view kFrames = "LUX-P1 1.1.3 §3.2.5";

void report(std::vector<Finding>& findings, std::string_view rule, Severity severity,
            std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.clause = rule == "frame-length-form" ? "LUX-P1 1.1.3 §3.2.3" : std::string(kFrames);
  finding.severity = severity;
  finding.message = std::move(message);
  findings.push_back(std::move(finding));
}

/// True if the bytes are one telegram and nothing else.
bool is_one_telegram(std::string_view bytes) {
  if (!bytes.starts_with('/')) return false;
  const std::size_t bang = bytes.rfind("\n!");
  return bang != std::string_view::npos &&
         bytes.find_first_of("\r\n", bang + 1) == bytes.size() - 2 && bytes.ends_with("\r\n");
}

}  // namespace

std::span<const LintRule> frame_rules() { return kFrameRules; }

FrameLinter::FrameLinter(const std::optional<FrameKeys>& keys) {
  if (keys) cipher_.emplace(*keys);
}

FrameLinter::Judged FrameLinter::check_frame(std::string_view bytes, std::uint64_t offset) {
  Judged judged;
  const auto frame = parse_frame(bytes);
  if (!frame) return judged;  // the framer lets no such pass
  std::string telegram;
  if (cipher_ && !cipher_->open(*frame, telegram)) {
    report(judged.findings, "frame-tag", Severity::kError,
           "these keys do not decrypt it: wrong keys, or changed bytes");
  } else {
    if (!has_canonical_length(*frame)) {
      report(judged.findings, "frame-length-form", Severity::kWarning,
             fmt::format("the length {} is written in a longer form than necessary",
                         frame->ciphertext.size() + kFrameOverhead));
    }
    judge_change(Seal::kSealed, judged.findings);
    judge_counter(*frame, judged.findings);
    if (cipher_ && !is_one_telegram(telegram)) {
      report(judged.findings, "frame-content", Severity::kError,
             counted(telegram.size(), "byte") + ", expected one telegram");
    }
    if (cipher_) judged.telegram = std::move(telegram);
  }
  judged.telegram_offset =
      offset + static_cast<std::uint64_t>(frame->ciphertext.data() - bytes.data());
  for (Finding& finding : judged.findings) finding.offset = offset;
  return judged;
}

std::vector<Finding> FrameLinter::check_plain(std::uint64_t offset) {
  std::vector<Finding> findings;
  judge_change(Seal::kPlain, findings);
  for (Finding& finding : findings) finding.offset = offset;
  return findings;
}

void FrameLinter::judge_change(Seal now, std::vector<Finding>& findings) {
  if (before_ != Seal::kUnknown && before_ != now) {
    report(findings, "seal-changes", Severity::kWarning,
           now == Seal::kPlain ? "plain, after a sealed one" : "sealed, after a plain one");
  }
  before_ = now;
}

void FrameLinter::judge_counter(const DlmsFrame& frame, std::vector<Finding>& findings) {
  const std::uint32_t before = track_.last();
  const std::string title_before(track_.title());
  const auto say = [&](std::string_view rule, Severity severity, std::string_view what) {
    report(findings, rule, severity,
           fmt::format("{} {:08X} after {:08X}", what, frame.counter, before));
  };
  const CounterStep step = track_.step(frame.title, frame.counter);
  if (step == CounterStep::kFirst && !title_before.empty()) {
    report(
        findings, "title-changes", Severity::kWarning,
        fmt::format("system title {} after {}", print_hex(frame.title), print_hex(title_before)));
  }
  if (step != CounterStep::kFirst && before == kLastCounter) {
    return say("counter-end", Severity::kError, "counter");
  }
  if (step == CounterStep::kGap) say("counter-gap", Severity::kWarning, "counter");
  if (step == CounterStep::kReset) say("counter-reset", Severity::kWarning, "counter");
  if (step == CounterStep::kRepeated) say("counter-repeats", Severity::kError, "counter");
  if (step == CounterStep::kFell) say("counter-falls", Severity::kError, "counter");
}

}  // namespace p1rig
