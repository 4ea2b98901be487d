#include "conformance/judge/medium.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

constexpr std::array kMedia{
    DeviceMedium{2, "electricity", Dimension::kActiveEnergy, "kWh"},
    DeviceMedium{3, "gas", Dimension::kVolume, "m3"},
    DeviceMedium{4, "heat", Dimension::kHeat, "GJ"},
    DeviceMedium{6, "water", Dimension::kVolume, "m3"},  // warm
    DeviceMedium{7, "water", Dimension::kVolume, "m3"},
    DeviceMedium{10, "cold", Dimension::kHeat, "GJ"},
    DeviceMedium{11, "cold", Dimension::kHeat, "GJ"},
    DeviceMedium{12, "heat", Dimension::kHeat, "GJ"},
    DeviceMedium{13, "heat", Dimension::kHeat, "GJ"},     // and cold
    DeviceMedium{21, "water", Dimension::kVolume, "m3"},  // hot
    DeviceMedium{22, "water", Dimension::kVolume, "m3"},  // cold
};

}  // namespace

const DeviceMedium* medium_of_type(std::int64_t type) {
  const auto* const found = std::ranges::find(kMedia, type, &DeviceMedium::type);
  return found == kMedia.end() ? nullptr : found;
}

}  // namespace p1rig
