#pragma once

#include <optional>
#include <string>

#include "protocol/result.h"

namespace p1rig {

/// A port of the kernel's virtual USB host controller (module vhci-hcd), taken for as long as this
/// lives. Needs root.
class VhciPort {
 public:
  /// The free port that attach() would take next. Fails if the module is missing or all are taken.
  static Result<int> next_free();

  /// Plugs in a full-speed device that speaks USB/IP at the other end of the socket `descriptor`.
  static Result<VhciPort> attach(int port, int descriptor);

  VhciPort(VhciPort&& other) noexcept;
  VhciPort& operator=(VhciPort&&) = delete;
  VhciPort(const VhciPort&) = delete;
  VhciPort& operator=(const VhciPort&) = delete;

  /// The device file of what is plugged in, once the driver of a serial port has made it:
  /// "/dev/ttyUSB0".
  std::optional<std::string> tty() const;

  /// Unplugs it.
  ~VhciPort();

 private:
  explicit VhciPort(int port) : port_(port) {}
  int port_;
};

}  // namespace p1rig
