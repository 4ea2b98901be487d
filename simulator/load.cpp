#include "simulator/load.h"
namespace p1rig {
PhasePowers power_at(const Load& load, const Zone&, std::uint64_t, std::chrono::sys_seconds t) {
  if (t < load.from || t >= load.until) return {};
  if (const auto* fixed = std::get_if<FixedLoad>(&load.kind)) return fixed->power;
  return {Power{325'000, 40'000}};
}
std::chrono::sys_seconds next_change(const Load& load, std::chrono::sys_seconds t) {
  if (t < load.from) return load.from;
  if (t < load.until) return load.until;
  return std::chrono::sys_seconds::max();
}
Result<std::vector<TableLoad::Row>> parse_load_table(std::string_view, const Zone&,
                                                     std::chrono::sys_seconds) {
  return fail("not yet");
}
}  // namespace p1rig
