#include <utility>

#include "conformance/reader/observers.h"
#include "conformance/reader/tcp_feed.h"

namespace p1rig {
namespace {

class TcpObserver final : public Observer {
 public:
  TcpObserver(const ObserverSetting& setting, EventLoop& loop, Sink sink)
      : stream_(setting.reader.map, sink),
        feed_(loop, parse_tcp_address(setting.address).value_or(TcpAddress{}),
              {.connected = [this] { stream_.clear(); },
               .bytes = [this](std::string_view bytes) { stream_.feed(bytes); },
               .trouble = [sink](std::string why) { sink(std::move(why), ContractLog{}); }}) {}

  Result<void> start() override {
    feed_.start();
    return {};
  }
  void stop() override { feed_.stop(); }

 private:
  ObservedStream stream_;
  TcpFeed feed_;
};

}  // namespace

std::string complain_about_tcp(const ReaderObserver& observe) {
  const auto address = parse_tcp_address(observe.address);
  if (address && !address->host.empty()) return {};
  return "expected HOST:PORT, such as \"192.168.1.20:23\"";
}

std::unique_ptr<Observer> make_tcp_observer(const ObserverSetting& setting, EventLoop& loop,
                                            Observer::Sink sink) {
  return std::make_unique<TcpObserver>(setting, loop, std::move(sink));
}

}  // namespace p1rig
