#include "simulator/scenario/load_sums.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

using std::chrono::sys_seconds;

/// From `at` on the load draws up to that.
struct Change {
  sys_seconds at;
  std::size_t load;
  PhasePowers power;
};

std::vector<Change> changes_of(const std::vector<Load>& loads) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const Load& load = loads[i];
    const auto* table = std::get_if<TableLoad>(&load.kind);
    if (table == nullptr) changes.push_back({load.from, i, most_of(load)});
    if (table != nullptr) {
      // The last row ends the curve, unless it is alone.
      const std::size_t last = table->rows.size() - 1;
      for (std::size_t row = 0; row <= last; ++row) {
        const auto& [from, power] = table->rows[row];
        if (from >= load.until) break;
        const bool begun = row == last || table->rows[row + 1].from > load.from;
        const bool ends = row == last && last > 0;
        if (begun) changes.push_back({std::max(from, load.from), i, ends ? PhasePowers{} : power});
      }
    }
    if (load.until != sys_seconds::max()) changes.push_back({load.until, i, {}});
  }
  std::ranges::stable_sort(changes, {}, &Change::at);
  return changes;
}

/// What is drawn and what is given on each phase, active and reactive.
class Sums {
 public:
  explicit Sums(int phases) : phases_(phases) {}

  void add(const PhasePowers& powers, std::int64_t sign) {
    for (std::size_t phase = 0; phase < powers.size(); ++phase) {
      // A meter of one phase has all on it.
      auto& sums = sums_[phases_ == 1 ? 0 : phase];
      add(sums[0], powers[phase].active, sign);
      add(sums[1], powers[phase].reactive, sign);
    }
  }

  std::optional<Overload> overload() const {
    for (std::size_t phase = 0; phase < sums_.size(); ++phase) {
      for (const std::size_t kind : {0U, 1U}) {
        const std::int64_t most = std::max(sums_[phase][kind].drawn, sums_[phase][kind].given);
        if (most > kMostOnPhase) return Overload{0, phase, kind == 1, most, {}};
      }
    }
    return std::nullopt;
  }

 private:
  struct Sum {
    std::int64_t drawn = 0, given = 0;
  };
  static void add(Sum& sum, std::int64_t power, std::int64_t sign) {
    (power > 0 ? sum.drawn : sum.given) += sign * (power > 0 ? power : -power);
  }

  int phases_;
  std::array<std::array<Sum, 2>, 3> sums_{};
};

}  // namespace

std::optional<Overload> find_overload(const std::vector<Load>& loads, int phases) {
  const std::vector<Change> changes = changes_of(loads);
  std::vector<PhasePowers> drawn(loads.size());
  Sums sums(phases);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto& [at, load, power] = changes[i];
    sums.add(drawn[load], -1);
    drawn[load] = power;
    sums.add(power, 1);
    const bool more_at_once = i + 1 < changes.size() && changes[i + 1].at == at;
    if (more_at_once) continue;
    if (auto overload = sums.overload()) {
      overload->load = load;
      overload->from = at;
      return overload;
    }
  }
  return std::nullopt;
}

}  // namespace p1rig
