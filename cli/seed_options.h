#pragma once

#include <cstdint>

#include "cli/options.h"

namespace p1rig {

/// What makes one meter differ from another of the same profile.
struct Seeds {
  std::uint64_t values = 1;  ///< --seed: its days
  std::uint64_t ids =
      1;  ///< --id-seed, else --seed: its identifiers (simulator/profile/identity.h)
};

/// Declares --seed, which is for `what`, and --id-seed.
void add_seed_options(Options& options, const char* what);

/// Returns the exit code if something is wrong, after saying what.
int choose_seeds(const Options& options, Seeds& seeds);

}  // namespace p1rig
