#include "simulator/line/serial_line.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "process/fd.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/serial_adapter.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr auto kLookEvery = std::chrono::milliseconds(2);
constexpr auto kReopenEvery = std::chrono::milliseconds(500);

struct SerialWiring {
  bool SerialInputs::*request = nullptr;  ///< none: Data Request is tied to 5 V
  bool active = true;                     ///< what the input shows then
  Result<void> (SerialAdapter::*supply)(bool) = nullptr;
};

/// What the reader wrote, as Line::State counts it.
struct Received {
  std::atomic<std::uint64_t> all = 0, flow_control = 0;
};

/// Looks at the inputs of a port, and reads what comes in, until it is called off or the port is
/// gone. Tells by an eventfd; the port must outlive it.
class InputWatch {
 public:
  /// `inputs` are those that are known already.
  InputWatch(SerialAdapter& adapter, const SerialInputs& inputs, int event, Received& received)
      : inputs_(bits_of(inputs)),
        thread_([this, &adapter, event, &received] { run(adapter, event, received); }) {}
  ~InputWatch() {
    stop_ = true;
    thread_.join();
  }
  InputWatch(const InputWatch&) = delete;
  InputWatch& operator=(const InputWatch&) = delete;

  bool gone() const { return gone_; }
  SerialInputs inputs() const {
    const unsigned bits = inputs_;
    return {.cts = (bits & 1U) != 0, .dsr = (bits & 2U) != 0, .dcd = (bits & 4U) != 0};
  }

 private:
  static unsigned bits_of(const SerialInputs& inputs) {
    return (inputs.cts ? 1U : 0U) | (inputs.dsr ? 2U : 0U) | (inputs.dcd ? 4U : 0U);
  }

  void run(SerialAdapter& adapter, int event, Received& received) {
    while (!stop_) {
      const auto inputs = adapter.inputs();
      const auto bytes = adapter.read();
      if (bytes) {
        received.all += bytes->size();
        received.flow_control += Line::State::flow_control_in(*bytes);
      }
      gone_ = !inputs || !bytes;
      const unsigned bits = bits_of(inputs.value_or(SerialInputs{}));
      const unsigned before = inputs_.exchange(bits);
      if (gone_ || bits != before) ::eventfd_write(event, 1);
      if (gone_) return;
      std::this_thread::sleep_for(kLookEvery);
    }
  }

  std::atomic<bool> stop_ = false, gone_ = false;
  std::atomic<unsigned> inputs_;
  std::thread thread_;  ///< last: it uses the others
};

class SerialLine final : public Line {
 public:
  SerialLine(const LineKind& kind, std::string path, const LineSettings& settings,
             SerialWiring wiring, Fd event, EventLoop& loop)
      : kind_(kind),
        path_(std::move(path)),
        settings_(settings),
        wiring_(wiring),
        event_(loop.io(), event.release()),
        reopen_(loop.io()),
        room_(loop.io()) {
    wait_for_inputs();
  }

