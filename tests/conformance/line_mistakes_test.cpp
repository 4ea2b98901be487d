#include "conformance/judge/line_mistakes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "protocol/dlms_frame.h"
#include "simulator/line/uart_model.h"
#include "tests/conformance/telegrams.h"

// The bytes come from the UART model, which knows nothing of how they are judged, or from rules of
// the terminal written out here.

namespace p1rig {
namespace {

constexpr LineSettings kOld{.baud = 9600, .data_bits = 7, .parity = 'E', .stop_bits = 1};
constexpr LineSettings kNew{.baud = 115200, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings kOldAs8{.baud = 9600, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings kNewAs7{.baud = 115200, .data_bits = 7, .parity = 'E', .stop_bits = 1};

std::string printed(const std::string& name) {
  return testing::read_file(std::string(P1RIG_SOURCE_DIR) + "/captures/printed/" + name);
}
std::string new_telegram() { return printed("dsmr-5.0.2.recomputed-crc.txt"); }
std::string old_telegram() { return printed("dsmr-3.0.txt"); }

std::string first_mistake(const std::string& bytes) {
  const LineDiagnosis diagnosis = diagnose_bytes(bytes);
  return diagnosis.mistakes.empty() ? "" : std::string(diagnosis.mistakes.front().id);
}

std::string read_as(const std::string& sent, const LineSettings& meter, const LineSettings& reader,
                    const UartPath& path = {}) {
  return values_of(receive_uart(sent, meter, reader, path));
}

TEST(LineMistakes, FindsNothingWrongWithRightTelegrams) {
  for (const std::string& telegram : {new_telegram(), old_telegram()}) {
    const LineDiagnosis diagnosis = diagnose_bytes(telegram + telegram);
    EXPECT_TRUE(diagnosis.all_well);
    EXPECT_EQ(diagnosis.right_telegrams, 2U);
    EXPECT_TRUE(diagnosis.mistakes.empty());
  }
}

TEST(LineMistakes, BearsAReaderThatJoinsAndLeavesMidway) {
  const std::string telegram = new_telegram();
  EXPECT_TRUE(diagnose_bytes(telegram.substr(500) + telegram + telegram.substr(0, 500)).all_well);
}

TEST(LineMistakes, TakesNothingForAMeterThatIsNotAsked) {
  const LineDiagnosis diagnosis = diagnose_bytes("");
  EXPECT_FALSE(diagnosis.all_well);
  ASSERT_EQ(diagnosis.mistakes.size(), 3U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "no-data-request");
  EXPECT_EQ(diagnosis.mistakes[1].id, "port-off");
}

TEST(LineMistakes, SeesAReaderThatIsTooFast) {
  EXPECT_EQ(first_mistake(read_as(old_telegram(), kOld, kNew)), "reader-too-fast");
}

TEST(LineMistakes, SeesParityInBit7) {
  EXPECT_EQ(first_mistake(read_as(old_telegram(), kOld, kOldAs8)), "parity-in-bit-7");
}

TEST(LineMistakes, SeesAReaderThatIsTooSlow) {
  EXPECT_EQ(first_mistake(read_as(new_telegram(), kNew, kOldAs8)), "wrong-baud");
  EXPECT_EQ(first_mistake(read_as(new_telegram(), kNew, kOld)), "wrong-baud");
}

TEST(LineMistakes, SeesOtherWrongBaudRates) {
  for (const int baud : {19200, 38400, 57600, 230400}) {
    SCOPED_TRACE(baud);
    EXPECT_EQ(first_mistake(read_as(new_telegram(), kNew, {.baud = baud})), "wrong-baud");
  }
}

TEST(LineMistakes, SeesAnInvertedSignal) {
  const UartPath inverted{.inverted = true};
  EXPECT_EQ(first_mistake(read_as(new_telegram(), kNew, kNew, inverted)), "inverted");
  EXPECT_EQ(first_mistake(read_as(old_telegram(), kOld, kOldAs8, inverted)), "inverted");
  EXPECT_EQ(first_mistake(read_as(old_telegram(), kOld, kOld, inverted)), "inverted");
  EXPECT_EQ(first_mistake(read_as(new_telegram(), kNew, kNewAs7, inverted)), "inverted");
}

TEST(LineMistakes, SeesNoise) {
  std::string sent;
  for (int i = 0; i < 20; ++i) sent += new_telegram();
  for (const double rate : {0.0001, 0.001, 0.003}) {
    SCOPED_TRACE(rate);
    EXPECT_EQ(first_mistake(read_as(sent, kNew, kNew, {.bit_error_rate = rate})), "noise");
  }
}

TEST(LineMistakes, TellsLostBytesFromNoise) {
  std::string telegram = new_telegram();
  telegram.erase(300, 16);
  EXPECT_EQ(first_mistake(new_telegram() + telegram), "bytes-lost");
}

TEST(LineMistakes, SeesWhatATerminalDoesToLineEnds) {
  std::string icrnl;
  std::string igncr;
  for (const char c : new_telegram()) {
    icrnl += c == '\r' ? '\n' : c;
    if (c != '\r') igncr += c;
  }
  EXPECT_EQ(first_mistake(icrnl + icrnl), "cr-to-lf");
  EXPECT_EQ(first_mistake(igncr + igncr), "cr-lost");
}

/// Two frames as Luxembourg sends them (LUX-P1 1.1.3 §3.2.5), with octets of a fixed generator in
/// place of ciphertext: 1500 octets hold every value several times.
std::string sealed_frames() {
  std::mt19937 random(42);
  std::string bytes;
  for (std::uint32_t counter = 1; counter <= 2; ++counter) {
    std::string frame;
    const std::size_t head =
        begin_frame("SAG\x01\x02\x03\x04\x05", counter, 1500, LengthForm::kCanonical, frame);
    for (std::size_t i = head; i < frame.size(); ++i) frame[i] = static_cast<char>(random() & 0xFF);
    bytes += frame;
  }
  return bytes;
}

TEST(LineMistakes, SeesWhatFlowControlSwallows) {
  std::string swallowed;
  for (const char c : sealed_frames()) {
    if (c != 0x11 && c != 0x13) swallowed += c;
  }
  EXPECT_TRUE(diagnose_bytes(sealed_frames()).all_well);
  EXPECT_EQ(diagnose_bytes(sealed_frames()).sealed_frames, 2U);
  EXPECT_EQ(first_mistake(swallowed), "flow-control");
}

TEST(LineMistakes, SeesCrTurnedIntoLfInSealedFrames) {
  std::string turned = sealed_frames();
  for (char& c : turned) {
    if (c == '\r') c = '\n';
  }
  EXPECT_EQ(first_mistake(turned), "cr-to-lf");
}

TEST(LineMistakes, TellsOtherTextFromP1) {
  EXPECT_EQ(first_mistake("Linux version 6.1.0 (gcc) #1 SMP\r\nBooting\r\n"), "no-p1");
  EXPECT_EQ(first_mistake(new_telegram().substr(100, 600)), "incomplete");
}

TEST(LineMistakes, TakesAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random() & 0xFF);
    EXPECT_FALSE(diagnose_bytes(bytes).all_well);
  }
}

}  // namespace
}  // namespace p1rig
