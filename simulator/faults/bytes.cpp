// Faults that act on any bytes of a telegram with its CRC, or of a sealed frame.

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "simulator/faults/fault_rows.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kBytes;

bool insert(Emission& emission, const FaultRequest& request, std::uint64_t random,
            const std::string& text) {
  const auto place = place_of(emission, request, random);
  if (!place) return false;
  emission.bytes.insert(*place, text);
  return true;
}

std::string random_bytes(std::int64_t count, std::uint64_t random) {
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(random_at(random, static_cast<std::uint64_t>(i)) & 0xFF);
  }
  return bytes;
}

bool flip_bits(Emission& emission, const FaultRequest& request, std::int64_t amount,
               std::uint64_t random) {
  auto place = place_of(emission, request, random);
  // A bit flipped twice would be none.
  std::set<std::pair<std::size_t, std::int64_t>> flipped;
  for (std::uint64_t draw = 0; std::cmp_less(flipped.size(), amount) && draw < 1'000'000; ++draw) {
    const std::uint64_t each = random_at(random, draw);
    if (draw > 0) place = place_of(emission, FaultRequest{}, each);
    if (!place) return false;
    flipped.emplace(*place, random_below(each >> 20, 7));
  }
  for (const auto& [at, bit] : flipped) {
    emission.bytes[at] = static_cast<char>(emission.bytes[at] ^ (1 << bit));
  }
  return true;
}

bool drop_bytes(Emission& emission, const FaultRequest& request, std::int64_t amount,
                std::uint64_t random) {
  const auto place = place_of(emission, request, random);
  if (!place) return false;
  emission.bytes.erase(*place, static_cast<std::size_t>(amount));
  return true;
}

bool insert_bytes(Emission& emission, const FaultRequest& request, std::int64_t amount,
                  std::uint64_t random) {
  return insert(emission, request, random, random_bytes(amount, random));
}

bool insert_nul(Emission& emission, const FaultRequest& request, std::int64_t amount,
                std::uint64_t random) {
  return insert(emission, request, random, std::string(static_cast<std::size_t>(amount), '\0'));
}

bool insert_ff(Emission& emission, const FaultRequest& request, std::int64_t amount,
               std::uint64_t random) {
  return insert(emission, request, random, std::string(static_cast<std::size_t>(amount), '\xFF'));
}

bool set_high_bits(Emission& emission, const FaultRequest& request, std::int64_t amount,
                   std::uint64_t random) {
  const auto place = place_of(emission, request, random);
  if (!place) return false;
  const auto end = std::min(emission.bytes.size(), *place + static_cast<std::size_t>(amount));
  for (std::size_t i = *place; i < end; ++i) {
    emission.bytes[i] = static_cast<char>(emission.bytes[i] | 0x80);
  }
  return true;
}

bool insert_telnet(Emission& emission, const FaultRequest& request, std::int64_t,
                   std::uint64_t random) {
  // IAC DO SUPPRESS-GO-AHEAD, IAC IAC: what a telnet bridge leaves in the stream.
  return insert(emission, request, random, "\xFF\xFD\x03\xFF\xFF");
}

bool prepend_noise(Emission& emission, const FaultRequest&, std::int64_t amount,
                   std::uint64_t random) {
  std::string noise = random_bytes(amount, random);
  // Noise that happens to look like the beginning of a telegram or a frame is another fault.
  std::ranges::replace_if(
      noise, [](char c) { return c == '/' || c == '\xDB'; }, '?');
  emission.bytes.insert(0, noise);
  return true;
}

bool cut_head(Emission& emission, const FaultRequest& request, std::int64_t amount,
              std::uint64_t random) {
  const auto place = request.at ? place_of(emission, request, random)
                                : std::optional(static_cast<std::size_t>(amount));
  if (!place || *place == 0 || *place >= emission.bytes.size()) return false;
  emission.bytes.erase(0, *place);
  return true;
}

bool cut_tail(Emission& emission, const FaultRequest& request, std::int64_t amount,
              std::uint64_t random) {
  const auto size = emission.bytes.size();
  const auto cut = static_cast<std::size_t>(amount);
  if (!request.at && cut >= size) return false;
  const auto place = request.at ? place_of(emission, request, random) : std::optional(size - cut);
  // Without its line end alone, the telegram is glued and its CRC is right.
  const auto last = emission.frame.size > 0 ? size - 1 : emission.bytes.find_last_not_of("\r\n");
  if (!place || *place == 0 || *place > last) return false;
  emission.bytes.resize(*place);
  return true;
}

bool glue(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (emission.frame.size > 0) return false;
  const auto end = emission.bytes.find_last_not_of("\r\n") + 1;
  if (end == emission.bytes.size()) return false;
  emission.bytes.resize(end);
  return true;
}

bool lose_footer(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (emission.frame.size > 0) return false;
  const auto bang = emission.bytes.rfind('!');
  if (bang == std::string::npos) return false;
  emission.bytes.resize(bang);
  return true;
}

constexpr auto kRows = std::to_array<FaultRow>({
    {"flip-bit", "flipped bits", "bits", 1, kStage, false, kAtByte, flip_bits, false, false, 1000},
    {"drop-byte", "lost bytes", "bytes", 1, kStage, false, kAtByte, drop_bytes},
    {"insert-byte", "random bytes inserted", "bytes", 1, kStage, false, kAtByte, insert_bytes},
    {"insert-nul", "NUL bytes inserted, as after a break", "bytes", 1, kStage, false, kAtByte,
     insert_nul},
    {"insert-ff", "FF bytes inserted", "bytes", 1, kStage, false, kAtByte, insert_ff},
    {"high-bit", "bytes with the eighth bit set, as 7E1 read as 8N1", "bytes", 8, kStage, false,
     kAtByte, set_high_bits},
    {"telnet", "a telnet command and a doubled FF inserted", "", 0, kStage, false, kAtByte,
     insert_telnet},
    {"noise", "a burst of noise before the telegram", "bytes", 40, kStage, true, kNowhere,
     prepend_noise},
    {"cut-head", "the beginning is lost", "bytes", 100, kStage, false, kAtByte, cut_head},
    {"cut-tail", "the end is lost, and more than the line end", "bytes", 100, kStage, false,
     kAtByte, cut_tail},
    {"glue", "no line end after the CRC: the next '/' follows at once", "", 0, kStage, true,
     kNowhere, glue},
    {"lose-footer", "'!', CRC and line end are lost: the next telegram follows directly", "", 0,
     kStage, false, kNowhere, lose_footer},
});

}  // namespace

std::span<const FaultRow> byte_faults() { return kRows; }

}  // namespace p1rig
