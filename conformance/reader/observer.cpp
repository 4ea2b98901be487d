#include "conformance/reader/observer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/reader/observers.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;

constexpr auto kKinds = std::to_array<ObserverKind>({
    {.name = "stdout",
     .summary = "what the reader writes to its standard output",
     .make = make_stdout_observer},
    {.name = "tcp",
     .summary = "a server that writes JSON, a connection to it is kept",
     .address = "HOST:PORT",
     .complaint = complain_about_tcp,
     .make = make_tcp_observer},
    {.name = "http",
     .summary = "a server that answers GET with JSON",
     .address = "http://HOST[:PORT]/PATH",
     .interval = milliseconds{1000},
     .sampled = true,
     .complaint = complain_about_http,
     .make = make_http_observer},
    {.name = "mqtt",
     .summary = "a topic at a broker with JSON, or topics with a value each",
     .address = "HOST[:PORT]",
     .has_topic = true,
     .interval = milliseconds{200},
     .complaint = complain_about_mqtt,
     .make = make_mqtt_observer},
    {.name = "raw",
     .summary = "a gateway that passes on the bytes of the line",
     .address = "HOST:PORT",
     .complaint = complain_about_tcp,
     .make = make_raw_observer},
});

}  // namespace

std::span<const ObserverKind> observer_kinds() { return kKinds; }

const ObserverKind* find_observer_kind(std::string_view name) {
  const auto* const row = std::ranges::find(kKinds, name, &ObserverKind::name);
  return row == kKinds.end() ? nullptr : row;
}

std::unique_ptr<Observer> make_observer(const ObserverSetting& setting, EventLoop& loop,
                                        Observer::Sink sink) {
  return find_observer_kind(setting.reader.observe.kind)->make(setting, loop, std::move(sink));
}

milliseconds spacing_of(const ReaderFile& reader) {
  const ObserverKind& kind = *find_observer_kind(reader.observe.kind);
  // Two questions: the first may be on its way while the telegram is understood. Or the silence after
  // one report, and as much for the values of the next to come in.
  const bool takes_intervals =
      kind.sampled || (kind.has_topic && has_wildcard(reader.observe.topic));
  return std::max(reader.min_interval,
                  takes_intervals ? 2 * reader.observe.interval : milliseconds{0});
}

}  // namespace p1rig
