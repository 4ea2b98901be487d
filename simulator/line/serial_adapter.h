#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "protocol/result.h"

namespace p1rig {

/// The modem inputs of a serial port.
struct SerialInputs {
  bool cts = false, dsr = false, dcd = false;
  bool operator==(const SerialInputs&) const = default;
};

/// A serial port of this machine, opened through libserialport: raw, without flow control, for this
/// program alone. DTR and RTS stay as they are when it is closed (HUPCL is cleared), and are asserted
/// when it is opened, as the kernel does. No function waits, except that set_outputs() and inputs()
/// take a USB round trip of 1 to 2 ms. Two threads may use one port.
class SerialAdapter {
 public:
  /// Opens `path`, which may be a symbolic link. Fails if it is missing, taken or no serial port.
  /// Sets the latency timer of an FTDI chip to 1 ms, where it may.
  static Result<SerialAdapter> open(const std::string& path, const LineSettings& settings);

  SerialAdapter(SerialAdapter&& other) noexcept;
  SerialAdapter& operator=(SerialAdapter&& other) noexcept;
  ~SerialAdapter();

  /// Milliseconds; nothing if the driver has no such timer.
  std::optional<int> latency_timer() const;

  Result<void> set_settings(const LineSettings& settings);

  /// How many of the bytes were taken, or that the port is gone.
  Result<std::size_t> write(std::string_view bytes);
  /// What has come in, perhaps nothing, or that the port is gone.
  Result<std::string> read();
  Result<SerialInputs> inputs() const;
  Result<void> set_rts(bool asserted);
  Result<void> set_dtr(bool asserted);

  /// Bytes that have not left this machine.
  std::size_t queued() const;
  /// Forgets them, and what has come in and was not read.
  void purge_output();
  void purge_input();

 private:
  struct Impl;
  explicit SerialAdapter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
