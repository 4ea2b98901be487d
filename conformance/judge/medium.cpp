#include "conformance/judge/medium.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

constexpr std::array kMedia{
    Medium{2, "electricity", Dimension::kActiveEnergy, "kWh"},
    Medium{3, "gas", Dimension::kVolume, "m3"},
    Medium{4, "heat", Dimension::kHeat, "GJ"},
    Medium{6, "water", Dimension::kVolume, "m3"},  // warm
    Medium{7, "water", Dimension::kVolume, "m3"},
    Medium{10, "cold", Dimension::kHeat, "GJ"},
    Medium{11, "cold", Dimension::kHeat, "GJ"},
    Medium{12, "heat", Dimension::kHeat, "GJ"},
    Medium{13, "heat", Dimension::kHeat, "GJ"},     // and cold
    Medium{21, "water", Dimension::kVolume, "m3"},  // hot
    Medium{22, "water", Dimension::kVolume, "m3"},  // cold
};

}  // namespace

const Medium* find_medium(std::int64_t type) {
  const auto* const found = std::ranges::find(kMedia, type, &Medium::type);
  return found == kMedia.end() ? nullptr : found;
}

}  // namespace p1rig
