#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/line/line.h"

namespace p1rig {

class EventLoop;

/// "pty:/tmp/p1?key=value", parsed.
struct LineUri {
  std::string scheme = {};   ///< "pty"
  std::string address = {};  ///< "/tmp/p1", may be empty
  std::map<std::string, std::string, std::less<>> options = {};
  bool operator==(const LineUri&) const = default;
};

enum class LineAddress { kNone, kOptional, kRequired };

/// A `?key=value` that a kind of line understands.
struct LineOption {
  std::string_view key, summary;
};

/// A kind of line: one row of the table that help, parsing and opening share.
struct LineKind {
  std::string_view scheme = {};
  std::string_view form = {};  ///< as it is written: "pty:[/path/to/link]"
  std::string_view summary = {};
  LineAddress address = LineAddress::kNone;

  /// The line has no Data Request of its own: the meter runs as if it were always active, and
  /// bytes pass by while nobody is there.
  bool always_requested = true;

  /// Nothing is lost: a full line holds the meter up. Other lines lose bytes, as a wire does.
  bool lossless = false;

  /// The reader needs its name: the program prints it.
  bool announced = false;

  std::span<const LineOption> options = {};

  /// Why address or options are invalid on any machine; may be missing.
  Result<void> (*check)(const LineUri&) = nullptr;
  Result<std::unique_ptr<Line>> (*open)(const LineKind&, const LineUri&, const LineSettings&,
                                        EventLoop&) = nullptr;
};

std::span<const LineKind> line_kinds();

/// Parses a URI and checks it against the table. An error says what was expected.
Result<LineUri> parse_line_uri(std::string_view uri);

/// Opens the line that `uri` names, for a meter that sends with `settings`. The line must not
/// outlive `loop`. Fails with the reason if the operating system refuses: a path that cannot be
/// written, a device that is missing.
Result<std::unique_ptr<Line>> open_line(const LineUri& uri, const LineSettings& settings,
                                        EventLoop& loop);

}  // namespace p1rig
