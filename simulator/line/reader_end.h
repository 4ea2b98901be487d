#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/line/rfc2217_client.h"

namespace p1rig {

/// The reader's end of a live line: what a reader of a meter opens.
///
///   /dev/ttyUSB0, /tmp/p1        a serial port or a PTY, set as a reader does; its modem lines are
///                                left as the kernel has them
///   serial:/dev/ttyUSB0          the same, with Data Request
///   rfc2217:HOST:PORT            a serial port on the network, with Data Request
///   tcp:HOST:PORT                a network line, which has no Data Request
///
/// serial: and rfc2217: take ?wiring=, which says what drives Data Request; default rts.
class ReaderEnd {
 public:
  /// True for what open() can open, which a missing path is not.
  static bool is_live(const std::string& name);

  /// If `name` is not a file but looks like a line: why it cannot be read from.
  static std::string why_no_line(std::string_view name);

  /// True for a connection over a network, which may die silently.
  static bool is_network(std::string_view name);

  static Result<ReaderEnd> open(const std::string& name, const LineSettings& settings);
  ReaderEnd(ReaderEnd&&) noexcept;
  ReaderEnd& operator=(ReaderEnd&&) noexcept;
  ~ReaderEnd();

  /// To wait for and to read from.
  int descriptor() const;

  /// False if Data Request cannot be moved.
  bool has_request() const;

  using Heard = Rfc2217Client::Heard;

  /// Activates or releases Data Request, and reports what that changed at once.
  Result<std::vector<Heard>> request(bool active);

  /// The meaning of the bytes read. Answers if an answer is due.
  Result<std::vector<Heard>> take(std::string_view bytes);

 private:
  struct Impl;
  explicit ReaderEnd(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
