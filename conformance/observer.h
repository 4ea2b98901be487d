#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/judge/contract.h"
#include "conformance/reader_file.h"
#include "protocol/result.h"

namespace p1rig {

class EventLoop;

/// Turns what a reader tells, wherever it tells it, into lines of the reader contract.
class Observer {
 public:
  using Sink = std::function<void(std::string line, ContractLine what)>;

  virtual ~Observer() = default;

  /// Once the reader was started. An error where the environment refuses.
  virtual Result<void> start() = 0;
  virtual void stop() = 0;

  /// Bytes of the reader's standard output, in any pieces.
  virtual void hear(std::string_view bytes) = 0;

 protected:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
};

/// The observer that the reader file asks for. It must not outlive `loop`.
std::unique_ptr<Observer> make_observer(const ReaderFile& reader, EventLoop& loop,
                                        Observer::Sink sink);

}  // namespace p1rig
