#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// Reads the [[event]] tables of a scenario in `folder`, in the order of time: it knows what the meter
/// prints by then.
class EventReader {
 public:
  EventReader(const Profile& profile, Readout readout, std::filesystem::path folder,
              Complaints& complaints);

  /// Nothing, after a complaint, where the table does not say what kind of event it is. What else is
  /// wrong is complained about at its position.
  std::optional<Event> read(const Node& node, std::chrono::sys_seconds at);

  struct Kind;
  static std::span<const Kind> kinds();

 private:
  void power_failure(TableReader& table, std::string_view kind, Event& event);
  void voltage(TableReader& table, std::string_view kind, Event& event);
  void set(TableReader& table, std::string_view kind, Event& event);
  void breaker(TableReader& table, std::string_view kind, Event& event);
  void message(TableReader& table, std::string_view kind, Event& event);
  void connect(TableReader& table, std::string_view kind, Event& event);
  void disconnect(TableReader& table, std::string_view kind, Event& event);
  void exchange(TableReader& table, std::string_view kind, Event& event);
  void radio(TableReader& table, std::string_view kind, Event& event);
  void valve(TableReader& table, std::string_view kind, Event& event);
  void reading(TableReader& table, std::string_view kind, Event& event);
  void device_clock(TableReader& table, std::string_view kind, Event& event);
  void grid(TableReader& table, std::string_view kind, Event& event);
  void port(TableReader& table, std::string_view kind, Event& event);
  void request(TableReader& table, std::string_view kind, Event& event);
  void readout(TableReader& table, std::string_view kind, Event& event);
  void firmware(TableReader& table, std::string_view kind, Event& event);
  void clock(TableReader& table, std::string_view kind, Event& event);
  void meter_exchange(TableReader& table, std::string_view kind, Event& event);

  Assignments values(TableReader& table);
  std::shared_ptr<const Profile> firmware_of(TableReader& table,
                                             const std::optional<std::string>& name,
                                             const std::optional<std::string>& identification);
  std::shared_ptr<const Profile> appearance(TableReader& table);
  static bool is_full(TableReader& table, std::size_t count);

  /// A profile by its name or file, and with an identification, "" for its own.
  struct Firmware {
    std::string file, identification;
    std::shared_ptr<const Profile> profile;
  };
  struct Appearance {
    const Profile* firmware;
    Readout readout;
    std::shared_ptr<const Profile> profile;
  };

  const Profile* profile_;     ///< the firmware that the meter has by now
  std::vector<Obis> objects_;  ///< its
  Readout readout_;            ///< by now
  bool was_unset_ = false;     ///< the clock
  std::filesystem::path folder_;
  Complaints& complaints_;
  std::vector<Firmware> firmwares_;
  std::vector<Appearance> appearances_;
};

}  // namespace p1rig
