#pragma once

#include "protocol/line_settings.h"
#include "protocol/result.h"

namespace p1rig {

/// True for the reader's end and the meter's end of a pseudo terminal.
bool is_pty(int descriptor);

/// Makes `tty` raw (no echo, no translation, no flow control) with these settings. A pseudo terminal
/// has no framing: the kernel forces 8N1 and glibc reports EINVAL to a program that asks for anything
/// else twice, so 8N1 is what is asked for there. Fails with the reason, such as an unknown baud rate.
Result<void> make_raw(int tty, const LineSettings& settings);

}  // namespace p1rig
