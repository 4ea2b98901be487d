#include <array>

#include "protocol/dialect.h"

// The dialects that there are, in the order of lists. Each has a file here.

namespace p1rig {

extern const Dialect kDsmr22, kDsmr30, kDsmr40, kDsmr42, kDsmr50, kEmucs14, kEmucs17, kEmucs21,
    kLux11, kSe20, kHuEon, kLtEso, kAtT210, kChXt211;

std::span<const Dialect> dialects() {
  static const std::array kAll = {kDsmr22,  kDsmr30, kDsmr40, kDsmr42, kDsmr50, kEmucs14, kEmucs17,
                                  kEmucs21, kLux11,  kSe20,   kHuEon,  kLtEso,  kAtT210,  kChXt211};
  return kAll;
}

}  // namespace p1rig
