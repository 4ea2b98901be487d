#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "conformance/judge/contract.h"
#include "conformance/judge/line_judge.h"
#include "conformance/suite/case.h"
#include "process/child_process.h"
#include "protocol/result.h"
#include "simulator/emission.h"

namespace p1rig {

/// A line that the reader wrote to its standard output, or that an observer made of its report.
struct ReaderSaid {
  std::string line;
  ContractLine what;
  std::chrono::steady_clock::time_point at = {};  ///< when it came
};

/// The reader has ended.
struct ReaderExited {
  ProcessExit exit = {};
  std::string last_words = {};  ///< the end of its standard error

  /// True if its exit code says that it does not support this meter or line.
  bool unsupported() const;

  /// "status 3", "signal 15".
  std::string how() const;

  /// "; it said: cannot open /dev/ttyUSB0", the last of its lines; empty if there is none.
  std::string said() const;
};

using SubjectEvent = std::variant<ReaderSaid, ReaderExited>;

enum class SendResult : std::uint8_t {
  kSent,      ///< the reader, or the system on its behalf, took all of it
  kNotTaken,  ///< it did not take the bytes in time
  kNobody     ///< the other end is not open
};

/// The reader under test as the runner sees it: a line to it, and what it writes. It knows nothing of
/// cases. Apart from Clock and Line the only virtual class: mutants are readers without a process.
class Subject {
 public:
  virtual ~Subject() = default;

  /// Starts the reader afresh, and ends the one before with all its children. An error is about the
  /// environment: no such command, no port.
  virtual Result<void> start() = 0;
  virtual void stop() = 0;

  /// Waits until the reader has opened its end of the line; false if it has not by then.
  virtual bool wait_until_open(std::chrono::milliseconds patience) = 0;

  /// Sends at the true pace of the line, or as fast as the reader takes it; silences within the telegram
  /// take their time either way. Events are kept for next().
  virtual SendResult send(const Emission& emission, bool at_line_pace) = 0;

  /// Silence; or the line disappears and returns after `duration`; or its connection dies silently,
  /// and a new one is served.
  virtual void act(LineAction action, std::chrono::milliseconds duration) = 0;

  /// What the reader does next; nothing if that takes longer than `patience`. Without patience,
  /// only what it has already done.
  virtual std::optional<SubjectEvent> next(std::chrono::nanoseconds patience) = 0;

  /// What the reader does until it rests: nothing once it has taken all that was sent and has had a
  /// quiet moment, as between two telegrams of a meter, or after `most`. What is sent next never shares
  /// a read with what was sent before.
  virtual std::optional<SubjectEvent> settle(std::chrono::nanoseconds most) {
    constexpr std::chrono::milliseconds kQuiet{100};
    return next(std::min<std::chrono::nanoseconds>(most, kQuiet));
  }

  /// No wait lasts longer than until then: a case has to end.
  void give_up_at(std::chrono::steady_clock::time_point when) { give_up_at_ = when; }
  std::chrono::steady_clock::time_point gives_up_at() const { return give_up_at_; }
  bool is_given_up() const { return now() >= give_up_at_; }

  /// What was observed of the line since the last begin_log().
  virtual void begin_log() = 0;
  virtual LineLog log() const = 0;

  /// The clock for delays and patience. Readers without a process have a clock of their own, so that
  /// no wait takes real time.
  virtual std::chrono::steady_clock::time_point now() const {
    return std::chrono::steady_clock::now();
  }

  /// How late the bytes of the last send() left at worst, compared with the line's pace.
  virtual std::chrono::nanoseconds lateness() const { return {}; }

  /// The reader's memory in bytes; nothing without a process.
  virtual std::optional<std::uint64_t> memory() const { return std::nullopt; }

  /// Likewise.
  virtual std::optional<ProcessUsage> usage() const { return std::nullopt; }

  /// False for a line that cannot do it: stdin cannot be unplugged, and only a network can freeze.
  virtual bool can_act(LineAction action) const = 0;

 protected:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

 private:
  std::chrono::steady_clock::time_point give_up_at_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace p1rig
