#pragma once

#include <chrono>

namespace p1rig {

enum class Phase { kFree, kEdge };
enum class OnRelease { kCut, kFinish };

/// When a meter speaks, as its profile says (DSMR-P1 5.0.2 §6.1, LUX-P1 1.1.3 §3.2.1).
struct ScheduleSettings {
  std::chrono::seconds period{10};
  Phase phase = Phase::kFree;
  OnRelease on_release = OnRelease::kCut;
  std::chrono::milliseconds first{0};  ///< longest wait for the first telegram after the request
  bool operator==(const ScheduleSettings&) const = default;
};

}  // namespace p1rig
