#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "simulator/electric.h"
#include "simulator/files/document.h"
#include "simulator/zone.h"

namespace p1rig {

// What flows through a connection is the sum of its loads. A load is a pure function of time,
// constant between changes that fall on whole seconds, so that energies are exact integrals and any
// moment can be asked for without having lived through those before.

/// A P and a Q for one phase.
struct Power {
  std::int64_t active = 0;    ///< mW, import positive
  std::int64_t reactive = 0;  ///< mvar, inductive positive
  bool operator==(const Power&) const = default;
};
using PhasePowers = std::array<Power, 3>;

/// The same power all the time.
struct FixedLoad {
  PhasePowers power;
};

/// A family at home: base load, fridge, cooking, washing, light, by hour, weekday and season of the
/// zone's local time; other days are other days.
struct HouseholdLoad {
  std::int64_t percent = 100;  ///< of a typical household of 3000 kWh a year
};

/// A photovoltaic system: clear-sky output by hour and season, seeded clouds in slots of five
/// minutes. Negative active power, which is export.
struct SunLoad {
  std::int64_t peak = 4'000'000;  ///< mW in all
  std::array<bool, 3> phases = {true, false, false};
  std::int64_t clouds = 40;  ///< per cent of the day that is cloudy on average
};

/// A car that charges until it is full, at constant power.
struct CarLoad {
  std::int64_t current = 16'000;  ///< mA on each of its phases
  std::array<bool, 3> phases = {true, true, true};
};

/// A measured curve: from each time on, that power, until the next.
struct TableLoad {
  struct Row {
    std::chrono::sys_seconds from;
    PhasePowers power;
  };
  /// In the order of time. Copies of a load share them.
  class Rows {
   public:
    Rows() : Rows(std::vector<Row>{}) {}
    Rows(std::vector<Row> rows)
        : rows_(std::make_shared<const std::vector<Row>>(std::move(rows))) {}
    auto begin() const { return rows_->begin(); }
    auto end() const { return rows_->end(); }
    std::size_t size() const { return rows_->size(); }
    const Row& operator[](std::size_t at) const { return (*rows_)[at]; }
    const Row& front() const { return rows_->front(); }
    const Row& back() const { return rows_->back(); }

   private:
    std::shared_ptr<const std::vector<Row>> rows_;
  };
  Rows rows;
  std::string file{};  ///< that they are from; empty where the scenario itself has them
};

struct Load {
  std::variant<FixedLoad, HouseholdLoad, SunLoad, CarLoad, TableLoad> kind;
  std::chrono::sys_seconds from;                                     ///< before it: nothing
  std::chrono::sys_seconds until = std::chrono::sys_seconds::max();  ///< from then on: nothing
  std::uint64_t stream = 0;  ///< distinguishes the random numbers of the loads of one scenario
  Place place = {};          ///< in the scenario's file
  std::string name = {};     ///< the next load of this name takes its place; empty: none does
};

/// Each load that has a name ends where the next one of that name begins, if it has not ended before.
void end_at_successors(std::vector<Load>& loads);

/// What the load draws at `t`.
PhasePowers power_at(const Load& load, const Zone& zone, std::uint64_t seed,
                     std::chrono::sys_seconds t);

/// The most that the load may draw or give at any time, phase by phase; not of a table.
PhasePowers most_of(const Load& load);

/// The first second after `t` at which it may change; sys_seconds::max() for never.
std::chrono::sys_seconds next_change(const Load& load, std::chrono::sys_seconds t);

/// The same of a load's own edges alone: between them it does the same on all days of a kind
/// (simulator/day_kind.h).
std::chrono::sys_seconds next_edge(const Load& load, std::chrono::sys_seconds t);

/// Rows from CSV text "time,l1[,l2,l3]" with a head line; times as Zone::parse_instant() reads them
/// or whole seconds after `start`, where there is one; powers in W with up to three decimals, negative for export. The
/// last row ends the curve (its power is not used) unless only one row is there. The error begins
/// with "LINE:COLUMN: ": a time that is not after the one before, a row with fields missing, no
/// number, more than kMostOnPhase, power on a phase that the meter does not have.
Result<std::vector<TableLoad::Row>> parse_load_table(std::string_view csv, const Zone& zone,
                                                     std::optional<std::chrono::sys_seconds> start,
                                                     int phases = 3);

}  // namespace p1rig
