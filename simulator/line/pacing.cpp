#include "simulator/line/pacing.h"

#include <algorithm>
#include <cstdint>

namespace p1rig {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kPiece = std::chrono::microseconds(1500);

nanoseconds time_of(std::size_t characters, const LineSettings& settings) {
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const auto bits = static_cast<std::uint64_t>(settings.bits_per_character()) * characters;
  return nanoseconds(bits * kNanosecondsPerSecond / static_cast<std::uint64_t>(settings.baud));
}

nanoseconds scaled(nanoseconds time, long double factor) {
  return nanoseconds(
      static_cast<nanoseconds::rep>(static_cast<long double>(time.count()) * factor));
}

}  // namespace

std::vector<Piece> cut_into_pieces(const Emission& emission, const LineSettings& settings,
                                   nanoseconds at_most, Pace pace) {
  const std::size_t size = emission.bytes.size();
  const auto passing = [&](std::size_t characters) {
    return pace == Pace::kNone ? nanoseconds{} : time_of(characters, settings);
  };
  nanoseconds total = passing(size);
  for (const Pause& pause : emission.pauses) {
    if (pause.offset < size) total += pause.duration;
  }
  const bool hurried = total > at_most;
  const long double factor =
      hurried ? static_cast<long double>(at_most.count()) / static_cast<long double>(total.count())
              : 1.0L;
  const nanoseconds character = std::max(nanoseconds(1), scaled(passing(1), factor));
  const auto fitting = static_cast<std::size_t>(std::max<nanoseconds::rep>(1, kPiece / character));
  const std::size_t most = pace == Pace::kLine ? fitting : pace == Pace::kByte ? 1 : size;

  std::vector<Piece> pieces;
  pieces.reserve(size / std::max<std::size_t>(1, most) + emission.pauses.size() + 1);
  auto pause = emission.pauses.begin();
  nanoseconds silence{};
  for (std::size_t begin = 0; begin < size;) {
    while (pause != emission.pauses.end() && pause->offset <= begin) {
      silence += (pause++)->duration;
    }
    std::size_t end = begin + std::min(most, size - begin);
    if (pause != emission.pauses.end()) end = std::min(end, pause->offset);
    const nanoseconds due = passing(end) + silence;
    pieces.push_back({end, hurried ? scaled(due, factor) : due});
    begin = end;
  }
  return pieces;
}

}  // namespace p1rig
