#include "simulator/profile/follow.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "protocol/unit.h"
#include "simulator/electric.h"

namespace p1rig {
namespace {

using Q = Quantity;

constexpr std::size_t kPhases = 3;

// Powers may be set to whatever can be printed; up to 100 GW all that follows fits in 64 bits.
constexpr std::int64_t kMostPower = 100'000'000'000'000;  // mW

Q nth(Q first, std::size_t n) { return static_cast<Q>(static_cast<std::size_t>(first) + n); }

struct Total {
  Q total, first;
  std::size_t tariffs;
};
constexpr std::array<Total, 4> kTotals = {{{Q::kEnergyImport, Q::kEnergyImportT1, 5},
                                           {Q::kEnergyExport, Q::kEnergyExportT1, 5},
                                           {Q::kReactiveImport, Q::kReactiveImportT1, 4},
                                           {Q::kReactiveExport, Q::kReactiveExportT1, 4}}};

// What set_instantaneous() gives: of each phase, from the three together, and from totals.
constexpr std::array<Q, 8> kOfPhase = {Q::kPowerImportL1,
                                       Q::kPowerExportL1,
                                       Q::kReactivePowerImportL1,
                                       Q::kReactivePowerExportL1,
                                       Q::kApparentPowerImportL1,
                                       Q::kApparentPowerExportL1,
                                       Q::kCurrentL1,
                                       Q::kFactorL1};
constexpr std::array<Q, 3> kOfPhases = {Q::kCurrentSum, Q::kCurrentMax, Q::kVoltageMax};
constexpr std::array<Q, 14> kOfAll = {Q::kPowerImport,
                                      Q::kPowerExport,
                                      Q::kPowerAbsolute,
                                      Q::kPowerNet,
                                      Q::kReactivePowerImport,
                                      Q::kReactivePowerExport,
                                      Q::kReactivePowerQ1,
                                      Q::kReactivePowerQ2,
                                      Q::kReactivePowerQ3,
                                      Q::kReactivePowerQ4,
                                      Q::kApparentPowerImport,
                                      Q::kApparentPowerExport,
                                      Q::kFactor,
                                      Q::kFactorMin};

/// "7.4 kW": in the customary unit, cut where its base unit is.
std::string written(Q quantity, std::int64_t value) {
  const QuantityRow& row = row_of(quantity);
  std::int64_t units = state_units_per_base_unit(row.dimension, row.kind);
  const auto unit = find_unit(row.unit);
  std::size_t decimals = unit ? static_cast<std::size_t>(std::max(unit->exponent, 0)) : 0;
  for (; units % 10 == 0 && units > 0 && units < 3'600'000; units /= 10) ++decimals;
  std::string text = std::to_string(std::abs(value / units));
  if (text.size() <= decimals) text.insert(0, decimals + 1 - text.size(), '0');
  if (decimals > 0) {
    text.insert(text.size() - decimals, 1, '.');
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return (value < 0 ? "-" : "") + text + (row.unit.empty() ? "" : " ") + std::string(row.unit);
}

class Follower {
 public:
  Follower(const Profile& profile, const MeterState& before, const std::vector<Q>& set,
           MeterState& state)
      : profile_(profile), before_(before), set_(set), state_(state) {}

  std::vector<std::string> run() {
    registers();
    momentary();
    return std::move(said_);
  }

 private:
  bool is_set(Q quantity) const { return std::ranges::find(set_, quantity) != set_.end(); }
  bool any_set(std::initializer_list<Q> of) const {
    return std::ranges::any_of(of, [this](Q quantity) { return is_set(quantity); });
  }

  /// Takes over what follows; says so where something else was set.
  void take(Q quantity, std::int64_t follows, std::string_view from) {
    if (!is_set(quantity)) {
      state_[quantity] = follows;
      return;
    }
    const auto apart = printed_apart(profile_.layout, quantity, state_[quantity], follows);
    if (!apart || std::abs(*apart) <= 1) return;  // the last digit may be rounded
    said_.push_back(std::string(row_of(quantity).name) + " is set to " +
                    written(quantity, state_[quantity]) + ", but " + written(quantity, follows) +
                    " follows from " + std::string(from));
  }

  // --- registers ------------------------------------------------------------------------------------

  std::int64_t grown(Q quantity) const { return state_[quantity] - before_[quantity]; }

  void registers() {
    for (const auto& [total, first, tariffs] : kTotals) {
      std::int64_t sum = 0, sum_before = 0;
      bool shown = false;
      for (std::size_t i = 0; i < tariffs; ++i) {
        sum += state_[nth(first, i)];
        sum_before += before_[nth(first, i)];
        shown = shown || profile_.layout.shows(nth(first, i));
      }
      // Some meters count tariffs that are not theirs: what did not add up need not.
      const bool adds_up = sum_before == before_[total];
      if (!is_set(total)) state_[total] += sum - sum_before;
      if (adds_up && shown) take(total, sum, "its tariffs");
    }
    const std::int64_t both = state_[Q::kEnergyImport] + state_[Q::kEnergyExport];
    const bool adds_up =
        before_[Q::kEnergyAbsolute] == before_[Q::kEnergyImport] + before_[Q::kEnergyExport];
    if (!is_set(Q::kEnergyAbsolute)) {
      state_[Q::kEnergyAbsolute] += grown(Q::kEnergyImport) + grown(Q::kEnergyExport);
    }
    if (adds_up) take(Q::kEnergyAbsolute, both, "import and export");
  }

  // --- powers, currents, voltages -------------------------------------------------------------------

  /// Import less export; one that is set leaves no room for the other.
  std::int64_t net(Q import, Q export_) const {
    const bool imports = is_set(import) && state_[import] > 0;
    const bool exports = is_set(export_) && state_[export_] > 0;
    const std::int64_t in = exports && !is_set(import) ? 0 : state_[import];
    const std::int64_t out = imports && !is_set(export_) ? 0 : state_[export_];
    return std::clamp(in, -kMostPower, kMostPower) - std::clamp(out, -kMostPower, kMostPower);
  }

  std::optional<std::int64_t> active_total() const {
    if (is_set(Q::kPowerNet)) return std::clamp(state_[Q::kPowerNet], -kMostPower, kMostPower);
    if (any_set({Q::kPowerImport, Q::kPowerExport})) return net(Q::kPowerImport, Q::kPowerExport);
    if (!is_set(Q::kPowerAbsolute)) return std::nullopt;
    const std::int64_t power = std::clamp<std::int64_t>(state_[Q::kPowerAbsolute], 0, kMostPower);
    return before_[Q::kPowerNet] < 0 ? -power : power;
  }

  std::optional<std::int64_t> reactive_total() const {
    if (any_set({Q::kReactivePowerImport, Q::kReactivePowerExport})) {
      return net(Q::kReactivePowerImport, Q::kReactivePowerExport);
    }
    std::optional<std::int64_t> total;
    for (std::size_t quadrant = 0; quadrant < 4; ++quadrant) {
      const Q quantity = nth(Q::kReactivePowerQ1, quadrant);
      if (!is_set(quantity)) continue;
      const std::int64_t power = std::clamp(state_[quantity], -kMostPower, kMostPower);
      total = total.value_or(0) + (quadrant < 2 ? power : -power);
    }
    return total;
  }

  /// The phases' own, where they are set; what a total leaves goes evenly to the others.
  std::array<std::int64_t, kPhases> phases_of(Q import, Q export_,
                                              std::optional<std::int64_t> total) const {
    std::array<std::int64_t, kPhases> powers{};
    std::vector<std::size_t> open;
    const std::size_t phases = profile_.phases == 1 ? 1 : kPhases;
    for (std::size_t phase = 0; phase < phases; ++phase) {
      const Q in = nth(import, phase), out = nth(export_, phase);
      powers[phase] = net(in, out);
      if (!any_set({in, out})) open.push_back(phase);
    }
    if (!total || open.empty()) return powers;
    for (const std::size_t phase : open) powers[phase] = 0;
    const std::int64_t rest =
        *total - std::accumulate(powers.begin(), powers.end(), std::int64_t{0});
    const auto count = static_cast<std::int64_t>(open.size());
    for (const std::size_t phase : open) powers[phase] = rest / count;
    powers[open.front()] += rest % count;
    return powers;
  }

  PhaseLoads loads() const {
    PhaseLoads loads{};
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
      loads[phase].voltage = state_[nth(Q::kVoltageL1, phase)];
    }
    if (disconnected()) return loads;
    const auto active = phases_of(Q::kPowerImportL1, Q::kPowerExportL1, active_total());
    const auto reactive =
        phases_of(Q::kReactivePowerImportL1, Q::kReactivePowerExportL1, reactive_total());
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
      loads[phase].active = active[phase];
      loads[phase].reactive = reactive[phase];
    }
    return loads;
  }

