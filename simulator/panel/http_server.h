#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/line/event_loop.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {

struct HttpRequest {
  std::string method;  ///< "GET" for HEAD, too
  std::string path;    ///< without the query
  std::string type;    ///< of the body, without parameters
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A problem as RFC 9457 has it. `errors` is a JSON array of what is wrong with the body, or empty.
HttpResponse problem(unsigned status, std::string_view detail, std::string_view errors = {});

struct HttpOptions {
  /// The host that the user named; requests may name it, and any address, but no other name: else a
  /// page of a stranger could reach the server by a name that it lets mean this address.
  std::string host;
  std::string token;  ///< that requests must bring; empty: none
  /// Whether the path is served without the token.
  std::function<bool(std::string_view path)> is_public;
  std::string stream = "/api/v1/stream";  ///< where WebSockets are

  std::size_t body_limit = std::size_t{256} << 10U;
  std::uint32_t header_limit = 16 * 1024;
  std::size_t connections = 64;
  std::size_t listeners = 16;  ///< of the stream, among the connections
  double requests_per_second = 200;
  std::chrono::seconds header_time{10};  ///< for the head of a request, and again for its body
  std::chrono::seconds idle_time{60};    ///< between requests
  std::size_t waiting_messages = 256;    ///< for a listener; the next ones it misses
};

/// An HTTP server in the loop of the lines. Sizes, times, rates and the number of connections have
/// limits, so that no client costs the meter more than a moment: one that sends or fetches slowly is
/// closed, requests beyond the rate wait, and where there are too many connections, one that is
/// idle makes room.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  HttpServer(EventLoop& loop, Fd listener, HttpOptions options, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Sends a message to whoever listens to the stream. The messages are numbered from 1 on: the text, a
  /// JSON object, gets its number as "seq". A listener that is too slow misses some, and is told
  /// which.
  void publish(std::string_view object);

  std::size_t listeners() const;

  struct Core;  ///< for the .cpp file

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace p1rig
