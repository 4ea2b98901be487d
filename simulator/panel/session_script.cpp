#include "simulator/panel/session_script.h"

#include <algorithm>
#include <chrono>

namespace p1rig {

std::vector<SupplyEdge> supply_edges_of(const Scenario& scenario) {
  std::vector<SupplyEdge> edges;
  for (const Event& event : scenario.events) {
    std::chrono::seconds duration{};
    if (const auto* failure = std::get_if<PowerFailureEvent>(&event.what)) {
      duration = failure->duration;
    } else if (const auto* exchange = std::get_if<MeterExchangeEvent>(&event.what)) {
      duration = exchange->duration;
    }
    if (duration.count() <= 0) continue;
    edges.push_back({event.at, false});
    edges.push_back({event.at + duration, true});
  }
  std::ranges::stable_sort(edges, {}, &SupplyEdge::at);
  return edges;
}

std::vector<RequestEdge> request_edges_of(const Scenario& scenario) {
  std::vector<RequestEdge> edges;
  for (const Event& event : scenario.events) {
    const auto* request = std::get_if<RequestEvent>(&event.what);
    if (request == nullptr) continue;
    edges.push_back({event.at, request->who == RequestEvent::kLine ? RequestMode::kLine
                               : request->who == RequestEvent::kOn ? RequestMode::kOn
                                                                   : RequestMode::kOff});
  }
  return edges;
}

}  // namespace p1rig