  /// A breaker that is set open lets nothing through, unless powers are set.
  bool disconnected() const {
    return is_set(Q::kBreaker) && state_[Q::kBreaker] != 1 && !any_power_set();
  }

  void momentary() {
    const bool any = std::ranges::any_of(
        set_, [](Q quantity) { return quantity >= Q::kPowerImport && quantity <= Q::kFactorMin; });
    if (!any && !disconnected()) return;
    const PhaseLoads now = loads();
    MeterState follows = state_;
    set_instantaneous(now, now, profile_.phases_each, follows);
    follows[Q::kFactorMin] = follows[Q::kFactor];
    const bool powers = any_power_set() || disconnected();
    bool any_phase = false;
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
      const bool changes = powers || is_set(nth(Q::kVoltageL1, phase));
      any_phase = any_phase || changes;
      for (const Q first : kOfPhase) {
        const Q quantity = nth(first, phase);
        if (changes || is_set(quantity)) take(quantity, follows[quantity], kPowerAndVoltage);
      }
      if (powers && now[phase].voltage == 0 && now[phase].active != 0) {
        said_.push_back(std::string(row_of(nth(Q::kCurrentL1, phase)).name) +
                        " cannot be derived: there is no voltage");
      }
    }
    for (const Q quantity : kOfPhases) {
      if (any_phase || is_set(quantity)) take(quantity, follows[quantity], "the phases");
    }
    for (const Q quantity : kOfAll) {
      if (powers || is_set(quantity)) take(quantity, follows[quantity], "the phases");
    }
  }

  bool any_power_set() const {
    return std::ranges::any_of(set_, [](Q quantity) {
      const Dimension dimension = row_of(quantity).dimension;
      const bool power =
          dimension == Dimension::kActivePower || dimension == Dimension::kReactivePower;
      return power && quantity >= Q::kPowerImport && quantity <= Q::kFactorMin;
    });
  }

  static constexpr std::string_view kPowerAndVoltage = "the power and the voltage of its phase";

  const Profile& profile_;
  const MeterState& before_;
  const std::vector<Q>& set_;
  MeterState& state_;
  std::vector<std::string> said_;
};

}  // namespace

std::vector<std::string> follow(const Profile& profile, const MeterState& before,
                                const std::vector<Quantity>& set, MeterState& state) {
  return Follower(profile, before, set, state).run();
}

}  // namespace p1rig
