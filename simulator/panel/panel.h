#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simulator/emission.h"
#include "simulator/faults/fault.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line.h"
#include "simulator/line/session.h"
#include "simulator/line/tcp_address.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// A running meter, as a panel sees and steers it.
struct PanelMeter {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;  ///< that it began with
  Meter* meter = nullptr;
  std::vector<FaultRequest>* faults = nullptr;  ///< what is done to its telegrams
  std::vector<std::string> fault_texts = {};    ///< as they were written
  bool is_sealed = false;
  bool is_request_given = false;  ///< Data Request is not the scenario's business
  std::chrono::sys_seconds start;
  std::vector<std::string> words = {};  ///< of the command, but for the scenario: PROFILE --seed N
  std::span<Line* const> lines = {};
};

struct PanelOptions {
  std::string host = {};   ///< that the user named
  std::string token = {};  ///< that requests must bring; empty: none
  std::string version = {};
};

/// The panel of one meter: an HTTP API (docs/panel.md) in the loop of its lines. A run is a scenario that is
/// being written: whatever is changed becomes a load or an event of it, at a time that is still to come.
class Panel {
 public:
  Panel(EventLoop& loop, TcpListener listener, PanelOptions options, PanelMeter meter);
  ~Panel();
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;

  /// Receives the session before it runs, and what advances it. Neither may be used after it has ended, so
  /// the panel must be destroyed before the loop runs again.
  void began(Session& session, std::function<void()> advance);

  /// Receive what the meter sends at `t`, and the events of the session.
  void take(std::chrono::sys_seconds t, const Emission& emission);
  void take(const SessionEvent& event);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
