#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/judge/frame_counter.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/naive_framer.h"
#include "protocol/framer.h"

namespace p1rig {

/// The reference reader with a defect, made of the same parts: bytes in, lines of the reader
/// contract out. Behaviour on the line is not part of it.
class MutantReader {
 public:
  using Sink = std::function<void(std::string json_line, ContractLine what)>;

  /// `keys` open sealed telegrams.
  MutantReader(const Mutant& mutant, const Dialect& dialect, Sink sink,
               const std::optional<FrameKeys>& keys = {});

  void feed(std::string_view bytes);

  /// Silence on the line.
  void pause(std::chrono::nanoseconds duration);

  /// The line vanished and came back: what was begun is forgotten.
  void reconnect();

  bool crashed() const { return has_any(&MutantState::crashed); }

 private:
  /// A defect, and what it remembers.
  struct Part {
    const Mutant* mutant;
    MutantState state = {};
  };

  bool has_any(bool MutantState::*sign) const;
  bool is_over() const;
  bool is_naive() const;
  std::optional<Reject> judge(const Telegram& telegram) const;
  void take(const Stretch& stretch);
  void take_frame(std::string_view bytes);
  bool open(const DlmsFrame& frame, std::string& telegram);
  bool take_telegram(std::string_view bytes, std::string_view flag);
  void tell(const std::string& json_line);
  void reject(Reject reason);
  void bad_frame(Reject reason, const DlmsFrame* frame);

  const Mutant::Policy& policy_;
  const Dialect& dialect_;
  Sink sink_;
  std::vector<Part> parts_;
  Framer framer_;
  NaiveFramer naive_framer_;
  std::optional<FrameKeys> keys_;
  std::optional<FrameCipher> cipher_;
  FrameCounterTrack track_;
  std::string first_title_;
  int lose_frames_ = 0;
};

}  // namespace p1rig
