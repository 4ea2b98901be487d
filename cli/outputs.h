#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/meter_options.h"
#include "cli/options.h"
#include "simulator/files/output_file.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// Declares --force.
void add_force_option(Options& options);

/// What this command may write, by --force. Knows the files that options name to be read: keys,
/// counters and waivers.
OutputGuard guard_of(const Options& options);

/// The same, of a meter: its profile, its scenario and their tables are read, too.
OutputGuard guard_of(const Options& options, const ChosenMeter& chosen);

/// Opens the file that an option names before anything is done: an error comes early, and what is there
/// stays until something is written. `file` stays empty if the option is not given. Returns the exit
/// code if it must not or cannot be written, after saying why.
int open_output(const Options& options, const std::string& option, const OutputKind& kind,
                OutputGuard& guard, std::optional<OutputFile>& file);

/// Claims a recording and the note beside it. Returns the exit code if one of them is not ours,
/// after saying so; `option` is "--record" or "-o".
int claim_recording(std::string_view option, const std::string& path, OutputGuard& guard);

}  // namespace p1rig
