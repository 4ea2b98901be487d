#pragma once

#include <cstdint>
#include <optional>

#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/line/reader_uart.h"

namespace p1rig {

/// True for the reader's end and the meter's end of a pseudo-terminal.
bool is_pty(int descriptor);

/// Makes `tty` raw (no echo, no translation, no flow control) with these settings. A pseudo-terminal
/// has no framing: the kernel forces 8N1, and glibc reports EINVAL to a program that asks for
/// anything else twice, so 8N1 is what it gets then. It is asked all the same: a shim sees the
/// framing. Fails with the reason, such as an unknown baud rate.
Result<void> make_raw(int tty, const LineSettings& settings);

/// The c_cflag of a terminal with these settings.
std::uint32_t flags_of(const LineSettings& settings);

/// What a c_cflag asks for; `baud` holds where the flags say BOTHER. Nothing if it is not a rate.
std::optional<LineSettings> settings_of_flags(std::uint32_t flags, std::uint32_t baud);

/// How a terminal is set. Of a pseudo-terminal either end shows what the reader has set, except that
/// size and parity are always those of 8N1.
struct TtyView {
  std::optional<LineSettings> settings = {};
  TtyErrors errors = {};
};
std::optional<TtyView> view_tty(int tty);

}  // namespace p1rig
