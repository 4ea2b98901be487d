#pragma once

#include <optional>

#include "cli/options.h"
#include "protocol/frame_cipher.h"
#include "simulator/profile/profile.h"
#include "simulator/seal/seal.h"

namespace p1rig {

/// Declares --key-file, for commands that read sealed telegrams.
void add_key_option(Options& options);

/// Declares --key-file and --counter-file, for commands that send them.
void add_seal_options(Options& options);

/// The keys of --key-file; none if it was not given. Returns the exit code where something is
/// wrong, after saying what.
int choose_keys(const Options& options, std::optional<FrameKeys>& keys);

/// What seals the telegrams of this meter; none for a meter that sends them plain. A
/// meter whose key is missing is an error only if it is `needed`.
int choose_sealer(const Options& options, const Profile& profile, std::uint64_t id_seed,
                  bool needed, std::optional<TelegramSealer>& sealer);

}  // namespace p1rig
