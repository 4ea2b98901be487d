#include "simulator/panel/http_server.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cmath>
#include <deque>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "protocol/json_text.h"
#include "protocol/wording.h"
#include "simulator/line/tcp_acceptor.h"

namespace p1rig {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::asio::ip::tcp;
using Stream = beast::tcp_stream;
using std::chrono::steady_clock;

constexpr std::size_t kListenerMessage = 4096;  // a listener has nothing to say
constexpr std::chrono::milliseconds kLater{10};
constexpr std::chrono::seconds kDrainTime{2};
constexpr std::size_t kReadBuffer = 64 * 1024;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// "localhost" of "LOCALHOST:8080", "::1" of "[::1]:8080".
std::string host_in(std::string_view host) {
  if (host.starts_with('[')) return lower(host.substr(1, host.find(']') - 1));
  return lower(host.substr(0, host.find(':')));
}

bool is_same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

HttpResponse problem(unsigned status, std::string_view detail, std::string_view errors) {
  nlohmann::ordered_json json = {
      {"type", "about:blank"},
      {"title", view(http::obsolete_reason(static_cast<http::status>(status)))},
      {"status", status},
      {"detail", detail}};
  std::string body = json_text(json);
  if (!errors.empty()) body.replace(body.size() - 1, 1, ",\"errors\":" + std::string(errors) + "}");
  return {status, "application/problem+json", body + "\n"};
}

namespace {
class Connection;
class Listener;
}  // namespace

struct HttpServer::Core : std::enable_shared_from_this<HttpServer::Core> {
  EventLoop& loop;
  HttpOptions options;
  Handler handler;
  std::optional<TcpAcceptor> acceptor;
  bool closed = false;
  std::list<std::weak_ptr<Connection>> connections;  ///< the longest there first
  std::list<std::weak_ptr<Listener>> listeners;
  std::uint64_t published = 0;
  double tokens;  ///< requests that may be answered at once
  steady_clock::time_point filled = steady_clock::now();

  Core(EventLoop& event_loop, HttpOptions http_options, Handler request_handler)
      : loop(event_loop),
        options(std::move(http_options)),
        handler(std::move(request_handler)),
        tokens(options.requests_per_second) {}

  /// Whether another request may be answered now.
  bool take_turn() {
    const auto now = steady_clock::now();
    const double passed = std::chrono::duration<double>(now - filled).count();
    tokens = std::min(options.requests_per_second, tokens + passed * options.requests_per_second);
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }

  bool knows_host(std::string_view host) const {
    const std::string name = host_in(host);
    boost::system::error_code no_address;
    boost::asio::ip::make_address(name, no_address);
    return !no_address || name == "localhost" ||
           (!options.host.empty() && name == lower(options.host));
  }

  std::optional<HttpResponse> refuse(const http::request_parser<http::string_body>& parser,
                                     std::string_view path, std::string_view query) const;
  void took(Fd socket);
};

namespace {

/// One request after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<HttpServer::Core> core, tcp::socket socket);
  void begin() { read_head(true); }
  bool is_waiting() const { return is_waiting_; }
  void close() {
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  void read_head(bool first);
  void took_head(beast::error_code error);
  void read_body();
  void take_request();
  void answer(HttpResponse response, bool keep_alive);
  void drain();
  void fail(beast::error_code error);

  std::shared_ptr<HttpServer::Core> core_;
  Stream stream_;
  beast::flat_buffer buffer_{kReadBuffer};
  boost::asio::steady_timer timer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::variant<http::response<http::string_body>, http::response<http::empty_body>> response_;
  std::string path_, query_;
  bool is_waiting_ = true;  ///< for a request or the rest of one
};

/// Somebody who listens to the stream.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(std::shared_ptr<HttpServer::Core> core, Stream stream)
      : core_(std::move(core)), socket_(std::move(stream)) {}

