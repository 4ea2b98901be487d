#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/mutants/laxity.h"

namespace p1rig {

// A mutant is the reference reader with one named defect, as readers of the field have it. Each is a
// row in the file of its family; what it does otherwise is a function or a switch:
//
//   bytes      changes what came from the line, before the reader
//   laxity     is a policy that the reader is built with
//   telegram   changes a telegram that was taken apart, or refuses it
//   report     changes what is told
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
  bool hung = false;                              ///< it takes no notice of the line any more
  std::uint64_t telegrams = 0;                    ///< that it was about to tell, this one included
  std::uint64_t calls = 0;                        ///< for byte filters: bytes so far
  bool mark = false;                              ///< for byte filters
  std::optional<ContractTelegram> previous = {};  ///< as it was told
};

/// What is about to be told.
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
  std::chrono::milliseconds repeats_after{0};  ///< tells the last one again after so long a silence
  bool deaf_while_busy = false;                ///< loses what comes before its report was fetched
};

struct Mutant {
  std::string_view name;
  MutantFamily family;
  std::string_view summary;
  Laxity laxity = {};
  void (*bytes)(std::string& bytes, MutantState& state) = nullptr;
  bool (*telegram)(Telegram& telegram, MutantState& state) = nullptr;
  void (*report)(MutantReport& report, MutantState& state) = nullptr;
  bool has_habits = false;  ///< it shows at the line only, not in what it tells
  LineHabits habits = {};
};

std::span<const Mutant> mutants();
const Mutant* find_mutant(std::string_view name);

/// "byte filter", "policy", "telegram filter", "report filter", "line".
std::string_view how_of(const Mutant& mutant);

}  // namespace p1rig
