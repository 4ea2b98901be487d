#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/lint.h"
#include "protocol/framer.h"
#include "protocol/line_settings.h"

namespace p1rig {

/// The rules of time and Data Request; lint_rules() has them too.
std::span<const LintRule> timing_rules();

/// Judges when a meter sends, if that was seen: on a live line, or in a recording.
///
/// The time of a portion is that at which its last byte had passed, and its bytes passed no faster
/// than the line's baud rate. The measuring host may be late, so nothing that lies within
/// kMargin of a limit is reported. Where clocks were set back, or bytes are missing between two
/// telegrams, nothing is said about the time between them. Data Request counts only from the first
/// time that it was seen.
class TimingLinter {
 public:
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

  static constexpr std::chrono::milliseconds kMargin{100};
  static constexpr std::chrono::milliseconds kLongestGap{200};  ///< within a telegram

  /// `settings`: of the line, if they are known.
  explicit TimingLinter(const std::optional<LineSettings>& settings) : settings_(settings) {}

  /// Data Request is active, or not. Repeating the same has no effect.
  void see_request(Time at, bool active);

  /// That many bytes arrived. Call this before the framer gets them.
  void see_bytes(Time at, std::size_t count);

  /// What is wrong with the times up to the end of this stretch, and with those before. `dialect`
  /// nullptr: not known yet, and what depends on it is left out. Findings have no telegram
  /// number, and line 0.
  std::vector<Finding> check(const Stretch& stretch, const Dialect* dialect);

  /// What is left to say when the line or the recording ended.
  std::vector<Finding> finish(const Dialect* dialect);

  /// How many portions are remembered.
  std::size_t remembered() const { return marks_.size(); }

 private:
  using Span = std::chrono::nanoseconds;

  /// Bytes that came together.
  struct Mark {
    std::uint64_t begin = 0, end = 0;  ///< in the stream
    Time since{}, at{};                ///< none of them began before `since`
  };
  struct Passage {
    Time start{}, end{};
    Span longest_gap{};
    std::uint64_t gap_offset = 0;
  };

  Span characters(std::uint64_t count) const;
  Time start_of(const Mark& mark, std::uint64_t offset) const;
  std::optional<Passage> passage_of(std::uint64_t begin, std::uint64_t end) const;
  void see_unasked(const Mark& mark);
  void judge_first(Time start, std::uint64_t offset);
  void judge_passage(const Passage& passage, std::uint64_t offset, const Dialect& dialect);
  void judge_distance(const Passage& passage, std::uint64_t offset, const Dialect& dialect);
  void judge_settings(std::uint64_t offset, const Dialect& dialect);
  void report(std::string_view rule, Severity severity, std::uint64_t offset, std::string message);
  std::vector<Finding> told(const Dialect* dialect);

  std::optional<LineSettings> settings_;
  LineSettings pace_ = {};  ///< settings_, or those of the dialect
  std::deque<Mark> marks_;  ///< of the stretch before and of all after it
  std::uint64_t bytes_ = 0;
  std::optional<Time> last_;  ///< when something was seen last

  std::optional<bool> requested_;
  bool was_released_ = false;       ///< at some time: the next request is an edge
  Time changed_{};                  ///< when Data Request did
  std::optional<Time> unanswered_;  ///< asked for then, and no telegram began since
  bool heard_since_ = false;        ///< a byte, since changed_
  bool unasked_told_ = false;       ///< since changed_
  Time quiet_since_{};              ///< the last byte before or after a release

  std::optional<Passage>
      before_;  ///< the previous telegram, where the distance to it means something
  bool before_whole_ = false;
  bool before_was_first_ = false;  ///< after an edge: it came at once, not in its period
  bool settings_judged_ = false;
  std::vector<Finding> findings_;
};

}  // namespace p1rig