  void begin(const http::request<http::string_body>& request) {
    socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    socket_.read_message_max(kListenerMessage);
    socket_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
      if (error) return;
      self->open_ = true;
      self->read();
    });
  }

  void send(std::uint64_t number, const std::shared_ptr<const std::string>& text) {
    if (!open_) return;
    // Until it has caught up, it misses all: what it misses is in one piece.
    if (first_missed_ != 0 || waiting_.size() >= core_->options.waiting_messages) {
      if (first_missed_ == 0) first_missed_ = number;
      last_missed_ = number;
      return;
    }
    waiting_.push_back(text);
    if (waiting_.size() == 1) write();
  }

  bool is_open() const { return open_; }
  void close() {
    boost::system::error_code ignored;
    beast::get_lowest_layer(socket_).socket().close(ignored);
  }

 private:
  void read() {
    socket_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) {
        self->open_ = false;
        return;
      }
      // Nothing that it says means anything here.
      self->open_ = false;
      self->socket_.async_close(websocket::close_code::policy_error,
                                [self](beast::error_code) { self->close(); });
    });
  }

  void write() {
    socket_.text(true);
    socket_.async_write(boost::asio::buffer(*waiting_.front()),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error || !self->open_) {
                            self->open_ = false;
                            return;
                          }
                          self->waiting_.pop_front();
                          self->tell_what_it_missed();
                          if (!self->waiting_.empty()) self->write();
                        });
  }

  /// Once it has all that came before.
  void tell_what_it_missed() {
    if (first_missed_ == 0 || !waiting_.empty()) return;
    waiting_.push_back(std::make_shared<const std::string>(
        fmt::format(R"({{"type":"missed","first":{},"last":{},"count":{}}})", first_missed_,
                    last_missed_, last_missed_ - first_missed_ + 1)));
    first_missed_ = 0;
  }

  std::shared_ptr<HttpServer::Core> core_;
  websocket::stream<Stream> socket_;
  beast::flat_buffer buffer_{kListenerMessage};
  std::deque<std::shared_ptr<const std::string>> waiting_;
  std::uint64_t first_missed_ = 0, last_missed_ = 0;
  bool open_ = false;
};

Connection::Connection(std::shared_ptr<HttpServer::Core> core, tcp::socket socket)
    : core_(std::move(core)), stream_(std::move(socket)), timer_(core_->loop.io()) {}

void Connection::read_head(bool first) {
  is_waiting_ = true;
  parser_.emplace();
  parser_->header_limit(core_->options.header_limit);
  parser_->body_limit(core_->options.body_limit);
  stream_.expires_after(first ? core_->options.header_time : core_->options.idle_time);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            self->took_head(error);
                          });
}

void Connection::took_head(beast::error_code error) {
  if (error) return fail(error);
  if (core_->closed) return;
  if (!core_->take_turn()) {
    stream_.expires_never();
    timer_.expires_after(kLater);
    timer_.async_wait([self = shared_from_this()](beast::error_code stopped) {
      if (!stopped && self->stream_.socket().is_open()) self->took_head({});
    });
    return;
  }
  const auto& request = parser_->get();
  const std::string_view target = view(request.target());
  path_ = target.substr(0, target.find('?'));
  query_ = target.size() > path_.size() ? target.substr(path_.size() + 1) : "";
  if (auto refusal = core_->refuse(*parser_, path_, query_)) {
    return answer(std::move(*refusal), false);  // what of its body is on the way is not read
  }
  if (path_ == core_->options.stream && websocket::is_upgrade(request)) {
    std::erase_if(core_->listeners, [](const auto& listener) { return listener.expired(); });
    if (core_->listeners.size() >= core_->options.listeners) {
      return answer(problem(503, "too many listen to the stream: close one"), false);
    }
    stream_.expires_never();
    auto listener = std::make_shared<Listener>(core_, std::move(stream_));
    core_->listeners.push_back(listener);
    return listener->begin(request);
  }
  if (parser_->is_done()) return take_request();
  read_body();
}

void Connection::read_body() {
  stream_.expires_after(core_->options.header_time);
  const auto read = [self = shared_from_this()] {
    http::async_read(self->stream_, self->buffer_, *self->parser_,
                     [self](beast::error_code error, std::size_t) {
                       if (error) return self->fail(error);
                       self->take_request();
                     });
  };
  if (lower(view(parser_->get()[http::field::expect])) != "100-continue") return read();
  auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
  http::async_write(stream_, *go_on,
                    [self = shared_from_this(), go_on, read](beast::error_code error, std::size_t) {
                      if (!error) read();
                    });
}

void Connection::take_request() {
  if (core_->closed) return;
  is_waiting_ = false;
  auto& request = parser_->get();
  const bool is_head = request.method() == http::verb::head;
  std::string type = lower(view(request[http::field::content_type]));
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  HttpResponse response =
      core_->handler({is_head ? "GET" : std::string(view(request.method_string())), path_,
                      std::move(type), std::move(request.body())});
  answer(std::move(response), request.keep_alive());
}

void Connection::answer(HttpResponse response, bool keep_alive) {
  is_waiting_ = false;
  const bool is_head = parser_ && parser_->get().method() == http::verb::head;
  const auto fill = [&](auto& message) {
    message.result(response.status);
    message.version(11);
    message.set(http::field::server, "p1rig");
    message.set(http::field::content_type, response.type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    message.set("X-Frame-Options", "DENY");
    message.set("Referrer-Policy", "no-referrer");
    message.set("Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                "img-src 'self' data:; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep_alive);
    if (response.status != 204) message.content_length(response.body.size());
  };
  stream_.expires_after(core_->options.header_time);
  const auto done = [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
    if (error) return self->close();
    if (keep_alive) return self->read_head(false);
    boost::system::error_code ignored;
    self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // What the client still sends is let run dry: else it might lose the answer.
    self->is_waiting_ = true;
    self->stream_.expires_after(kDrainTime);
    self->drain();
  };
  if (is_head) {
    auto& message = response_.emplace<http::response<http::empty_body>>();
    fill(message);
    http::async_write(stream_, message, done);
  } else {
    auto& message = response_.emplace<http::response<http::string_body>>();
    fill(message);
    message.body() = std::move(response.body);
    http::async_write(stream_, message, done);
  }
}

void Connection::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBuffer),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (error) return self->close();
                            self->drain();
                          });
}

