// A fleet's meters on TCP: what their telegrams cost beside sending them (P13). The same connections
// carry telegrams that are made for each second, and the same telegrams over and over.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/contest.h"
#include "process/fd.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::bench {
namespace {

constexpr std::size_t kConnections = 64;
constexpr double kSeconds = 0.3;

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(fmt::format("fleet: {}: {}", what, std::strerror(errno)));
}

/// Connections on loopback, whose other ends a thread empties until they are closed.
class Connections {
 public:
  Connections() {
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener.get(), where, size) != 0 || ::listen(listener.get(), 1) != 0 ||
        ::getsockname(listener.get(), where, &size) != 0) {
      give_up("listen");
    }
    for (std::size_t i = 0; i < kConnections; ++i) {
      Fd meter(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (::connect(meter.get(), where, size) != 0) give_up("connect");
      Fd reader(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!reader) give_up("accept");
      meters_.push_back(std::move(meter));
      readers_.push_back(std::move(reader));
    }
    drain_ = std::thread([this] { drain(); });
  }
  ~Connections() {
    for (const Fd& meter : meters_) ::shutdown(meter.get(), SHUT_WR);
    drain_.join();
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  void send(std::size_t meter, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(meters_[meter].get(), bytes.data(), bytes.size());
      if (count < 0) give_up("write");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  void drain() {
    std::vector<pollfd> open;
    for (const Fd& reader : readers_) {
      open.push_back({.fd = reader.get(), .events = POLLIN, .revents = 0});
    }
    std::array<char, 65536> buffer;
    for (std::size_t left = open.size(); left > 0;) {
      ::poll(open.data(), open.size(), -1);
      for (pollfd& one : open) {
        if (one.fd < 0 || one.revents == 0) continue;
        ssize_t count = 0;
        while ((count = ::read(one.fd, buffer.data(), buffer.size())) > 0) {
        }
        if (count != 0) continue;
        one.fd = -1;
        --left;
      }
    }
  }

  std::vector<Fd> meters_, readers_;
  std::thread drain_;
};

/// The meters of the fleet, each with a life of its own.
class Fleet {
 public:
  Fleet() {
    const auto profile = std::make_shared<const Profile>(find_profile("iskra-am550").value());
    constexpr std::chrono::sys_seconds kStart{std::chrono::seconds{1'768'478'100}};
    const auto scenario = std::make_shared<const Scenario>(constant_load(*profile, kStart));
    for (std::size_t i = 0; i < kConnections; ++i) {
      meters_.push_back({std::make_unique<Meter>(profile, scenario, i + 1), kStart});
    }
  }

  std::string_view next(std::size_t number) {
    auto& [meter, now] = meters_[number];
    telegram_.clear();
    meter->print(now += std::chrono::seconds{1}, telegram_);
    return telegram_;
  }

 private:
  struct One {
    std::unique_ptr<Meter> meter;
    std::chrono::sys_seconds now;
  };
  std::vector<One> meters_;
  std::string telegram_;
};

/// Of this thread alone: the readers are others in life. getrusage() tells the user's part by ticks, too
/// coarse for this; but making telegrams calls no system, so all that it adds is the user's.
double processor_us() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

/// A round in which the readers' thread gets in the way costs a multiple: no mean of rounds is steady.
double lower_quartile(std::vector<double>& times) {
  const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::ranges::nth_element(times, at);
  return *at;
}

/// A telegram of each meter that is made, and one of each that was made before, by turns.
void run_fleet(benchmark::State& state) {
  Connections connections;
  Fleet fleet;
  std::vector<std::string> constant;
  for (std::size_t i = 0; i < kConnections; ++i) constant.emplace_back(fleet.next(i));
  std::vector<double> made, bare;
  for (auto _ : state) {
    const double begin = processor_us();
    for (std::size_t i = 0; i < kConnections; ++i) connections.send(i, fleet.next(i));
    const double middle = processor_us();
    for (std::size_t i = 0; i < kConnections; ++i) connections.send(i, constant[i]);
    made.push_back(middle - begin);
    bare.push_back(processor_us() - middle);
  }
  const double made_us = lower_quartile(made) / kConnections;
  const double bare_us = lower_quartile(bare) / kConnections;
  state.counters["made_us"] = made_us;
  state.counters["bare_us"] = bare_us;
  state.counters["added"] = made_us / bare_us - 1;
}

BENCHMARK(run_fleet)->Name("fleet/made_and_bare")->MinTime(kSeconds);

}  // namespace
}  // namespace p1rig::bench
