#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// So many loads and events a live scenario holds at most.
inline constexpr std::size_t kMostLiveItems = 10'000;

/// The kinds of loads and events.
std::vector<std::string_view> live_kinds();

/// A scenario that is being written while a meter lives through it. What is added is in the words of a
/// scenario file and happens later than all that has been; what has not happened yet can be taken
/// back. At any time it is an ordinary scenario, and can be written as the file of one.
class LiveScenario {
 public:
  /// A load or an event, and the table that it would be in a file.
  struct Item {
    std::uint64_t id = 0;
    std::chrono::sys_seconds at{};
    bool is_new = false;  ///< added to the scenario that there was at first
    Node node = {};
    std::variant<Load, Event> what = {};

    bool is_load() const { return std::holds_alternative<Load>(what); }
  };

  enum class Outcome {
    kDone,
    kUnknown,  ///< there is no such item
    kInvalid,  ///< what was given makes no sense
    kConflict  ///< it does, but not here and now
  };

  /// `scenario` must have been read from a file or have no loads and events.
  LiveScenario(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const Profile> profile);

  /// As it is now.
  const std::shared_ptr<const Scenario>& scenario() const { return scenario_; }
  const std::vector<Item>& items() const { return items_; }

  /// Adds loads and events, each a table as in a file: all or, with complaints, none. One without
  /// `at` (or `from`) happens at the first second that is not settled; none may happen before.
  Outcome add(std::span<const Node> tables, std::chrono::sys_seconds settled,
              Complaints& complaints);

  /// Takes an item back that has not happened yet.
  Outcome remove(std::uint64_t id, std::chrono::sys_seconds settled, Complaints& complaints);

  /// The file of a scenario that is about the time from `begin` to `until`. `head` is a comment.
  std::string text(std::string_view head, std::chrono::sys_seconds begin,
                   std::chrono::sys_seconds until) const;

 private:
  std::optional<Item> read(const Node& table, std::chrono::sys_seconds settled,
                           Complaints& complaints) const;
  /// Makes the scenario of the items, if there can be one.
  bool make_scenario(Complaints& complaints);

  std::shared_ptr<const Profile> profile_;
  std::shared_ptr<const Scenario> scenario_;
  std::vector<Item> items_;  ///< in the order in which they were written
  std::uint64_t last_id_ = 0;
  std::uint64_t last_stream_ = 0;
};

}  // namespace p1rig