/// Says what is wrong where that is more than that the client has gone or is too slow.
void Connection::fail(beast::error_code error) {
  if (error == http::error::body_limit) {
    return answer(
        problem(413, "the body is larger than " + counted(core_->options.body_limit, "byte")),
        false);
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return answer(
        problem(431, "the head is larger than " + counted(core_->options.header_limit, "byte")),
        false);
  }
  const bool of_http = error.category() == make_error_code(http::error::bad_method).category();
  if (of_http && error != http::error::end_of_stream && error != http::error::partial_message) {
    return answer(problem(400, "this is not HTTP: " + error.message()), false);
  }
  close();
}

}  // namespace

/// What is wrong with who asks, before anything of the body is read.
std::optional<HttpResponse> HttpServer::Core::refuse(
    const http::request_parser<http::string_body>& parser, std::string_view path,
    std::string_view query) const {
  const auto& request = parser.get();
  const std::string_view host = view(request[http::field::host]);
  if (!knows_host(host)) {
    return problem(403, fmt::format("this server is not \"{}\": use its address", host));
  }
  const auto origin = request.find(http::field::origin);
  if (origin != request.end() && lower(view(origin->value())) != "http://" + lower(host)) {
    return problem(403, fmt::format("pages of {} may not use this server", view(origin->value())));
  }
  if (options.token.empty() || (options.is_public && options.is_public(path))) return std::nullopt;
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view given = view(request[http::field::authorization]);
  if (given.starts_with(kBearer)) {
    given.remove_prefix(kBearer.size());
  } else if (constexpr std::string_view kKey = "token="; query.starts_with(kKey)) {
    given = query.substr(kKey.size());  // a page cannot give a WebSocket a head
  }
  if (is_same_secret(given, options.token)) return std::nullopt;
  auto response = problem(401,
                          "the token of --panel-token-file is missing or wrong: "
                          "Authorization: Bearer TOKEN");
  response.headers = {{"WWW-Authenticate", "Bearer"}};
  return response;
}

void HttpServer::Core::took(Fd socket) {
  std::erase_if(connections, [](const auto& connection) { return connection.expired(); });
  if (connections.size() >= options.connections) {
    const auto idle = std::ranges::find_if(connections, [](const auto& connection) {
      const auto there = connection.lock();
      return there != nullptr && there->is_waiting();
    });
    if (idle == connections.end()) return;  // closed
    if (const auto there = idle->lock()) there->close();
    connections.erase(idle);
  }
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  void* const any = &address;
  ::getsockname(socket.get(), static_cast<sockaddr*>(any), &size);
  tcp::socket peer(loop.io());
  boost::system::error_code failed;
  peer.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket.get(), failed);
  if (failed) return;
  static_cast<void>(socket.release());
  auto connection = std::make_shared<Connection>(shared_from_this(), std::move(peer));
  connections.push_back(connection);
  connection->begin();
}

HttpServer::HttpServer(EventLoop& loop, Fd listener, HttpOptions options, Handler handler)
    : core_(std::make_shared<Core>(loop, std::move(options), std::move(handler))) {
  core_->acceptor.emplace(loop, std::move(listener),
                          [core = core_.get()](Fd socket) { core->took(std::move(socket)); });
}

HttpServer::~HttpServer() {
  core_->closed = true;
  core_->handler = {};
  core_->acceptor.reset();
  for (const auto& connection : core_->connections) {
    if (const auto there = connection.lock()) there->close();
  }
  for (const auto& listener : core_->listeners) {
    if (const auto there = listener.lock()) there->close();
  }
}

void HttpServer::publish(std::string_view object) {
  const std::uint64_t number = ++core_->published;
  std::shared_ptr<const std::string> text;
  for (const auto& listener : core_->listeners) {
    const auto there = listener.lock();
    if (there == nullptr || !there->is_open()) continue;
    if (text == nullptr) {
      text = std::make_shared<const std::string>(
          fmt::format(R"({{"seq":{},{})", number, object.substr(1)));
    }
    there->send(number, text);
  }
}

std::size_t HttpServer::listeners() const {
  return static_cast<std::size_t>(std::ranges::count_if(core_->listeners, [](const auto& listener) {
    const auto there = listener.lock();
    return there != nullptr && there->is_open();
  }));
}

}  // namespace p1rig
