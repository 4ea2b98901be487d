#include "simulator/line/cable_line.h"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/line/ftdi_cable.h"
#include "simulator/line/uart_model.h"
#include "simulator/line/wiring.h"

namespace p1rig {
namespace {

/// A baud rate that a UART takes for `baud`: within 2 %, as the divisors of the chip are.
bool same_baud(int baud, int other) { return std::abs(baud - other) * 50 <= baud; }

/// An emulated cable with a meter at its plug. What the chip has received belongs to the reader:
/// purge() takes nothing back, and a real cable would not either.
class CableLine final : public Line {
 public:
  CableLine(const LineKind& kind, std::unique_ptr<FtdiCable> cable, Wiring wiring,
            const LineSettings& settings)
      : kind_(kind), cable_(std::move(cable)), wiring_(wiring), meter_(settings) {
    cable_->set_inputs({.cts = true, .dsr = true, .dcd = true});
    cable_->on_change([this] { look(); });
    cable_->on_transmit([this](std::string_view bytes) { state_.received += bytes.size(); });
    update();
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return cable_->tty(); }
  LineState state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    if (!state_.present) return 0;
    if (!uart_) return cable_->receive(bytes);
    const SteadyTime now = std::chrono::steady_clock::now();
    std::vector<UartByte> received;
    if (now > busy_until_) uart_->idle(now - busy_until_, received);
    uart_->send(bytes, received);
    busy_until_ = now;
    for (const UartByte& byte : received) {
      const auto errors = static_cast<std::uint8_t>((byte.framing_error ? kFtdiFraming : 0) |
                                                    (byte.parity_error ? kFtdiParity : 0) |
                                                    (byte.is_break ? kFtdiBreak : 0));
      const char value = static_cast<char>(byte.value);
      cable_->receive({&value, 1}, errors);
    }
    return bytes.size();
  }

  bool drained() override { return !state_.present || cable_->waiting() == 0; }
  void purge() override {}
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  void update() {
    const FtdiState& chip = cable_->state();
    state_.present = cable_->is_open();
    state_.requested = requested_by(wiring_, {.rts = chip.rts, .dtr = chip.dtr});
    state_.ended = cable_->is_gone();
    if (state_.ended) state_.error = "the kernel has unplugged the emulated cable";
    if (state_.settings != chip.settings) {
      state_.settings = chip.settings;
      LineSettings same = chip.settings;
      same.baud = meter_.baud;
      const bool fits = same == meter_ && same_baud(meter_.baud, chip.settings.baud);
      uart_.reset();
      if (!fits) uart_.emplace(meter_, chip.settings, UartPath{});
      busy_until_ = std::chrono::steady_clock::now();
    }
  }

  void look() {
    const LineState before = state_;
    update();
    if (state_ != before && changed_) changed_();
  }

  const LineKind& kind_;
  std::unique_ptr<FtdiCable> cable_;
  Wiring wiring_;
  LineSettings meter_;
  LineState state_;
  std::optional<UartModel> uart_;  ///< where the reader is not set as the meter is
  SteadyTime busy_until_{};
  std::function<void()> changed_;
};

std::optional<std::uint16_t> parse_usb_id(std::string_view text) {
  std::uint16_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// Reads the options; an error where one has no such value.
Result<Wiring> read_cable_options(const LineUri& uri, FtdiIdentity& identity) {
  Wiring wiring = Wiring::kRts;
  for (const auto& [key, value] : uri.options) {
    if (key == "serial") {
      if (value.empty() || value.size() > 32) return fail("cable: serial: 1 to 32 characters");
      identity.serial = value;
    } else if (key == "wiring") {
      const auto parsed = parse_wiring(value);
      if (!parsed) return fail("cable: wiring: expected " + std::string(kWiringForms));
      wiring = *parsed;
    } else {
      const auto id = parse_usb_id(value);
      if (!id) return fail("cable: " + key + ": expected four hex digits");
      (key == "vid" ? identity.vendor : identity.product) = *id;
    }
  }
  return wiring;
}

}  // namespace

Result<std::unique_ptr<Line>> open_cable_line(const LineKind& kind, const LineUri& uri,
                                              const LineSettings& settings, EventLoop& loop) {
  FtdiIdentity identity;
  identity.serial.clear();
  const auto wiring = read_cable_options(uri, identity);
  if (!wiring) return tl::unexpected(wiring.error());
  auto cable = FtdiCable::plug_in(identity, loop);
  if (!cable) return tl::unexpected(cable.error());
  return std::make_unique<CableLine>(kind, std::move(*cable), *wiring, settings);
}

}  // namespace p1rig
