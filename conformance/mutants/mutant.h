#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/judge/reader.h"
#include "protocol/dialect.h"
#include "protocol/dlms_frame.h"
#include "protocol/telegram.h"

namespace p1rig {

// A mutant is the reference reader with one named defect, as seen in real readers. Each is a
// row in the file of its family; the difference is a function or a switch:
//
//   bytes      changes what came from the line, before the reader
//   policy     is what the reader is built with: how it cuts, opens and believes telegrams
//   telegram   changes a decoded telegram, or rejects it
//   report     changes what is reported
//   habits     is what it does to the line
//
// Mutants show that the cases can fail: every one is caught, and every case is failed by one.

enum class MutantFamily : std::uint8_t {
  kFraming,
  kCrc,
  kValues,
  kUnits,
  kTimestamps,
  kMbus,
  kLogs,
  kBelgian,
  kHungarian,
  kEncryption,
  kLine
};
std::string_view to_string(MutantFamily family);

/// What a mutant remembers.
struct MutantState {
  const Dialect* dialect = nullptr;
  bool crashed = false;
  bool hung = false;            ///< it takes no notice of the line any more
  std::uint64_t telegrams = 0;  ///< that it was about to report, this one included
  std::uint64_t calls = 0;      ///< for byte filters: bytes so far
  bool mark = false;            ///< between two filters of one mutant
  std::optional<ContractTelegram> previous = {};  ///< as it was reported
  std::optional<ContractTelegram> first = {};     ///< likewise
  std::string identification = {};                ///< of the first telegram
};

/// What is about to be reported.
struct MutantReport {
  ContractTelegram telegram;
  int times = 1;
};

/// What it does to the line.
struct LineHabits {
  int baud = 0;                      ///< 0: the meter's
  std::string_view framing = {};     ///< empty: the meter's
  std::uint64_t writes_at_open = 0;  ///< bytes
  std::uint64_t writes_a_telegram = 0;
  std::uint64_t flow_control_a_telegram = 0;
  bool never_requests = false;
  bool requests_late = false;  ///< after data was due
  bool releases_in_telegram = false;
  int edges_a_telegram = 0;
  bool opens_once = false;                ///< a line that vanished is gone for good
  bool trusts_silence = false;            ///< never doubts a connection over which nothing comes
  std::chrono::milliseconds gives_up{0};  ///< ends after so long a silence
  std::chrono::milliseconds closes_after{0};  ///< closes the line after so long a silence, for good
  std::chrono::milliseconds deaf_after{0};    ///< reads nothing after so long a silence
  std::chrono::milliseconds later_each{
      0};                  ///< from the fiftieth on, each report is that much later
  std::uint64_t leak = 0;  ///< bytes for each telegram
  std::chrono::milliseconds repeats_after{0};  ///< repeats the last one after this much silence
  bool deaf_while_busy = false;                ///< loses what comes before its report was fetched
  bool operator==(const LineHabits&) const = default;
};

struct Mutant {
  /// How telegrams are cut out of the stream. Naive readers collect from a '/' to a '!'.
  struct Framing {
    bool bang_anywhere = false;       ///< a '!' within a line ends the telegram
    bool slash_anywhere = false;      ///< a '/' within a line begins another
    bool never_restarts = false;      ///< no '/' within a telegram begins another
    bool begins_anywhere = false;     ///< the first telegram needs no '/'
    bool bang_opens = false;          ///< a '!' in noise hides all up to the next one
    bool needs_line_between = false;  ///< a '/' right after the CRC is not seen
    bool tells_fragments = false;     ///< what was cut by the next '/' is a telegram too
    bool skips_after_bad = false;     ///< a telegram that is rejected takes the next one with it
    bool stops_when_full = false;     ///< what has no '!' for too long blocks all that follows
    std::size_t buffer = 0;           ///< longer telegrams are lost; 0: no such limit
    std::size_t line_buffer = 0;      ///< telegrams with a longer line are lost
    std::chrono::milliseconds gap_loses{0};  ///< so long a pause loses what came before it
    bool operator==(const Framing&) const = default;
  };

  /// How sealed telegrams are decrypted.
  struct Opening {
    bool ignores_tag = false;
    bool counter_first = false;  ///< IV of counter and title
    bool counter_little_endian = false;
    bool keeps_title = false;   ///< IV with the title of the first frame
    bool key_reversed = false;  ///< the authentication key, in the additional data
    bool no_additional_data = false;
    bool no_security_octet = false;  ///< additional data without 30
    std::optional<LengthForm> refuses_form = {};
    bool needs_shortest_form = false;  ///< a length in more bytes than it needs is rejected
    bool read_is_frame = false;      ///< what one read gives is one frame, whatever its length says
    bool refuses_db_inside = false;  ///< DB within a frame begins another
    bool refuses_plain = false;
    bool accepts_replay = false;
    bool needs_next_counter = false;  ///< a gap is rejected
    bool refuses_reset = false;       ///< a counter of 0 after higher ones is rejected
    bool gives_up_after_bad = false;  ///< nothing is read after a frame that could not be decrypted
    bool loses_after_bad = false;     ///< nor the next three
    bool tells_garbage = false;       ///< what another key made of it
    bool crashes_at_bad = false;
    bool operator==(const Opening&) const = default;
  };

  /// What the reader is built with: how it cuts, opens and believes telegrams. What is left out is done
  /// as the reference reader does it.
  struct Policy {
    Framing framing = {};
    Opening opening = {};
    /// Instead of judge_telegram().
    std::optional<Reject> (*judge)(const Telegram& telegram, const Dialect& dialect) = nullptr;
  };

  std::string_view name;
  MutantFamily family;
  std::string_view summary;
  Policy policy = {};
  void (*bytes)(std::string& bytes, MutantState& state) = nullptr;
  bool (*telegram)(Telegram& telegram, MutantState& state) = nullptr;
  void (*report)(MutantReport& report, MutantState& state) = nullptr;
  bool has_habits = false;  ///< visible only on the line, not in the reports
  LineHabits habits = {};
  std::span<const Mutant* const> parts = {};  ///< of one with several defects: whose filters it has
};

std::span<const Mutant> mutants();
const Mutant* find_mutant(std::string_view name);

/// What the defect looks like in code, for whoever looks for it (in_code.cpp).
std::string_view code_of(const Mutant& mutant);

/// "byte filter", "policy", "telegram filter", "report filter", "line".
std::string_view how_of(const Mutant& mutant);

}  // namespace p1rig
