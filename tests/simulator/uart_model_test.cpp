#include "simulator/line/uart_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace p1rig::uart_model_test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr LineSettings k9600_7E1{.baud = 9600, .data_bits = 7, .parity = 'E', .stop_bits = 1};
constexpr LineSettings k9600_8N1{.baud = 9600, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings k115200_8N1{.baud = 115200, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings k115200_7E1{.baud = 115200, .data_bits = 7, .parity = 'E', .stop_bits = 1};

const std::string kText = "/ISk5\\2MT382-1000\r\n\r\n1-0:1.8.1(123456.789*kWh)\r\n!522B\r\n";

auto framing_errors(const std::vector<UartByte>& received) {
  return std::ranges::count_if(received, &UartByte::framing_error);
}

auto parity_errors(const std::vector<UartByte>& received) {
  return std::ranges::count_if(received, &UartByte::parity_error);
}

void expect_right(const std::vector<UartByte>& received) {
  EXPECT_EQ(values_of(received), kText);
  EXPECT_EQ(framing_errors(received), 0);
  EXPECT_EQ(parity_errors(received), 0);
}

TEST(UartModel, HandsOverWhatIsSentWhereBothAgree) {
  expect_right(receive_uart(kText, k9600_7E1, k9600_7E1));
  expect_right(receive_uart(kText, k115200_8N1, k115200_8N1));
}

TEST(UartModel, PassesEveryByteOfEightBits) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto received = receive_uart(all, k115200_8N1, k115200_8N1);
  EXPECT_EQ(values_of(received), all);
  EXPECT_EQ(framing_errors(received), 0);
}

// '/' is 0x2F, five ones: its even parity bit is 1 and becomes bit 7, 0xAF. And so on.
TEST(UartModel, ShowsParityInBit7WhereSevenBitsAreReadAsEight) {
  const auto received = receive_uart("/ISk5\\2M", k9600_7E1, k9600_8N1);
  EXPECT_EQ(values_of(received), "\xaf\xc9S\xeb\x35\\\xb2M");
  EXPECT_EQ(framing_errors(received), 0);
}

TEST(UartModel, GivesOnlyBreaksWhereTheReaderIsTwelveTimesTooFast) {
  const auto received = receive_uart(kText, k9600_7E1, k115200_8N1);
  EXPECT_GT(received.size(), kText.size());
  const UartByte expected{.value = 0, .framing_error = true, .is_break = true};
  EXPECT_THAT(received, Each(expected));
}

// The start bit and the six zeros of '@' after it (0x40, one 1 at bit 6, even parity bit 1) are one
// low run, and two of them side by side give two NULs.
TEST(UartModel, GivesOneBreakForEachLowRun) {
  EXPECT_EQ(receive_uart("@@", k9600_7E1, k115200_8N1).size(), 2U);
  // 'U' is 0x55: low at start, bits 1, 3 and 5 and, with four ones, at parity.
  EXPECT_EQ(receive_uart("U", k9600_7E1, k115200_8N1).size(), 5U);
}

TEST(UartModel, GivesFewBytesAndFramingErrorsWhereTheReaderIsTooSlow) {
  const auto received = receive_uart(kText, k115200_8N1, k9600_8N1);
  EXPECT_GT(received.size(), 0U);
  EXPECT_LT(received.size(), kText.size() / 8);
  EXPECT_GT(framing_errors(received), 0);
  EXPECT_EQ(kText.find(values_of(received)), std::string::npos);
}

// The reader takes bit 7, which is 0 in ASCII, for the parity: wrong for characters with an odd
// number of ones. '/' has five, 'I' three, 'S' four, 'k' five, '5' four.
TEST(UartModel, GivesRightTextWithParityErrorsWhereEightBitsAreReadAsSeven) {
  const auto received = receive_uart(kText, k115200_8N1, k115200_7E1);
  EXPECT_EQ(values_of(received), kText);
  EXPECT_EQ(framing_errors(received), 0);
  const std::vector<UartByte> first(received.begin(), received.begin() + 5);
  EXPECT_THAT(
      first,
      ElementsAre(Field(&UartByte::parity_error, true), Field(&UartByte::parity_error, true),
                  Field(&UartByte::parity_error, false), Field(&UartByte::parity_error, true),
                  Field(&UartByte::parity_error, false)));
}

TEST(UartModel, GivesGarbageWithFramingErrorsWhereTheSignalIsInverted) {
  for (const LineSettings& settings : {k9600_7E1, k115200_8N1}) {
    const auto received = receive_uart(kText, settings, settings, {.inverted = true});
    EXPECT_GT(framing_errors(received), 0);
    // The silent line is one long break.
    EXPECT_TRUE(received.at(0).is_break);
    EXPECT_EQ(values_of(received).find("1-0:"), std::string::npos);
  }
}

// The stop bit is looked at between 9 + 7/16 and 9.5 bits of the reader after the edge, and lies
// between 9 and 10 bits of the meter: right while (9.5)(1 + skew) < 10 and (9.4375)(1 + skew) > 9.
TEST(UartModel, BearsAClockThatIsOffByLessThanHalfABitInTen) {
  for (const double skew : {0.03, 0.05, -0.03, -0.045}) {
    SCOPED_TRACE(skew);
    expect_right(receive_uart(kText, k115200_8N1, k115200_8N1, {.skew = skew}));
    expect_right(receive_uart(kText, k9600_7E1, k9600_7E1, {.skew = skew}));
  }
}

TEST(UartModel, GivesFramingErrorsFromSixPercentOn) {
  for (const double skew : {0.06, 0.07, -0.06, -0.07}) {
    SCOPED_TRACE(skew);
    const auto received = receive_uart(kText, k115200_8N1, k115200_8N1, {.skew = skew});
    EXPECT_GT(framing_errors(received), 0);
    EXPECT_NE(values_of(received), kText);
  }
}

// 10,000 bytes are 100,000 bits: about 100 of them flip, each within a byte of its own almost
// always. Three standard deviations are 30.
TEST(UartModel, FlipsAsManyBitsAsTheErrorRateSays) {
  const std::string text(10'000, 'U');
  const auto noisy = [&](std::uint64_t seed) {
    return receive_uart(text, k115200_8N1, k115200_8N1,
                        {.bit_error_rate = 0.001, .noise_seed = seed});
  };
  const auto received = noisy(1);
  const auto wrong = std::ranges::count_if(
      received, [](const UartByte& byte) { return byte.value != 'U' || byte.framing_error; });
  EXPECT_GT(wrong, 60);
  // A lost start bit costs more than its own byte before the receiver is in step again.
  EXPECT_LT(wrong, 400);
  EXPECT_EQ(noisy(1), received);
  EXPECT_NE(noisy(2), received);
}

TEST(UartModel, DoesNotCareInWhichPiecesBytesCome) {
  UartModel whole(k9600_7E1, k9600_8N1, {.bit_error_rate = 0.01});
  UartModel pieces(k9600_7E1, k9600_8N1, {.bit_error_rate = 0.01});
  std::vector<UartByte> from_whole;
  std::vector<UartByte> from_pieces;
  whole.send(kText, from_whole);
  for (const char byte : kText) pieces.send({&byte, 1}, from_pieces);
  EXPECT_EQ(from_whole, from_pieces);
}

TEST(UartModel, HearsNothingOnASilentLine) {
  UartModel model(k115200_8N1, k115200_8N1, {});
  std::vector<UartByte> received;
  model.idle(std::chrono::milliseconds(100), received);
  EXPECT_THAT(received, IsEmpty());
}

}  // namespace
}  // namespace p1rig::uart_model_test
