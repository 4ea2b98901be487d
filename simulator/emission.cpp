#include "simulator/emission.h"

#include <utility>

#include "simulator/faults/fault.h"

namespace p1rig {

Emission emission_of(Passage passage) {
  Emission emission{std::move(passage.bytes)};
  if (passage.late.count() > 0) emission.pauses.push_back({0, passage.late});
  for (const auto& silence : passage.silences) {
    emission.pauses.push_back({silence.offset, silence.duration});
  }
  return emission;
}

}  // namespace p1rig
