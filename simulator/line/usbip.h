#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace p1rig {

// The messages of USB/IP after a device is attached, as Documentation/usb/usbip_protocol.rst of the
// Linux kernel describes them: a header of 48 bytes in network byte order, then the data. No
// isochronous transfers.

/// The eight bytes that begin a control transfer (USB 2.0 §9.3).
struct UsbSetup {
  std::uint8_t type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
  std::uint16_t length = 0;
  bool operator==(const UsbSetup&) const = default;
};

/// USBIP_CMD_SUBMIT: the host asks for a transfer.
struct UsbipSubmit {
  std::uint32_t sequence = 0;
  std::uint32_t endpoint = 0;
  bool in = false;           ///< towards the host
  std::uint32_t length = 0;  ///< of the host's buffer
  UsbSetup setup = {};       ///< means something at endpoint 0 only
  std::string data = {};     ///< `length` bytes where it goes out
  bool operator==(const UsbipSubmit&) const = default;
};

/// USBIP_CMD_UNLINK: the host takes a transfer back.
struct UsbipUnlink {
  std::uint32_t sequence = 0;
  std::uint32_t target = 0;  ///< sequence number of the transfer
  bool operator==(const UsbipUnlink&) const = default;
};

using UsbipCommand = std::variant<UsbipSubmit, UsbipUnlink>;

/// Cuts commands out of a stream that comes in portions.
class UsbipDecoder {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  /// The next command, or nothing until more is fed. Sets broken() for what no kernel sends: an
  /// unknown command, or more data than a transfer has.
  std::optional<UsbipCommand> next();
  bool broken() const { return broken_; }

 private:
  std::string buffer_;
  bool broken_ = false;
};

/// Statuses of replies: errors of the host's kernel, negative.
inline constexpr std::int32_t kUsbipOk = 0;
inline constexpr std::int32_t kUsbipStall = -32;  ///< EPIPE: the device does not know the request
inline constexpr std::int32_t kUsbipUnlinked = -104;  ///< ECONNRESET: taken back

/// USBIP_RET_SUBMIT. `data` follows for a transfer that goes in; `actual` is how many bytes moved.
std::string usbip_reply(std::uint32_t sequence, std::int32_t status, std::size_t actual,
                        std::string_view data);

/// USBIP_RET_UNLINK: kUsbipUnlinked where the transfer was still there, kUsbipOk where it was not.
std::string usbip_unlink_reply(std::uint32_t sequence, std::int32_t status);

}  // namespace p1rig
