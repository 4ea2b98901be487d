#include "conformance/reader/observer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/reader/observers.h"
#include "conformance/reader/reader_map.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;

constexpr auto kKinds = std::to_array<ObserverKind>({
    {.name = "stdout",
     .summary = "what the reader writes to its standard output",
     .make = make_stdout_observer},
    {.name = "tcp",
     .summary = "a server that writes JSON, over a permanent connection",
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
     .summary = "a broker topic with JSON, or topics with one value each",
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

/// A longer line or object is not a report.
constexpr std::size_t kLongest = std::size_t{1} << 20U;

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

ObservedStream::ObservedStream(std::vector<ReaderMapping> map, Observer::Sink sink)
    : map_(std::move(map)), sink_(std::move(sink)) {}

void ObservedStream::clear() {
  line_.clear();
  object_.clear();
  too_long_ = in_text_ = escaped_ = false;
  depth_ = 0;
}

void ObservedStream::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (!too_long_) line_ += bytes.substr(0, end);
    if (line_.size() > kLongest) {
      clear();
      too_long_ = true;
      sink_("", ContractBreach{"the reader writes a line of more than 1 MiB"});
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (!std::exchange(too_long_, false)) take_line();
    line_.clear();
  }
}

void ObservedStream::take_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  if (map_.empty()) return tell(line_);
  take_mapped_line();
}

void ObservedStream::take_mapped_line() {
  const bool begins = line_.starts_with('{');
  if (begins && !object_.empty()) {
    // The one before was never closed.
    sink_(std::exchange(object_, {}), ContractLog{});
    depth_ = 0;
    in_text_ = escaped_ = false;
  }
  if (!begins && object_.empty()) return sink_(line_, ContractLog{});
  count_brackets(line_);
  object_ += line_ + '\n';
  if (depth_ == 0) {
    object_.pop_back();
    tell(std::exchange(object_, {}));
    in_text_ = escaped_ = false;
  } else if (object_.size() > kLongest) {
    clear();
    sink_("", ContractBreach{"the reader writes an object of more than 1 MiB"});
  }
}

void ObservedStream::count_brackets(std::string_view line) {
  for (const char c : line) {
    if (in_text_) {
      if (!std::exchange(escaped_, c == '\\' && !escaped_) && c == '"') in_text_ = false;
    } else if (c == '"') {
      in_text_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && depth_ > 0) {
      --depth_;
    }
  }
}

ContractLine ObservedStream::read(std::string_view json) const {
  return map_.empty() ? parse_contract_line(json) : apply_map(map_, json);
}

void ObservedStream::tell(std::string text) {
  ContractLine what = read(text);
  sink_(std::move(text), std::move(what));
}

}  // namespace p1rig
