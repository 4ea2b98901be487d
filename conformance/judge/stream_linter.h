#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "conformance/judge/clock_rule.h"
#include "conformance/judge/lint.h"
#include "conformance/judge/lint_frames.h"
#include "conformance/judge/lint_timing.h"
#include "conformance/judge/stretch_judge.h"
#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"

namespace p1rig {

/// What is known before the first byte.
struct StreamLintSettings {
  const Dialect* dialect = nullptr;     ///< nullptr: that of the first telegram, by detect_origin()
  std::optional<ClockRule> clock = {};  ///< instead of the dialect's
  std::optional<FrameKeys> keys = {};
  std::optional<TimingLinter> timing = {};  ///< if it is known when bytes came
  std::uint64_t most_telegrams = 0;         ///< what comes after so many is not judged; 0: no limit
  /// What the meter is known for, asked once, with its first telegram.
  std::function<std::vector<KnownQuirk>(const Telegram&, const Dialect&)> quirks_of = {};
  /// What else is asked of each telegram; offsets count in it.
  std::function<std::vector<Finding>(const Telegram&)> check_more = {};
};

/// Unjudged is not clean: a sealed telegram without its key may hold anything, and where no
/// telegram came there was nothing to judge.
enum class LintOutcome { kPass, kFail, kUnjudged };
std::string_view to_string(LintOutcome outcome);

/// Judges all that comes over the line of one meter: telegrams, the frames around them, what is
/// neither, and if it is known when it came, that. Memory does not grow with the stream.
class StreamLinter {
 public:
  using Time = TimingLinter::Time;
  using Sink = std::function<void(const Finding&)>;

  StreamLinter(StreamLintSettings settings, Sink sink);

  /// Data Request is active, or not, from here on.
  void see_request(Time at, bool active);
  void feed(std::string_view bytes, std::optional<Time> at = {});
  void finish();

  /// Sealed ones too.
  std::uint64_t telegrams() const { return telegrams_; }
  /// Sealed ones that were not decrypted, for want of a key.
  std::uint64_t unjudged() const { return unjudged_; }
  bool is_full() const { return settings_.most_telegrams != 0 && telegrams_ == most(); }

  /// A failure wins over what was not judged.
  LintOutcome outcome() const;

  /// nullptr while unknown.
  const Dialect* dialect() const { return dialect_; }
  /// True if nothing in the telegram speaks for one country; see Origin.
  /// The dialect or its country is a guess.
  bool is_dialect_guessed() const {
    return is_guessed_ || (origin_ && origin_->sureness == Sureness::kGuess);
  }
  /// How the dialect was found; nothing if it was given, or while it is unknown.
  const std::optional<Origin>& origin() const { return origin_; }
  /// By which rule times were judged; empty while unknown.
  std::string clock_in_words() const;

 private:
  std::uint64_t most() const { return settings_.most_telegrams; }
  void take(Stretch stretch, const Telegram* plain);
  void take_telegram(const Telegram& telegram, std::uint64_t offset);
  void detect(const Telegram& telegram);
  void choose_dialect(const Dialect& dialect);
  void report_losses(const std::vector<Loss>& losses);
  /// Of what surrounds telegrams: the quirks and the clauses are not yet those of the meter.
  void report_around(std::vector<Finding> findings);
  void report(std::vector<Finding> findings);

  StreamLintSettings settings_;
  Sink sink_;
  TelegramDecoder decoder_;
  TelegramStream stream_;
  LossFinder losses_;
  FrameLinter frames_;
  std::optional<Linter> linter_;
  std::vector<KnownQuirk> quirks_;
  const Dialect* dialect_ = nullptr;
  std::optional<Origin> origin_;
  Dialect with_clock_{};         ///< the dialect, with the clock of the settings
  std::vector<Dialect> others_;  ///< likewise, those that fit as well
  bool is_guessed_ = false;
  std::optional<bool> requested_;
  std::uint64_t bytes_ = 0;
  std::uint64_t telegrams_ = 0;
  std::uint64_t unjudged_ = 0;
  std::uint64_t errors_ = 0;
};

}  // namespace p1rig
