#include "simulator/line/cable_line.h"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/line/ftdi_cable.h"
#include "simulator/line/reader_uart.h"
#include "simulator/line/wiring.h"

namespace p1rig {
namespace {

/// An emulated cable with a meter at its plug. What the chip has received belongs to the reader:
/// purge() takes nothing back, and a real cable would not either.
class CableLine final : public Line {
 public:
  CableLine(const LineKind& kind, std::unique_ptr<FtdiCable> cable, Wiring wiring,
            const LineSettings& settings)
      : kind_(kind), cable_(std::move(cable)), wiring_(wiring), uart_(settings) {
    cable_->set_inputs({.cts = true, .dsr = true, .dcd = true});
    cable_->on_change([this] { look(); });
    cable_->on_transmit([this](std::string_view bytes) { state_.receive(bytes); });
    update();
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return cable_->tty(); }
  State state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    if (!state_.present) return 0;
    if (uart_.agrees()) return cable_->receive(bytes);
    for (const UartByte& byte : uart_.take(bytes, std::chrono::steady_clock::now())) {
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
    if (chip.sends_break && !std::exchange(breaks_, true)) ++state_.breaks;
    if (!chip.sends_break) breaks_ = false;
    state_.ended = cable_->is_gone();
    if (state_.ended) state_.error = "the kernel has unplugged the emulated cable";
    if (state_.settings != chip.settings) {
      state_.settings = chip.settings;
      uart_.set(chip.settings, std::chrono::steady_clock::now());
    }
  }

  void look() {
    const State before = state_;
    update();
    if (state_ != before && changed_) changed_();
  }

  const LineKind& kind_;
  std::unique_ptr<FtdiCable> cable_;
  Wiring wiring_;
  State state_;
  bool breaks_ = false;  ///< the reader holds one
  ReaderUart uart_;
  std::function<void()> changed_;
};

std::optional<std::uint16_t> parse_usb_id(std::string_view text) {
  std::uint16_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// Reads the options; an error if one has no such value.
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

Result<void> check_cable_line(const LineUri& uri) {
  FtdiIdentity identity;
  const auto wiring = read_cable_options(uri, identity);
  return wiring ? Result<void>{} : tl::unexpected(wiring.error());
}

}  // namespace p1rig
