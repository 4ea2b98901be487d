#include <fmt/core.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "conformance/reader/observers.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kLongestAnswer{5000};
constexpr std::uint64_t kLongestBody = std::uint64_t{1} << 20U;

struct Url {
  TcpAddress address;
  std::string path;
};

/// "http://HOST[:PORT]/PATH"; nothing if it is none.
std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::uint16_t kPort = 80;
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string host(text.substr(0, slash));
  Url url;
  url.path = slash < text.size() ? text.substr(slash) : "/";
  if (url.path.find_first_of(" \r\n") != std::string::npos || host.empty()) return std::nullopt;
  if (const auto address = parse_tcp_address(host); address && !address->host.empty()) {
    url.address = *address;
  } else if (host.find(':') == std::string::npos) {
    url.address = {.host = host, .port = kPort};
  } else {
    return std::nullopt;
  }
  return url;
}

std::string text_of(const Url& url) {
  return fmt::format("http://{}:{}{}", url.address.host, url.address.port, url.path);
}

/// One question and its answer. Kept by the handlers that are on their way.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  /// The status and the body, or status 0 and why there is none.
  using Done = std::function<void(unsigned status, std::string text)>;

  Exchange(EventLoop& loop, const Url& url, Done done)
      : url_(url), resolver_(loop.io()), stream_(loop.io()), done_(std::move(done)) {
    request_ = {http::verb::get, url.path, 11};
    request_.set(http::field::host, url.address.host);
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::connection, "close");
    parser_.body_limit(kLongestBody);
  }

  void run() {
    resolver_.async_resolve(url_.address.host, std::to_string(url_.address.port),
                            [self = shared_from_this()](const auto& error, const auto& found) {
                              if (self->failed(error)) return;
                              self->stream_.expires_after(kLongestAnswer);
                              self->stream_.async_connect(found,
                                                          [self](const auto& refused, const auto&) {
                                                            if (!self->failed(refused)) self->ask();
                                                          });
                            });
  }

  void cancel() {
    done_ = {};
    resolver_.cancel();
    beast::error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  void ask() {
    http::async_write(
        stream_, request_, [self = shared_from_this()](const auto& error, std::size_t) {
          if (self->failed(error)) return;
          http::async_read(
              self->stream_, self->buffer_, self->parser_, [self](const auto& broken, std::size_t) {
                if (self->failed(broken)) return;
                self->finish(self->parser_.get().result_int(), self->parser_.get().body());
              });
        });
  }

  bool failed(const beast::error_code& error) {
    if (error) finish(0, error.message());
    return static_cast<bool>(error);
  }

  void finish(unsigned status, std::string text) {
    if (const Done done = std::exchange(done_, {})) done(status, std::move(text));
  }

  Url url_;
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  Done done_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

/// The answer stays until it changes: only new content is a report.
class HttpObserver final : public Observer {
 public:
  HttpObserver(const ObserverSetting& setting, EventLoop& loop, Sink sink)
      : loop_(loop),
        url_(parse_url(setting.address).value_or(Url{})),
        interval_(setting.reader.observe.interval),
        stream_(setting.reader.map, {}),
        sink_(std::move(sink)),
        timer_(std::make_unique<boost::asio::steady_timer>(loop.io())) {}
  ~HttpObserver() override { stop(); }

  Result<void> start() override {
    stop();
    timer_->expires_after(milliseconds{0});
    wait();
    return {};
  }

  void stop() override {
    if (exchange_) exchange_->cancel();
    exchange_.reset();
    // A new one: a wait that has ended already must find nothing to do.
    timer_ = std::make_unique<boost::asio::steady_timer>(loop_.io());
    ++round_;
    last_.clear();
    trouble_.clear();
  }

 private:
  void wait() {
    timer_->async_wait(
        [this, alive = std::weak_ptr<int>(alive_), round = round_](const auto& error) {
          if (error || alive.expired() || round != round_) return;
          timer_->expires_after(interval_);
          exchange_ =
              std::make_shared<Exchange>(loop_, url_, [this](unsigned status, std::string text) {
                take(status, std::move(text));
                wait();
              });
          exchange_->run();
        });
  }

  void take(unsigned status, std::string text) {
    constexpr unsigned kOk = 200;
    if (status != kOk) {
      std::string why = status == 0 ? fmt::format("GET {}: {}", text_of(url_), text)
                                    : fmt::format("GET {}: status {}", text_of(url_), status);
      if (why != trouble_) sink_(why, ContractLog{});
      trouble_ = std::move(why);
      return;
    }
    trouble_.clear();
    ContractLine what = stream_.read(text);
    const auto* const telegram = std::get_if<ContractTelegram>(&what);
    std::string same = telegram != nullptr ? to_json(*telegram) : text;
    if (same == last_) return;
    last_ = std::move(same);
    sink_(std::move(text), std::move(what));
  }

  EventLoop& loop_;
  Url url_;
  milliseconds interval_;
  ObservedStream stream_;
  Sink sink_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  int round_ = 0;
  std::string last_, trouble_;
};

}  // namespace

std::string complain_about_http(const ReaderObserver& observe) {
  if (parse_url(observe.address)) return {};
  return "expected a URL such as \"http://192.168.1.20/api/v1/data\"";
}

std::unique_ptr<Observer> make_http_observer(const ObserverSetting& setting, EventLoop& loop,
                                             Observer::Sink sink) {
  return std::make_unique<HttpObserver>(setting, loop, std::move(sink));
}

}  // namespace p1rig
