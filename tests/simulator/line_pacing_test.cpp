#include <gtest/gtest.h>

#include <string>

#include "simulator/line/pacing.h"

namespace p1rig::line_pacing_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr LineSettings k115200{};
constexpr LineSettings k9600{.baud = 9600, .data_bits = 7, .parity = 'E'};
constexpr nanoseconds kForever = nanoseconds::max();

Emission bytes(std::size_t count) { return {.bytes = std::string(count, 'x')}; }

TEST(LinePacing, EveryPieceIsDueWhenItsLastByteHasPassed) {
  // 10 bits at 115200 baud are 86.8 us.
  const auto pieces = cut_into_pieces(bytes(40), k115200, kForever);
  const std::vector<Piece> expected = {{17, 1475694ns}, {34, 2951388ns}, {40, 3472222ns}};
  EXPECT_EQ(pieces, expected);
}

TEST(LinePacing, ASlowLineGetsSingleBytes) {
  // 10 bits (start, seven, parity, stop) at 9600 baud are 1.04 ms.
  const auto pieces = cut_into_pieces(bytes(3), k9600, kForever);
  const std::vector<Piece> expected = {{1, 1041666ns}, {2, 2083333ns}, {3, 3125000ns}};
  EXPECT_EQ(pieces, expected);
}

TEST(LinePacing, RoundingDoesNotAddUp) {
  const auto pieces = cut_into_pieces(bytes(115'200), k115200, kForever);
  EXPECT_EQ(pieces.back(), (Piece{115'200, 10s}));
}

TEST(LinePacing, NothingTakesNoTime) {
  EXPECT_TRUE(cut_into_pieces(bytes(0), k115200, kForever).empty());
}

TEST(LinePacing, PausesCutPiecesAndDelayWhatFollows) {
  const Emission emission{.bytes = std::string(20, 'x'), .pauses = {{0, 5ms}, {10, 800ms}}};
  const auto pieces = cut_into_pieces(emission, k115200, kForever);
  const std::vector<Piece> expected = {{10, 5ms + 868055ns}, {20, 805ms + 1736111ns}};
  EXPECT_EQ(pieces, expected);
}

TEST(LinePacing, PausesAtOnePlaceAddUpAndLaterOnesDoNothing) {
  const Emission emission{.bytes = "ab", .pauses = {{1, 1ms}, {1, 2ms}, {2, 9ms}}};
  const auto pieces = cut_into_pieces(emission, k9600, kForever);
  const std::vector<Piece> expected = {{1, 1041666ns}, {2, 3ms + 2083333ns}};
  EXPECT_EQ(pieces, expected);
}

TEST(LinePacing, ALongTelegramIsSpedUpToFit) {
  const Emission emission{.bytes = std::string(1152, 'x'), .pauses = {{576, 100ms}}};
  const auto pieces = cut_into_pieces(emission, k115200, 20ms);
  EXPECT_EQ(pieces.back(), (Piece{1152, 20ms}));
  nanoseconds half{};
  for (const Piece& piece : pieces) {
    if (piece.end == 576) half = piece.due;
  }
  EXPECT_NEAR(static_cast<double>(half.count()), 5e6, 10) << "100 of 200 ms, the pause comes after";
}

TEST(LinePacing, APauseAfterTheLastByteIsNoReasonToHurry) {
  Emission emission = bytes(500);
  const auto pieces = cut_into_pieces(emission, k115200, 100ms);
  emission.pauses = {{500, 1s}};
  EXPECT_EQ(cut_into_pieces(emission, k115200, 100ms), pieces);
}

TEST(LinePacing, ASpedUpTelegramNeedsFewerPieces) {
  EXPECT_LE(cut_into_pieces(bytes(1152), k115200, 10ms).size(), 8u);
  EXPECT_EQ(cut_into_pieces(bytes(1152), k115200, 1us).size(), 1u);
}

TEST(LinePacing, ATelegramThatFitsIsNotChanged) {
  EXPECT_EQ(cut_into_pieces(bytes(500), k115200, 1s),
            cut_into_pieces(bytes(500), k115200, kForever));
}

TEST(LinePacing, ByByteEveryByteIsDueByItself) {
  const auto pieces = cut_into_pieces(bytes(3), k115200, kForever, Pace::kByte);
  const std::vector<Piece> expected = {{1, 86805ns}, {2, 173611ns}, {3, 260416ns}};
  EXPECT_EQ(pieces, expected);
}

TEST(LinePacing, WithoutPaceOnlyPausesTakeTime) {
  const Emission emission{.bytes = std::string(50'000, 'x'), .pauses = {{10, 800ms}}};
  const auto pieces = cut_into_pieces(emission, k9600, kForever, Pace::kNone);
  const std::vector<Piece> expected = {{10, 0ms}, {50'000, 800ms}};
  EXPECT_EQ(pieces, expected);
  EXPECT_TRUE(cut_into_pieces(bytes(0), k9600, kForever, Pace::kNone).empty());
}

}  // namespace
}  // namespace p1rig::line_pacing_test
