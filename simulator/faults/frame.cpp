// Faults that act on the parts of a sealed frame.

#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

#include "protocol/dlms_frame.h"
#include "simulator/faults/fault_rows.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kFrame;

// DB 08, title, length field, 30, counter, ciphertext, tag: see protocol/dlms_frame.h.
constexpr std::size_t kTitleAt = 2;
constexpr std::size_t kLengthAt = kTitleAt + kTitleSize;
constexpr std::size_t kCounterSize = 4;

/// Where the length field ends: 30 and the counter follow, then the ciphertext.
std::size_t length_end(const Emission& emission) { return emission.frame.text - kCounterSize - 1; }

/// Flips that many different bits of the bytes from `begin` to `end`.
bool flip_within(Emission& emission, std::size_t begin, std::size_t end, std::int64_t amount,
                 std::uint64_t random) {
  if (emission.frame.size == 0 || amount > static_cast<std::int64_t>(8 * (end - begin)))
    return false;
  std::vector<std::size_t> bits(8 * (end - begin));
  std::iota(bits.begin(), bits.end(), std::size_t{0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(amount); ++i) {
    const auto left = static_cast<std::int64_t>(bits.size() - i);
    const auto pick = static_cast<std::size_t>(random_below(random_at(random, i), left));
    std::swap(bits[i], bits[i + pick]);
    char& byte = emission.bytes[begin + bits[i] / 8];
    byte = static_cast<char>(byte ^ (1 << bits[i] % 8));
  }
  return true;
}

/// Adds to the number in the length field, in as many bytes as it has.
bool change_length(Emission& emission, std::int64_t by) {
  if (emission.frame.size == 0) return false;
  const std::size_t end = length_end(emission);
  const bool one_octet = end - kLengthAt == 1;
  std::int64_t length = 0;
  for (std::size_t at = kLengthAt + (one_octet ? 0 : 1); at < end; ++at) {
    length = length << 8 | static_cast<unsigned char>(emission.bytes[at]);
  }
  const std::int64_t most = one_octet ? 0x7F : (std::int64_t{1} << 8 * (end - kLengthAt - 1)) - 1;
  length += by;
  if (length < 0 || length > most) return false;
  for (std::size_t at = end; at-- > kLengthAt + (one_octet ? 0 : 1); length >>= 8) {
    emission.bytes[at] = static_cast<char>(length & 0xFF);
  }
  return true;
}

bool flip_title(Emission& emission, const FaultRequest&, std::int64_t amount,
                std::uint64_t random) {
  return flip_within(emission, kTitleAt, kLengthAt, amount, random);
}

bool flip_length(Emission& emission, const FaultRequest&, std::int64_t amount,
                 std::uint64_t random) {
  return flip_within(emission, kLengthAt, length_end(emission), amount, random);
}

bool flip_counter(Emission& emission, const FaultRequest&, std::int64_t amount,
                  std::uint64_t random) {
  const std::size_t end = emission.frame.text;
  return flip_within(emission, end - kCounterSize, end, amount, random);
}

bool flip_ciphertext(Emission& emission, const FaultRequest&, std::int64_t amount,
                     std::uint64_t random) {
  return flip_within(emission, emission.frame.text, emission.frame.size - kTagSize, amount, random);
}

bool flip_tag(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  return flip_within(emission, emission.frame.size - kTagSize, emission.frame.size, amount, random);
}

bool raise_length(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return change_length(emission, amount);
}

bool lower_length(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return change_length(emission, -amount);
}

constexpr auto kRows = std::to_array<FaultRow>({
    sealed_row("flip-title", "flipped bits in the system title", "bits", 1, kStage, false,
               flip_title),
    sealed_row("flip-length", "flipped bits in the length", "bits", 1, kStage, false, flip_length),
    sealed_row("flip-counter", "flipped bits in the counter", "bits", 1, kStage, false,
               flip_counter),
    sealed_row("flip-ciphertext", "flipped bits in the ciphertext", "bits", 1, kStage, false,
               flip_ciphertext),
    sealed_row("flip-tag", "flipped bits in the tag", "bits", 1, kStage, false, flip_tag),
    sealed_row("length-too-long", "a length longer than the frame", "bytes", 16, kStage, false,
               raise_length),
    sealed_row("length-too-short", "a length shorter than the frame", "bytes", 16, kStage, false,
               lower_length),
});

}  // namespace

std::span<const FaultRow> frame_faults() { return kRows; }

}  // namespace p1rig
