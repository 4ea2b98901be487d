#include <fmt/core.h>
#include <mosquitto.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

#include "conformance/reader/observers.h"
#include "protocol/json_depth.h"
#include "protocol/json_text.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

using Json = nlohmann::json;

constexpr std::uint16_t kPort = 1883;
constexpr std::size_t kLongestPayload = std::size_t{1} << 20U;

std::optional<TcpAddress> parse_broker(std::string_view text) {
  if (text.find(':') == std::string_view::npos && !text.empty()) {
    return TcpAddress{.host = std::string(text), .port = kPort};
  }
  auto address = parse_tcp_address(text);
  if (!address || address->host.empty()) return std::nullopt;
  return address;
}

/// libmosquitto's own thread does the talking; what it hears is handed to the loop. Kept by what is on
/// its way, so that the observer may go at any time.
class Client : public std::enable_shared_from_this<Client> {
 public:
  struct Listener {
    std::function<void(std::string topic, std::string payload)> message;
    std::function<void(std::string)> trouble;
  };

  Client(EventLoop& loop, std::string topic, Listener listener)
      : loop_(loop), topic_(std::move(topic)), listener_(std::move(listener)) {
    ::mosquitto_lib_init();
    client_ = ::mosquitto_new(nullptr, true, this);
  }

  ~Client() {
    if (client_ != nullptr) ::mosquitto_destroy(client_);
    ::mosquitto_lib_cleanup();
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<void> start(const TcpAddress& broker) {
    if (client_ == nullptr) return fail("mqtt: no memory for a client");
    ::mosquitto_reconnect_delay_set(client_, 1, 1, false);
    ::mosquitto_connect_callback_set(client_, [](mosquitto* of, void* self, int code) {
      auto& client = *static_cast<Client*>(self);
      if (code != 0) return client.post_trouble(::mosquitto_connack_string(code));
      client.connected_ = true;
      ::mosquitto_subscribe(of, nullptr, client.topic_.c_str(), 0);
    });
    ::mosquitto_disconnect_callback_set(client_, [](mosquitto*, void* self, int code) {
      static_cast<Client*>(self)->connected_ = false;
      if (code != 0) static_cast<Client*>(self)->post_trouble(::mosquitto_strerror(code));
    });
    ::mosquitto_message_callback_set(client_,
                                     [](mosquitto*, void* self, const mosquitto_message* message) {
                                       // What was kept by the broker is of a time before ours.
                                       if (message->retain) return;
                                       static_cast<Client*>(self)->post(*message);
                                     });
    constexpr int kKeepAlive = 30;
    const int code =
        ::mosquitto_connect_async(client_, broker.host.c_str(), broker.port, kKeepAlive);
    // Its thread tries again; only what can never work is an error.
    if (code == MOSQ_ERR_INVAL || code == MOSQ_ERR_NOMEM) {
      return fail(std::string("mqtt: ") + ::mosquitto_strerror(code));
    }
    if (code != MOSQ_ERR_SUCCESS)
      post_trouble(fmt::format("{}:{}: {}", broker.host, broker.port, ::mosquitto_strerror(code)));
    // Signals are for the loop's thread.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const int started = ::mosquitto_loop_start(client_);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (started != MOSQ_ERR_SUCCESS)
      return fail(std::string("mqtt: ") + ::mosquitto_strerror(started));
    return {};
  }

  /// Nothing is reported any more.
  void stop() {
    stopped_ = true;
    if (client_ == nullptr) return;
    const bool connected = connected_;
    ::mosquitto_disconnect(client_);
    // One that is still about to connect would be waited for.
    ::mosquitto_loop_stop(client_, !connected);
  }

 private:
  void post(const mosquitto_message& message) {
    const auto length = static_cast<std::size_t>(std::max(message.payloadlen, 0));
    if (length > kLongestPayload) return post_trouble("a payload of more than 1 MiB");
    boost::asio::post(loop_.io(), [self = shared_from_this(), topic = std::string(message.topic),
                                   payload = std::string(static_cast<const char*>(message.payload),
                                                         length)]() mutable {
      if (!self->stopped_) self->listener_.message(std::move(topic), std::move(payload));
    });
  }

  void post_trouble(std::string why) {
    boost::asio::post(loop_.io(), [self = shared_from_this(), why = std::move(why)]() mutable {
      if (!self->stopped_) self->listener_.trouble(std::move(why));
    });
  }

  EventLoop& loop_;
  std::string topic_;
  Listener listener_;
  mosquitto* client_ = nullptr;
  std::atomic<bool> connected_ = false;
  bool stopped_ = false;  ///< the loop's thread only
};

/// A topic with JSON: every message is a report. A topic with wildcards: each message is one value
/// at the path of its topic, and a report is complete once nothing arrives for the interval.
class MqttObserver final : public Observer {
 public:
  MqttObserver(const ObserverSetting& setting, EventLoop& loop, Sink sink)
      : loop_(loop),
        broker_(parse_broker(setting.address).value_or(TcpAddress{})),
        topic_(setting.reader.observe.topic),
        interval_(setting.reader.observe.interval),
        stream_(setting.reader.map, {}),
        sink_(std::move(sink)),
        timer_(loop.io()) {}
  ~MqttObserver() override { stop(); }

