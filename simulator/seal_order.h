#pragma once

#include <cstdint>

#include "protocol/dlms_frame.h"

namespace p1rig {

/// How a telegram is sealed; a meter does it as the default says, faults otherwise.
struct SealOrder {
  enum class Counter {
    kNext,
    kGap,     ///< `amount` counters are left out
    kRepeat,  ///< the last one again, for another telegram
    kBack,    ///< `amount` before the last one; the next telegram goes on as if nothing had been
    kReset,   ///< 0, and on from there
  };
  Counter counter = Counter::kNext;
  std::uint32_t amount = 0;
  bool plain = false;      ///< no seal; takes no counter
  bool plain_too = false;  ///< the telegram once more without seal, right behind the frame
  bool replay = false;     ///< the last frame once more, instead of this telegram; takes no counter
  bool twice = false;      ///< in two frames, one right behind the other
  bool other_key = false;
  bool other_authentication_key = false;
  bool new_key = false;        ///< the other key from now on, or back, and counters from 0 on
  bool control_bytes = false;  ///< counters are left out until has_control_bytes()
  LengthForm form = LengthForm::kCanonical;
  bool operator==(const SealOrder&) const = default;
};

/// With fewer bytes than these, control bytes are not looked for: no counter may have them all.
inline constexpr std::size_t kLeastForControlBytes = 256;

}  // namespace p1rig