  Result<void> open() {
    auto adapter = SerialAdapter::open(path_, settings_);
    if (!adapter) return tl::unexpected(adapter.error());
    adapter_.emplace(std::move(*adapter));
    if (wiring_.supply != nullptr) static_cast<void>(((*adapter_).*wiring_.supply)(powered_));
    const auto inputs = adapter_->inputs();
    if (!inputs) {
      adapter_.reset();
      return tl::unexpected(inputs.error());
    }
    set_inputs(*inputs);
    state_.present = true;
    watch_.emplace(*adapter_, *inputs, event_.native_handle(), received_);
    return {};
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override {
    const auto latency = adapter_ ? adapter_->latency_timer() : std::nullopt;
    return path_ + (latency ? " (latency timer " + std::to_string(*latency) + " ms)" : "");
  }
  State state() const override {
    State state = state_;
    state.received = received_.all;
    state.flow_control = received_.flow_control;
    return state;
  }

  std::size_t send(std::string_view bytes) override {
    if (!adapter_) return 0;
    const auto taken = adapter_->write(bytes);
    if (!taken) ::eventfd_write(event_.native_handle(), 1);
    if (taken && *taken < bytes.size()) wait_for_room();
    return taken.value_or(0);
  }
  bool drained() override { return !adapter_ || adapter_->queued() == 0; }
  void purge() override {
    if (adapter_) adapter_->purge_output();
  }
  void supply(bool powered) override {
    powered_ = powered;
    if (adapter_ && wiring_.supply != nullptr) {
      static_cast<void>(((*adapter_).*wiring_.supply)(powered));
    }
  }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  void wait_for_inputs() {
    event_.async_wait(stream_descriptor::wait_read, alive_.guard([this](const auto& error) {
      if (error) return;
      eventfd_t count = 0;
      ::eventfd_read(event_.native_handle(), &count);
      wait_for_inputs();
      if (watch_ && watch_->gone()) {
        lose();
      } else if (watch_) {
        set_inputs(watch_->inputs());
      }
      if (changed_) changed_();
    }));
  }

  void set_inputs(const SerialInputs& inputs) {
    state_.requested = wiring_.request == nullptr || inputs.*wiring_.request == wiring_.active;
  }

  /// A driver that says that there is room when it has a byte of it would be asked all the time.
  void wait_for_room() {
    room_.expires_after(kLookEvery);
    room_.async_wait(alive_.guard([this](const auto& error) {
      if (!error && changed_) changed_();
    }));
  }

  /// Closed at once, so that the port gets its old name when it comes back.
  void lose() {
    watch_.reset();
    adapter_.reset();
    state_.present = false;
    state_.requested = false;
    state_.note = "unplugged; waiting for it to return";
    wait_for_port();
  }

  void wait_for_port() {
    reopen_.expires_after(kReopenEvery);
    reopen_.async_wait(alive_.guard([this](const auto& error) {
      if (error) return;
      if (!open()) return wait_for_port();
      state_.note = "plugged in again";
      if (changed_) changed_();
    }));
  }

  const LineKind& kind_;
  std::string path_;
  LineSettings settings_;
  SerialWiring wiring_;
  bool powered_ = true;
  State state_;
  Received received_;
  stream_descriptor event_;
  boost::asio::steady_timer reopen_, room_;
  std::optional<SerialAdapter> adapter_;
  std::optional<InputWatch> watch_;  ///< ends before the adapter
  std::function<void()> changed_;
  Alive alive_;
};

/// The index of the value among the words, or an error that lists them.
Result<std::size_t> choice(const std::string& key, const std::string& value,
                           std::span<const std::string_view> words) {
  const auto found = std::find(words.begin(), words.end(), value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return fail("serial: " + key + ": expected one of " + list);
}

constexpr std::array<std::string_view, 3> kRequestInputs = {"cts", "dsr", "dcd"};
constexpr std::array<std::string_view, 2> kActiveStates = {"cleared", "asserted"};
constexpr std::array<std::string_view, 2> kSupplyOutputs = {"rts", "dtr"};

Result<SerialWiring> read_serial_options(const LineUri& uri) {
  SerialWiring wiring;
  for (const auto& [key, value] : uri.options) {
    if (key == "request") {
      const auto row = choice(key, value, kRequestInputs);
      if (!row) return tl::unexpected(row.error());
      wiring.request = *row == 0   ? &SerialInputs::cts
                       : *row == 1 ? &SerialInputs::dsr
                                   : &SerialInputs::dcd;
    } else if (key == "active") {
      const auto row = choice(key, value, kActiveStates);
      if (!row) return tl::unexpected(row.error());
      wiring.active = *row == 1;
    } else {
      const auto row = choice(key, value, kSupplyOutputs);
      if (!row) return tl::unexpected(row.error());
      wiring.supply = *row == 0 ? &SerialAdapter::set_rts : &SerialAdapter::set_dtr;
    }
  }
  return wiring;
}

}  // namespace

Result<std::unique_ptr<Line>> open_serial_line(const LineKind& kind, const LineUri& uri,
                                               const LineSettings& settings, EventLoop& loop) {
  const auto wiring = read_serial_options(uri);
  if (!wiring) return tl::unexpected(wiring.error());
  Fd event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event) return fail("serial: no eventfd");
  auto line =
      std::make_unique<SerialLine>(kind, uri.address, settings, *wiring, std::move(event), loop);
  if (auto opened = line->open(); !opened) return tl::unexpected(opened.error());
  return line;
}

Result<void> check_serial_line(const LineUri& uri) {
  const auto wiring = read_serial_options(uri);
  return wiring ? Result<void>{} : tl::unexpected(wiring.error());
}

}  // namespace p1rig