  Result<void> start() override {
    stop();
    client_ = std::make_shared<Client>(
        loop_, topic_,
        Client::Listener{
            .message = [this](std::string topic,
                              std::string payload) { take(std::move(topic), std::move(payload)); },
            .trouble =
                [this](const std::string& why) {
                  sink_("mqtt: " + why, ContractLog{.is_trouble = true});
                }});
    return client_->start(broker_);
  }

  void stop() override {
    if (client_) client_->stop();
    client_.reset();
    timer_.cancel();
    ++round_;
    values_ = Json::object();
    size_ = 0;
  }

 private:
  void take(std::string topic, std::string payload) {
    if (!has_wildcard(topic_)) return tell(std::move(payload));
    size_ += topic.size() + payload.size();
    if (size_ > kLongestPayload) {
      return forget({"mqtt: the topics carry more than 1 MiB without a pause"});
    }
    const auto levels = static_cast<std::size_t>(std::ranges::count(topic, '/')) + 1;
    const bool is_json = Json::accept(payload);
    if (levels + (is_json ? json_depth(payload) : 0) > kDeepestJson) {
      return forget({"mqtt: the contents of the topics: " + std::string(kDeepJson)});
    }
    if (!put(topic, is_json ? Json::parse(payload) : Json(std::move(payload)))) {
      return sink_("mqtt: " + topic + " conflicts with an earlier topic", ContractLog{});
    }
    timer_.expires_after(interval_);
    timer_.async_wait(
        [this, alive = std::weak_ptr<int>(alive_), round = round_](const auto& error) {
          if (error || alive.expired() || round != round_) return;
          // What comes later is another report: only what it contains was reported.
          const Json values = std::exchange(values_, Json::object());
          size_ = 0;
          tell(json_text(values));
        });
  }

  /// Each level of the topic is a key, numbers too. False if a value is in the way.
  bool put(std::string_view topic, Json value) {
    Json* at = &values_;
    for (bool last = false; !last;) {
      const std::size_t end = topic.find('/');
      last = end == std::string_view::npos;
      if (at->is_null()) *at = Json::object();
      if (!at->is_object()) return false;
      at = &(*at)[std::string(topic.substr(0, end))];
      if (!last) topic.remove_prefix(end + 1);
    }
    *at = std::move(value);
    return true;
  }

  /// Of a report that is too large, or too deep, only that is reported.
  void forget(ContractBreach why) {
    timer_.cancel();
    ++round_;
    values_ = Json::object();
    size_ = 0;
    sink_("", std::move(why));
  }

  void tell(std::string text) {
    ContractLine what = stream_.read(text);
    sink_(std::move(text), std::move(what));
  }

  EventLoop& loop_;
  TcpAddress broker_;
  std::string topic_;
  std::chrono::milliseconds interval_;
  ObservedStream stream_;
  Sink sink_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Client> client_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  int round_ = 0;
  Json values_ = Json::object();
  std::size_t size_ = 0;  ///< of the topics and payloads that are in it
};

}  // namespace

bool has_wildcard(std::string_view topic) {
  return topic.find_first_of("+#") != std::string_view::npos;
}

std::string complain_about_mqtt(const ReaderObserver& observe) {
  if (!parse_broker(observe.address)) return "expected HOST or HOST:PORT of a broker";
  return {};
}

std::unique_ptr<Observer> make_mqtt_observer(const ObserverSetting& setting, EventLoop& loop,
                                             Observer::Sink sink) {
  return std::make_unique<MqttObserver>(setting, loop, std::move(sink));
}

}  // namespace p1rig
