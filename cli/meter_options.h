#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/seed_options.h"
#include "protocol/truth.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// The meter and the scenario of `simulate`, `render` and `check`.
struct ChosenMeter {
  std::shared_ptr<const Profile> profile;  ///< at the scenario's start: see Meter::profile_at()
  std::shared_ptr<const Scenario> scenario;
  std::optional<Meter> meter;
  Seeds seeds;
  std::string devices = {};  ///< of --devices; empty: not given

  /// The files that it is made of: profiles, scenario, tables of loads.
  std::vector<std::string> files() const;

  /// Those of the profiles that firmware brings, each once.
  std::vector<std::string> later_profiles() const;

  /// The telegram that the meter sends at `t`.
  std::string telegram_at(std::chrono::sys_seconds t, Truth* truth = nullptr);
};

/// Declares --scenario, --devices, --seed and --id-seed.
void add_meter_options(Options& options);

/// This second.
std::chrono::sys_seconds this_second();

/// Loads the profile named by the first word, the scenario of --scenario (else "household") and
/// puts them together. `moment` is the option that says when: "at" or "start"; its time becomes `t`,
/// else the scenario's own beginning, else `otherwise`. Returns the exit code if something is wrong,
/// after saying what.
int choose_meter(const Options& options, const char* moment, std::chrono::sys_seconds otherwise,
                 ChosenMeter& chosen, std::chrono::sys_seconds& t);

}  // namespace p1rig
