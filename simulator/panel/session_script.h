#pragma once

#include <vector>

#include "simulator/line/session.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// What a scenario does to the lines of a meter: when its supply goes away and comes back, with the
/// grid and while the meter is exchanged.
std::vector<SupplyEdge> supply_edges_of(const Scenario& scenario);

/// Likewise what controls Data Request, and from when on.
std::vector<RequestEdge> request_edges_of(const Scenario& scenario);

}  // namespace p1rig
