#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"

namespace p1rig {

struct LineKind;

/// The plug of a meter: takes bytes to a reader, and reports what the reader does at its end.
///
/// No function waits. A line calls the function given to on_change() from the event loop only,
/// never from within send(), drained() or purge(). It must outlive the last run of its loop.
class Line {
 public:
  /// What the meter's side of a line sees of the reader.
  struct State {
    bool present = false;        ///< a reader is connected
    bool requested = false;      ///< Data Request is active
    bool ended = false;          ///< nothing can be sent any more: the pipe was closed
    std::string error = {};      ///< why it ended, unless the reader left
    std::uint64_t received = 0;  ///< bytes that the reader wrote to the meter, which ignores them
    /// XON and XOFF among them: a port that is opened with xonxoff sends them by itself.
    std::uint64_t flow_control = 0;
    std::uint64_t dropped = 0;  ///< bytes lost by one reader of several, which does not fetch them
    std::string note = {};  ///< what a person should know, such as that the adapter is unplugged
    std::optional<LineSettings> settings = {};  ///< of the reader's end, if the line can see them
    std::uint64_t breaks = 0;                   ///< that the reader sent, if the line can see them
    bool operator==(const State&) const = default;

    /// Counts what the reader wrote.
    void receive(std::string_view bytes) {
      received += bytes.size();
      flow_control += flow_control_in(bytes);
    }
    static std::uint64_t flow_control_in(std::string_view bytes) {
      constexpr char kXon = 0x11, kXoff = 0x13;
      return static_cast<std::uint64_t>(std::ranges::count(bytes, kXon) +
                                        std::ranges::count(bytes, kXoff));
    }
  };

  virtual ~Line() = default;

  /// The row of the table of lines that this one was opened by.
  virtual const LineKind& kind() const = 0;

  /// What a user connects to: "/tmp/p1 -> /dev/pts/4", "stdout".
  virtual std::string name() const = 0;

  virtual State state() const = 0;

  /// Hands over bytes and returns how many were taken, always the first ones. The rest is for the
  /// caller to drop or to offer again; on_change() is called when there is room again. While nobody
  /// is present, nothing is taken.
  virtual std::size_t send(std::string_view bytes) = 0;

  /// From now on no reader may lose a byte: send() takes only what all of them have room for. For
  /// lines with several readers; those with one tell it anyway.
  virtual void lose_nothing() {}

  /// True when the reader has read everything that was taken, or never will.
  virtual bool drained() = 0;

  /// Forgets what was taken and has not left yet: Data Request was released.
  virtual void purge() = 0;

  /// The current connections die silently: nothing passes over them any more, not even their end,
  /// and nobody is notified. New connections are served. False if the line has no such connections.
  virtual bool freeze() { return false; }

  /// Switches the reader's 5 V, if the line can: off during a power failure of the meter.
  virtual void supply(bool powered) { static_cast<void>(powered); }

  /// What the shim in the reader's program needs to make up for what this line lacks, or
  /// nothing: see shim_environment().
  virtual std::string shim() const { return {}; }

  /// Names the function to call when state() changed or when there is room after a short send().
  virtual void on_change(std::function<void()> changed) = 0;

 protected:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
};

}  // namespace p1rig
