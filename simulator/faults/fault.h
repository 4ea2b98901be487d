#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "protocol/result.h"
#include "simulator/emission.h"

namespace p1rig {

// A fault is a name, an amount with a unit, and one short function. Faults are seeded and can be
// combined: --fault crc-wrong,every=5 --fault stall=800ms,at=1-0:1.7.0

/// Where a fault acts, in this order. Text faults come before the CRC is computed, so that the
/// telegram is odd but its CRC right; seal faults change how it is sealed, so that the frame is odd
/// but its tag that of some key; frame faults change a part of the sealed frame; byte faults any
/// bytes, sealed or not; line faults the timing.
enum class FaultStage : std::uint8_t { kText, kSeal, kFrame, kBytes, kLine };

/// What at= may name: nothing, a data line by its OBIS code or line:N, or any place of the bytes.
enum class FaultPlace : std::uint8_t { kNone, kLine, kByte };

/// A requested fault.
struct FaultRequest {
  std::size_t row = 0;                   ///< of faults()
  std::optional<std::int64_t> amount{};  ///< in the unit of the row (ms for times)
  std::uint64_t every = 1;               ///< each n-th telegram, the n-th first
  std::optional<std::string> at{};       ///< OBIS code, "byte:N" from 0, "line:N" from 1 or "crc"
  std::optional<std::chrono::sys_seconds> from{}, until{};
  bool operator==(const FaultRequest&) const = default;
};

/// Changes the telegram; false, leaving it as it was, where it finds nothing to act on: no such object,
/// no CRC, or what a fault before it took away.
using FaultEdit = bool(Emission& emission, const FaultRequest& request, std::int64_t amount,
                       std::uint64_t random);

/// No fault takes more than this of its unit.
inline constexpr std::int64_t kLargestAmount = 10'000'000;

struct FaultRow {
  std::string_view id;
  std::string_view summary;
  std::string_view unit;  ///< of the amount: "", "bits", "bytes", "lines", "digits", "ms" …
  std::int64_t default_amount;
  FaultStage stage;
  bool crc_stays_right;  ///< what the telegram's CRC is after it; of a frame, the tag by its keys
  FaultPlace at;
  FaultEdit* apply;
  bool signed_amount = false;  ///< the amount may be below 0
  bool sealed_only = false;    ///< for meters that seal their telegrams
  std::int64_t largest_amount = kLargestAmount;
  /// The words that stand for the amounts from 1 on; nullptr if amounts are numbers.
  std::span<const std::string_view> (*words)() = nullptr;
};

std::span<const FaultRow> faults();

/// Parses "crc-wrong,every=5" or "stall=800ms,at=1-0:1.7.0,from=…,until=…". Times as ISO with Z or
/// offset. The error names the part that is wrong and suggests the nearest fault.
Result<FaultRequest> parse_fault(std::string_view text);

/// An amount as parse_fault() takes it.
std::string write_amount(const FaultRow& row, std::int64_t amount);

/// True if the fault is done to telegram number `index` (from 1), sent at `t`.
bool applies(const FaultRequest& request, std::uint64_t index, std::chrono::sys_seconds t);

/// All faults on the telegram number `index` (from 1) sent at `t`. Text and seal faults first, then
/// the CRC is recomputed in its old form and `seal` is called, if given; then the others, in the
/// order asked for within a stage. One that finds nothing to act on any more does nothing.
void apply_faults(std::span<const FaultRequest> requests, std::uint64_t seed, std::uint64_t index,
                  std::chrono::sys_seconds t, Emission& emission,
                  const std::function<void(Emission&)>& seal = {});

/// Why a fault cannot apply to telegrams such as this plain one, which the meter sends `sealed` or
/// not; nothing if it can. Called before anything is sent.
std::optional<Error> cannot_apply(const FaultRequest& request, const Emission& example,
                                  bool sealed = false);

}  // namespace p1rig
