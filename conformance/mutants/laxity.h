#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "conformance/judge/reader.h"
#include "protocol/dialect.h"
#include "protocol/dlms_frame.h"
#include "protocol/frame_cipher.h"
#include "protocol/telegram.h"

namespace p1rig {

// What a defective reader does otherwise than the reference reader, stage by stage. Everything that
// is left out is done as the reference does it.

/// How telegrams are cut out of the stream. Naive readers collect from a '/' to a '!'.
struct FramingLaxity {
  bool bang_anywhere = false;       ///< a '!' within a line ends the telegram
  bool slash_anywhere = false;      ///< a '/' within a line begins another
  bool never_restarts = false;      ///< no '/' within a telegram begins another
  bool begins_anywhere = false;     ///< the first telegram needs no '/'
  bool bang_opens = false;          ///< a '!' in noise hides all up to the next one
  bool needs_line_between = false;  ///< a '/' right behind the CRC is not seen
  bool tells_fragments = false;     ///< what was cut by the next '/' is a telegram too
  bool skips_after_bad = false;     ///< a telegram that is refused takes the next one with it
  bool stops_when_full = false;     ///< what has no '!' for too long blocks all that follows
  std::size_t buffer = 0;           ///< longer telegrams are lost; 0: no such limit
  std::size_t line_buffer = 0;      ///< telegrams with a longer line are lost
  std::chrono::milliseconds gap_loses{0};  ///< so long a pause loses what came before it
  bool operator==(const FramingLaxity&) const = default;
};

/// How sealed telegrams are opened.
struct FrameLaxity {
  bool ignores_tag = false;
  bool counter_first = false;  ///< IV of counter and title
  bool counter_little_endian = false;
  bool keeps_title = false;   ///< IV with the title of the first frame
  bool key_reversed = false;  ///< the authentication key, in the additional data
  bool no_additional_data = false;
  bool no_security_octet = false;  ///< additional data without 30
  std::optional<LengthForm> refuses_form = {};
  bool needs_shortest_form = false;  ///< a length in more octets than it needs is refused
  bool read_is_frame = false;        ///< what one read gives is one frame, whatever its length says
  bool refuses_db_inside = false;    ///< DB within a frame begins another
  bool refuses_plain = false;
  bool accepts_replay = false;
  bool needs_next_counter = false;  ///< a gap is refused
  bool refuses_reset = false;       ///< a counter of 0 after higher ones is refused
  bool gives_up_after_bad = false;  ///< nothing is read after a frame that could not be opened
  bool loses_after_bad = false;     ///< nor the next three
  bool tells_garbage = false;       ///< what another key made of it
  bool crashes_at_bad = false;
  bool operator==(const FrameLaxity&) const = default;
};

/// A policy for the reference reader.
struct Laxity {
  FramingLaxity framing = {};
  FrameLaxity frame = {};
  /// Instead of judge_telegram().
  std::optional<Reject> (*judge)(const Telegram& telegram, const Dialect& dialect) = nullptr;
};

}  // namespace p1rig
