#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/line/line.h"
#include "simulator/line/shim_message.h"
#include "simulator/line/wiring.h"

namespace p1rig {

class EventLoop;

// A pseudo-terminal has no modem lines and forces 8N1. A library that is preloaded into the reader
// (shim/modem_shim.cpp) makes up for it: it reports to the meter what the reader does to its port, which
// answers as a port would. No root and no module; but only readers that p1rig starts, and that call
// the C library: those that are linked statically, as Go programs are, cannot be seen that way.

/// The serial port that the reader believes to have. Pure: requests in, answers out.
class ShimPort {
 public:
  /// `settings` hold until the reader sets others.
  explicit ShimPort(const LineSettings& settings);

  /// The reader has opened its terminal: the kernel raises DTR and RTS then.
  void open();
  /// Nobody has it open any more: they drop, unless the reader has cleared HUPCL. The settings are
  /// those of the beginning again.
  void close();

  /// What becomes of a request, and the answer to it.
  ShimMessage take(const ShimMessage& request);

  bool heard() const { return heard_; }  ///< from the reader that has it open now
  const ModemLines& lines() const { return lines_; }
  /// What the reader has set; nothing if it has not.
  const std::optional<LineSettings>& settings() const { return settings_; }
  std::uint64_t breaks() const { return breaks_; }  ///< begun by the reader so far

 private:
  void set_flags(std::uint32_t flags, std::uint32_t baud);
  void set_lines(std::uint32_t lines);
  std::uint32_t line_bits() const;

  std::uint32_t first_flags_ = 0;
  std::uint32_t flags_ = 0;  ///< c_cflag as the reader wants it
  std::optional<LineSettings> settings_;
  ModemLines lines_;
  std::uint64_t breaks_ = 0;
  bool heard_ = false;
};

/// Listens to the readers of one terminal. A datagram socket without a name in the file system; those
/// of other users are not listened to.
class ShimServer {
 public:
  using Answer = std::function<ShimMessage(const ShimMessage&)>;

  /// `answer` is called from the event loop.
  static Result<std::unique_ptr<ShimServer>> open(EventLoop& loop, Answer answer);
  ~ShimServer();
  ShimServer(const ShimServer&) = delete;
  ShimServer& operator=(const ShimServer&) = delete;

  /// What a reader of the terminal `device` must be told, for shim_environment().
  std::string endpoint(std::uint64_t device) const;

 private:
  struct Impl;
  explicit ShimServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// The preloaded library: beside the program, in the library directory that it was installed with, or
/// where it was built.
Result<std::filesystem::path> find_shim();

/// What to add to the environment of a reader of these lines; nothing if none of them has a shim.
/// Keeps what LD_PRELOAD says already. Fails if the library is missing.
///
///   auto environment = shim_environment(lines);
///   auto reader = ReaderProcess::start(command, *environment, loop, ended);
Result<Environment> shim_environment(std::span<Line* const> lines);

}  // namespace p1rig
