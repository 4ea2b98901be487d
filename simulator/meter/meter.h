#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/scenario.h"
#include "simulator/state.h"

namespace p1rig {

/// A house that never sleeps: L1 325 W, L2 120 W, L3 80 W from `start` on, at which the registers
/// are those of the profile.
Scenario constant_load(const Profile& profile, std::chrono::sys_seconds start);

/// A meter living through a scenario.
///
/// What it shows at a whole second is a pure function of (profile, scenario, seeds, second): asking
/// ahead, stepping there, or asking back give the same, bit for bit. Inside, it keeps a ledger of
/// exact integrals at the last second and continues from there; going back starts again. Power
/// is constant between the minutes, the events and the changes of loads, so that a day takes about
/// 1500 steps however often it is asked. Days on which nothing happens but what always does are not
/// lived through: there are few kinds of them, and each is added up once.
class Meter {
 public:
  /// Its identifiers are those of the meter with `id_seed` (simulator/profile/identity.h); without, of `seed`.
  Meter(std::shared_ptr<const Profile> profile, std::shared_ptr<const Scenario> scenario,
        std::uint64_t seed, std::optional<std::uint64_t> id_seed = std::nullopt);
  ~Meter();
  Meter(Meter&&) noexcept;
  Meter& operator=(Meter&&) noexcept;

  /// From now on it lives through another scenario, which must be the same up to the last second that
  /// was asked for. What it shows is then what a new meter would show that had this scenario from the start.
  void follow(std::shared_ptr<const Scenario> scenario);

  /// What the meter shows at `t`; before the scenario's start, what it shows at the start.
  MeterState at(std::chrono::sys_seconds t);

  /// Appends the telegram of at(t), as render() prints it; second after second it takes a twentieth
  /// of the time.
  void print(std::chrono::sys_seconds t, std::string& telegram);

  /// What happens from `t` on as long as nothing else does.
  struct Steady {
    std::chrono::sys_seconds until;  ///< not included
    std::vector<Growth> growths;
  };
  Steady steady_at(std::chrono::sys_seconds t);

  /// False while nothing comes out of the port: the grid is down, the meter boots, or the operator
  /// has switched the port off.
  bool sends_at(std::chrono::sys_seconds t);

  /// False while the +5 V of the port is gone.
  bool supplies_at(std::chrono::sys_seconds t);

  /// The steps it has taken and the kinds of days it has added up so far: what asking costs.
  std::size_t effort() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
