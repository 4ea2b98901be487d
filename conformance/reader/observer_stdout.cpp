#include <utility>

#include "conformance/reader/observers.h"

namespace p1rig {
namespace {

class StdoutObserver final : public Observer {
 public:
  StdoutObserver(const ReaderFile& reader, Sink sink) : stream_(reader.map, std::move(sink)) {}

  Result<void> start() override { return {}; }
  void stop() override { stream_.clear(); }
  void hear(std::string_view bytes) override { stream_.feed(bytes); }

 private:
  ObservedStream stream_;
};

}  // namespace

std::unique_ptr<Observer> make_stdout_observer(const ObserverSetting& setting, EventLoop&,
                                               Observer::Sink sink) {
  return std::make_unique<StdoutObserver>(setting.reader, std::move(sink));
}

}  // namespace p1rig
