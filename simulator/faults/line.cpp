// Faults that act on the timing of a telegram on the line.

#include <algorithm>
#include <array>

#include "protocol/dlms_frame.h"
#include "simulator/faults/fault_rows.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kLine;

/// A pause of that many milliseconds before the byte, after those that are there already.
void add_pause(Emission& emission, std::size_t offset, std::int64_t milliseconds) {
  const auto later = std::ranges::upper_bound(emission.pauses, offset, {}, &Pause::offset);
  emission.pauses.insert(later, {offset, std::chrono::milliseconds{milliseconds}});
}

bool split_frame(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  const auto [text, size] = emission.frame;
  if (size == 0) return false;
  // After DB, before and in the ciphertext, before the tag; the frame may have lost bytes since.
  if (emission.bytes.size() < 2) return false;
  for (const std::size_t place : {std::size_t{1}, text, (text + size) / 2, size - kTagSize}) {
    if (place < emission.bytes.size()) add_pause(emission, place, amount);
  }
  return true;
}

bool stall(Emission& emission, const FaultRequest& request, std::int64_t amount,
           std::uint64_t random) {
  const auto place = place_of(emission, request, random);
  if (!place) return false;
  add_pause(emission, *place, amount);
  return true;
}

bool drip(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  for (std::size_t i = 1; i < emission.bytes.size(); ++i) {
    emission.pauses.push_back({i, std::chrono::milliseconds{amount}});
  }
  std::ranges::stable_sort(emission.pauses, {}, &Pause::offset);
  return true;
}

bool fall_silent(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  emission = Emission{};
  return true;
}

bool start_late(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  if (emission.bytes.empty()) return false;
  emission.pauses.insert(emission.pauses.begin(), {0, std::chrono::milliseconds{amount}});
  return true;
}

constexpr auto kRows = std::to_array<FaultRow>({
    sealed_row("split-frame", "pauses after DB, around the ciphertext and inside it", "ms", 1500,
               kStage, true, split_frame),
    {"stall", "a pause inside the telegram", "ms", 500, kStage, true, kAtByte, stall},
    {"drip", "a pause before every byte but the first", "ms", 2, kStage, true, kNowhere, drip},
    {"silence", "the telegram is not sent", "", 0, kStage, false, kNowhere, fall_silent},
    {"late", "the telegram starts late", "ms", 300, kStage, true, kNowhere, start_late},
});

}  // namespace

std::span<const FaultRow> line_faults() { return kRows; }

}  // namespace p1rig
