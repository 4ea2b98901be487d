#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conformance/judge/contract.h"
#include "conformance/reader/reader_file.h"
#include "protocol/dialect.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"

namespace p1rig {

class EventLoop;

/// Turns what a reader reports, by whatever channel, into lines of the reader contract.
class Observer {
 public:
  /// What else there is to know, such as a connection that was refused, is reported as a log line.
  using Sink = std::function<void(std::string line, ContractLine what)>;

  virtual ~Observer() = default;

  /// Once the reader was started. An error if the environment refuses; that nothing answers yet is
  /// none.
  virtual Result<void> start() = 0;
  virtual void stop() = 0;

  /// Bytes of the reader's standard output, in any pieces.
  virtual void hear(std::string_view bytes) { static_cast<void>(bytes); }

  /// Bytes that are on their way to the reader.
  virtual void sent(std::string_view bytes) { static_cast<void>(bytes); }

 protected:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
};

/// Bytes of a stream in, lines of the reader contract out.
///
/// A reader without a map writes the contract itself, one object a line. The JSON of a reader with a
/// map may go over several lines, as pretty-printers write it: an object begins with a '{' at the
/// start of a line and ends with the '}' that closes it; what is between two objects is log.
class ObservedStream {
 public:
  ObservedStream(std::vector<ReaderMapping> map, Observer::Sink sink);

  /// Bytes in any pieces.
  void feed(std::string_view bytes);

  /// The stream starts over.
  void clear();

  /// What one complete JSON text reports.
  ContractLine read(std::string_view json) const;

 private:
  void take_line();
  void take_mapped_line();
  void count_brackets(std::string_view line);
  void tell(std::string text);

  std::vector<ReaderMapping> map_;
  Observer::Sink sink_;
  std::string line_, object_;
  bool too_long_ = false;
  std::size_t depth_ = 0;
  bool in_text_ = false, escaped_ = false;
};

/// What is observed.
struct ObserverSetting {
  const ReaderFile& reader;
  std::string address;               ///< of reader.observe, with the port that was chosen
  const Dialect* dialect = nullptr;  ///< of the meter
  std::optional<FrameKeys> keys = {};
};

/// A channel on which readers report what they understood: one row.
struct ObserverKind {
  std::string_view name, summary;
  std::string_view address = {};  ///< how it is written; empty: there is none
  bool has_topic = false;
  std::chrono::milliseconds interval{0};  ///< by default
  bool sampled = false;  ///< it is polled every interval: what comes and goes in between is missed
  /// What is wrong with the address; empty if nothing is.
  std::string (*complaint)(const ReaderObserver&) = nullptr;
  std::unique_ptr<Observer> (*make)(const ObserverSetting&, EventLoop&, Observer::Sink) = nullptr;
};

std::span<const ObserverKind> observer_kinds();
const ObserverKind* find_observer_kind(std::string_view name);

/// The observer that the reader file asks for. It must not outlive `loop`.
std::unique_ptr<Observer> make_observer(const ObserverSetting& setting, EventLoop& loop,
                                        Observer::Sink sink);

/// The least time between two telegrams, so that each of them can be reported and observed.
std::chrono::milliseconds spacing_of(const ReaderFile& reader);

}  // namespace p1rig
