#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "conformance/mutants/mutant_reader.h"
#include "conformance/run/subject.h"
#include "protocol/line_settings.h"

namespace p1rig {

/// The reference reader, or a mutant of it, as a reader under test: without a process and without a
/// line, and with its own clock, which advances wherever anybody would have to wait.
class MutantSubject : public Subject {
 public:
  /// No mutant: the reference. `mutant`, `dialect` must outlive the subject.
  MutantSubject(const Mutant* mutant, const Dialect& dialect, const LineSettings& line,
                const std::optional<FrameKeys>& keys);

  Result<void> start() override;
  void stop() override { alive_ = false; }
  bool wait_until_open(std::chrono::milliseconds patience) override;
  SendResult send(const Emission& emission, bool at_line_pace) override;
  void act(LineAction action, std::chrono::milliseconds duration) override;
  std::optional<SubjectEvent> next(std::chrono::nanoseconds patience) override;
  void begin_log() override;
  LineLog log() const override { return log_; }
  std::chrono::steady_clock::time_point now() const override { return now_; }
  std::optional<std::uint64_t> memory() const override;
  bool can_act(LineAction) const override { return true; }

 private:
  struct Coming {
    std::chrono::steady_clock::time_point at;
    SubjectEvent event;
  };

  void feed(std::string_view bytes);
  void fall_silent(std::chrono::nanoseconds duration);
  void say(std::string line, ContractLine what);
  void end();
  void show_line();
  std::chrono::nanoseconds report_delay() const;

  const Mutant* mutant_;
  const LineHabits habits_;
  const Dialect& dialect_;
  const LineSettings line_;
  const std::optional<FrameKeys> keys_;
  std::unique_ptr<ReferenceReader> reference_;
  std::unique_ptr<MutantReader> reader_;
  std::chrono::steady_clock::time_point now_{};
  std::deque<Coming> coming_;
  bool alive_ = false, open_ = false, deaf_ = false;
  std::uint64_t since_log_ = 0;  ///< telegrams
  std::uint64_t told_ = 0;
  std::chrono::nanoseconds silent_for_{};
  ReaderSaid last_told_;
  LineLog log_;
};

}  // namespace p1rig
