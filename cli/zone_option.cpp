#include "cli/zone_option.h"

#include <algorithm>

#include "cli/command.h"

namespace p1rig {

std::chrono::minutes normal_offset_of(const Zone& zone) {
  // Summer is in January south of the equator.
  constexpr std::chrono::sys_days kJanuary = std::chrono::year(2026) / 1 / 1;
  constexpr std::chrono::sys_days kJuly = std::chrono::year(2026) / 7 / 1;
  return std::chrono::duration_cast<std::chrono::minutes>(
      std::min(zone.offset(kJanuary), zone.offset(kJuly)));
}

void add_zone_option(Options& options) {
  options.value("zone", "ZONE",
                "the meter's clock shows the standard time of this zone, such as Europe/Helsinki; "
                "default: that of the dialect's country");
}

int choose_zone(const Options& options, std::optional<std::chrono::minutes>& normal_offset) {
  const auto name = options.get("zone");
  if (!name) return kAsExpected;
  const auto zone = Zone::find(*name);
  if (!zone) return complain(kUsage, "--zone: " + zone.error().message);
  normal_offset = normal_offset_of(*zone);
  return kAsExpected;
}

}  // namespace p1rig
