#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "protocol/dlms_frame.h"

namespace p1rig {

/// Silence on the line before the byte at `offset`.
struct Pause {
  std::size_t offset = 0;
  std::chrono::nanoseconds duration{};
  bool operator==(const Pause&) const = default;
};

/// How a telegram is sealed; a meter does it as the default says, faults otherwise.
struct SealOrder {
  enum class Counter {
    kNext,
    kGap,     ///< `amount` counters are skipped
    kRepeat,  ///< the last one again, for another telegram
    kBack,    ///< `amount` before the last one; the next telegram continues as if nothing had been
    kReset,   ///< 0, and on from there
  };
  Counter counter = Counter::kNext;
  std::uint32_t amount = 0;
  bool plain = false;      ///< no seal; takes no counter
  bool plain_too = false;  ///< the plain telegram as well, right after the frame
  bool replay = false;     ///< the last frame once more, instead of this telegram; takes no counter
  bool twice = false;      ///< in two frames, back to back
  bool other_key = false;
  bool other_authentication_key = false;
  bool new_key = false;        ///< the other key from now on, or back, and counters from 0 on
  bool control_bytes = false;  ///< counters are skipped until has_control_bytes()
  LengthForm form = LengthForm::kCanonical;
  bool operator==(const SealOrder&) const = default;
};

/// With fewer bytes than these, control bytes are not looked for: no counter may have them all.
inline constexpr std::size_t kLeastForControlBytes = 256;

/// One telegram as it leaves the meter: its bytes, and where the line falls silent within them. Faults
/// change it, and how it is sealed.
struct Emission {
  std::string bytes;               ///< '/' to the line end after the CRC, or a sealed frame
  std::vector<Pause> pauses = {};  ///< in the order of their offsets
  const CrcAlgorithm* crc_algorithm = &crc_algorithms().front();
  SealOrder seal = {};  ///< for the sealer
  struct Frame {
    std::size_t text = 0;  ///< where the ciphertext begins, right after the counter
    std::size_t size = 0;
    bool operator==(const Frame&) const = default;
  };
  Frame frame = {};  ///< what `bytes` began with when it was sealed; all 0 for a plain telegram
  bool operator==(const Emission&) const = default;

  /// The CRC in the bytes as they are now: the hexadecimal digits between the last '!' and the line end
  /// or the end. Nothing if there is none: an old telegram, or the leftovers of an earlier fault.
  struct Crc {
    std::size_t at = 0, digits = 0;
  };
  std::optional<Crc> crc() const;
};

}  // namespace p1rig
