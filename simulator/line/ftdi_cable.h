#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "protocol/result.h"
#include "simulator/line/ftdi_device.h"

namespace p1rig {

class EventLoop;

/// An emulated FTDI cable in a USB socket of this machine: the kernel's own driver makes a genuine
/// /dev/ttyUSBn of it, which any program opens. Needs root and the modules vhci-hcd and ftdi_sio.
class FtdiCable {
 public:
  /// Plugs it in and waits, up to 30 s, for the device file. An empty serial number becomes one that
  /// no other cable on this machine has.
  static Result<std::unique_ptr<FtdiCable>> plug_in(FtdiIdentity identity, EventLoop& loop);
  ~FtdiCable();
  FtdiCable(const FtdiCable&) = delete;
  FtdiCable& operator=(const FtdiCable&) = delete;

  /// "/dev/ttyUSB0"
  const std::string& tty() const;

  /// Somebody has opened it.
  bool is_open() const;
  /// The kernel has unplugged it.
  bool is_gone() const;
  const FtdiState& state() const;

  /// Bytes arrive at the pins; see FtdiDevice::receive().
  std::size_t receive(std::string_view bytes, std::uint8_t errors = 0);
  void set_inputs(const FtdiInputs& inputs);
  /// Bytes that were received and that the host has not read.
  std::size_t waiting() const;

  /// Called from the event loop: when is_open(), is_gone() or state() changed, and with bytes that
  /// left the pins.
  void on_change(std::function<void()> changed);
  void on_transmit(std::function<void(std::string_view)> transmitted);

 private:
  struct Impl;
  explicit FtdiCable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
