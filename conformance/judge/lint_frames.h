#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/frame_counter.h"
#include "conformance/judge/lint.h"
#include "protocol/frame_cipher.h"

namespace p1rig {

/// The rules of sealed frames; lint_rules() has them too.
std::span<const LintRule> frame_rules();

/// Judges the frames around the telegrams of one meter. Without keys it sees lengths and counters
/// only; with them, what has a wrong tag says nothing about the counter. Its findings have telegram
/// and line 0 if there is no telegram to count.
class FrameLinter {
 public:
  explicit FrameLinter(const std::optional<FrameKeys>& keys);

  struct Judged {
    std::vector<Finding> findings;
    std::optional<std::string> telegram;  ///< what was in it, for the Linter
    std::uint64_t telegram_offset = 0;    ///< of its first byte in the stream
  };

  /// A stretch of kind kFrame, whose first byte is at `offset` of the stream.
  Judged check_frame(std::string_view bytes, std::uint64_t offset);

  /// A telegram that was not sealed.
  std::vector<Finding> check_plain(std::uint64_t offset);

 private:
  enum class Seal { kUnknown, kPlain, kSealed };

  void judge_counter(const DlmsFrame& frame, std::vector<Finding>& findings);
  void judge_change(Seal now, std::vector<Finding>& findings);

  std::optional<FrameCipher> cipher_;
  FrameCounterTrack track_;
  Seal before_ = Seal::kUnknown;
};

}  // namespace p1rig
