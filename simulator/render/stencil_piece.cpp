#include "simulator/render/stencil_piece.h"

#include <cstring>

namespace p1rig {
namespace {

constexpr auto kDigits = [] {
  std::array<std::array<char, 4>, 1000> digits{};
  for (std::size_t n = 0; n < digits.size(); ++n) {
    digits[n] = {static_cast<char>('0' + n / 100), static_cast<char>('0' + n / 10 % 10),
                 static_cast<char>('0' + n % 10), '\0'};
  }
  return digits;
}();

constexpr std::array<std::uint32_t, 4> kPowersOfTen = {1, 10, 100, 1000};

template <unsigned Width>
[[gnu::always_inline]] inline void put(char* to, std::uint32_t digits) {
  std::memcpy(to, kDigits[digits].data() + (3 - Width), Width);
}

/// Widths are known when this is compiled: dividing 32 bits is multiplying then.
template <unsigned First, unsigned Second, unsigned Third>
unsigned put_all(std::span<const StencilPiece> pieces, const std::uint32_t* record,
                 const std::uint16_t* crcs, char* text) {
  constexpr std::uint32_t kFirst = kPowersOfTen[First];
  constexpr std::uint32_t kSecond = kPowersOfTen[Second];
  unsigned crc = 0;
  for (const StencilPiece& piece : pieces) {
    std::uint32_t rest = record[piece.slot];
    const auto group = [&]<std::size_t Index, unsigned Width>(std::uint32_t digits) {
      put<Width>(text + piece.at[Index], digits);
      crc ^= crcs[piece.crcs[Index] + digits];
    };
    if constexpr (Second != 0) {
      const std::uint32_t above = rest / kFirst;
      group.template operator()<0, First>(rest - above * kFirst);
      rest = above;
    }
    if constexpr (Third != 0) {
      const std::uint32_t above = rest / kSecond;
      group.template operator()<1, Second>(rest - above * kSecond);
      rest = above;
    }
    group.template operator()<(Second == 0  ? 0
                               : Third == 0 ? 1
                                            : 2),
                              (Second == 0  ? First
                               : Third == 0 ? Second
                                            : Third)>(rest);
  }
  return crc;
}

template <unsigned First, unsigned Second>
constexpr std::array<PutPieces, 4> kThirds = {put_all<First, Second, 0>, put_all<First, Second, 1>,
                                              put_all<First, Second, 2>, put_all<First, Second, 3>};
template <unsigned First>
constexpr std::array<std::array<PutPieces, 4>, 4> kSeconds = {
    std::array<PutPieces, 4>{put_all<First, 0, 0>}, kThirds<First, 1>, kThirds<First, 2>,
    kThirds<First, 3>};
constexpr std::array<std::array<std::array<PutPieces, 4>, 4>, 3> kPuts = {kSeconds<1>, kSeconds<2>,
                                                                          kSeconds<3>};

}  // namespace

PutPieces put_of(const GroupWidths& widths) {
  return kPuts.at(widths[0] - 1U).at(widths[1]).at(widths[2]);
}

}  // namespace p1rig
