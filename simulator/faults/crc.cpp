// Faults that act on the CRC of a telegram.

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "simulator/faults/fault_rows.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kBytes;

/// What "crc=" may be: all but that of P1.
std::span<const std::string_view> other_algorithms() {
  static const std::vector<std::string_view> list = [] {
    std::vector<std::string_view> found;
    for (const CrcAlgorithm& algorithm : crc_algorithms().subspan(1)) {
      found.push_back(algorithm.name);
    }
    return found;
  }();
  return list;
}

bool wrong_crc(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  const auto crc = emission.crc();
  const auto digits = static_cast<std::int64_t>(crc ? crc->digits : 0);
  if (digits == 0 || amount > digits) return false;
  // Another value of one digit: never the right one by chance.
  const auto which =
      static_cast<std::size_t>(amount > 0 ? amount - 1 : random_below(random, digits));
  char& digit = emission.bytes[crc->at + which];
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto value = kDigits.find(static_cast<char>(digit >= 'a' ? digit - 32 : digit));
  digit = kDigits[(value + 1 + static_cast<std::size_t>(random_below(random >> 20, 15))) % 16];
  return true;
}

bool other_crc(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  const auto crc = emission.crc();
  const auto slash = emission.bytes.find('/');
  if (!crc || slash >= crc->at) return false;
  const CrcAlgorithm& other = crc_algorithms()[static_cast<std::size_t>(amount)];
  if (&other == emission.crc_algorithm) return false;
  const std::string_view covered = std::string_view(emission.bytes).substr(slash, crc->at - slash);
  const std::string digits = to_hex(crc_of(other, covered));
  emission.bytes.replace(crc->at, crc->digits, digits);
  return true;
}

bool drop_crc(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = emission.crc();
  if (!crc) return false;
  emission.bytes.erase(crc->at, crc->digits);
  return true;
}

bool lower_crc(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = emission.crc();
  if (!crc) return false;
  for (std::size_t i = crc->at; i < crc->at + crc->digits; ++i) {
    char& digit = emission.bytes[i];
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  return true;
}

bool unpad_crc(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = emission.crc();
  if (!crc) return false;
  const auto zeros = emission.bytes.find_first_not_of('0', crc->at) - crc->at;
  emission.bytes.erase(crc->at, std::min(zeros, crc->digits - 1));
  return true;
}

constexpr auto kRows = std::to_array<FaultRow>({
    {"crc-wrong", "another CRC digit: the first is 1, any one 0", "digit", 0, kStage, false,
     kNowhere, wrong_crc, false, false, 4},
    {"crc", "the CRC of another algorithm", "algorithm", 1, kStage, false, kNowhere, other_crc,
     false, false, 13, other_algorithms},
    {"crc-missing", "no CRC after the '!'", "", 0, kStage, false, kNowhere, drop_crc},
    {"crc-lower-case", "the CRC in lower case", "", 0, kStage, true, kNowhere, lower_crc},
    {"crc-unpadded", "the CRC without leading zeros, if it has any", "", 0, kStage, true, kNowhere,
     unpad_crc},
});

}  // namespace

std::span<const FaultRow> crc_faults() { return kRows; }

}  // namespace p1rig
