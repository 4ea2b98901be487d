#include "conformance/judge/line_mistakes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "protocol/crc16.h"
#include "protocol/dlms_frame.h"
#include "simulator/line/uart_model.h"
#include "tests/conformance/telegrams.h"

// The bytes come from the UART model, which knows nothing of how they are judged, or from rules of
// the terminal written out here.

namespace p1rig::line_mistakes_test {
namespace {

constexpr LineSettings kOld{.baud = 9600, .data_bits = 7, .parity = 'E', .stop_bits = 1};
constexpr LineSettings kNew{.baud = 115200, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings kOldAs8{.baud = 9600, .data_bits = 8, .parity = 'N', .stop_bits = 1};
constexpr LineSettings kNewAs7{.baud = 115200, .data_bits = 7, .parity = 'E', .stop_bits = 1};

std::string printed(const std::string& name) {
  return test::read_file(std::string(P1RIG_SOURCE_DIR) + "/captures/printed/" + name);
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

TEST(LineMistakes, BearsWhatWasCutWhileDataRequestWasReleased) {
  const std::string telegram = new_telegram();
  const std::string cut = telegram + telegram.substr(0, 400) + telegram;
  EXPECT_FALSE(diagnose_bytes(cut).all_well);
  EXPECT_TRUE(diagnose_bytes(cut, {telegram.size() + 400}).all_well);
}

TEST(LineMistakes, TakesNothingForAMeterThatIsNotAsked) {
  const LineDiagnosis diagnosis = diagnose_bytes("");
  EXPECT_FALSE(diagnosis.all_well);
  ASSERT_EQ(diagnosis.mistakes.size(), 3U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "no-data-request");
  EXPECT_EQ(diagnosis.mistakes[1].id, "port-off");
}

TEST(LineMistakes, ConcludesNothingFromAFewBytes) {
  for (const std::string& bytes : {std::string(1, '\0'), std::string(15, '\0'),
                                   std::string("\xAF\xC9S"), std::string("\x80")}) {
    const LineDiagnosis diagnosis = diagnose_bytes(bytes);
    ASSERT_EQ(diagnosis.mistakes.size(), 1U);
    EXPECT_EQ(diagnosis.mistakes[0].id, "incomplete");
    EXPECT_NE(diagnosis.mistakes[0].likelihood, Likelihood::kCertain);
  }
}

TEST(LineMistakes, IsNotCertainOfNuls) {
  // A line that is pulled low again and again gives them, too.
  for (const std::size_t size : {16U, 1000U}) {
    const LineDiagnosis diagnosis = diagnose_bytes(std::string(size, '\0'));
    EXPECT_EQ(diagnosis.mistakes[0].id, "reader-too-fast");
    EXPECT_EQ(diagnosis.mistakes[0].likelihood, Likelihood::kLikely);
  }
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

TEST(LineMistakes, SeesThatAnInvertedSignalHasParity) {
  for (const char* name : {"dsmr-3.0.txt", "dsmr-5.0.2.recomputed-crc.txt", "lux-1.1.3.txt",
                           "field-iskra-mt382-dsmr22.txt", "sweden-aidon-6560.txt"}) {
    SCOPED_TRACE(name);
    const std::string bytes = read_as(printed(name), kOld, kOldAs8, {.inverted = true});
    const LineDiagnosis diagnosis = diagnose_bytes(bytes);
    ASSERT_EQ(diagnosis.mistakes.size(), 2U);
    EXPECT_EQ(diagnosis.mistakes[0].id, "inverted");
    EXPECT_EQ(diagnosis.mistakes[1].id, "parity-in-bit-7");
    // Of a meter that sends eight bits, nothing is said of parity.
    const LineDiagnosis eight =
        diagnose_bytes(read_as(printed(name), kNew, kNew, {.inverted = true}));
    ASSERT_EQ(eight.mistakes.size(), 1U);
    EXPECT_EQ(eight.mistakes[0].id, "inverted");
  }
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
  ASSERT_EQ(diagnose_bytes(sealed_frames()).notes.size(), 1U);
  EXPECT_EQ(diagnose_bytes(sealed_frames()).notes[0].id, "sealed") << "unjudged is not clean";
  EXPECT_EQ(first_mistake(swallowed), "flow-control");
}

TEST(LineMistakes, SeesBytesLostInSealedFramesWithoutAKey) {
  std::string frames = sealed_frames();
  frames.erase(700, 9);
  const LineDiagnosis diagnosis = diagnose_bytes(frames);
  EXPECT_FALSE(diagnosis.all_well);
  ASSERT_EQ(diagnosis.mistakes.size(), 1U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "bytes-lost");
}

TEST(LineMistakes, SeesCrTurnedIntoLfInSealedFrames) {
  std::string turned = sealed_frames();
  for (char& c : turned) {
    if (c == '\r') c = '\n';
  }
  EXPECT_EQ(first_mistake(turned), "cr-to-lf");
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(LineMistakes, SeesWhatProgramsDoToLines) {
  const std::string telegram = new_telegram();
  const std::map<std::string, std::string> damaged{
      {"println", replaced(telegram, "\r\n", "\r\n\r\n")},
      {"CR CR LF", replaced(telegram, "\r\n", "\r\r\n")},
      {"CR LF LF", replaced(telegram, "\r\n", "\r\n\n")}};
  for (const auto& [name, bytes] : damaged) {
    SCOPED_TRACE(name);
    const LineDiagnosis diagnosis = diagnose_bytes(bytes + bytes);
    EXPECT_FALSE(diagnosis.all_well);
    ASSERT_EQ(diagnosis.mistakes.size(), 1U);
    EXPECT_EQ(diagnosis.mistakes[0].id, "line-ends-doubled");
    EXPECT_EQ(diagnosis.mistakes[0].likelihood, Likelihood::kCertain);
  }
  EXPECT_EQ(first_mistake(replaced(telegram, "\n", "")), "lf-lost");
  EXPECT_EQ(first_mistake(replaced(telegram, "\r\n\r\n", "\r\n")), "line-ends-changed");
  EXPECT_EQ(first_mistake(replaced(telegram, "\r\n", "  \r\n")), "line-ends-changed");
  std::string wrapped = telegram;
  wrapped.insert(wrapped.find("(0-0:96.7.19)") + 5, "\r\n");
  EXPECT_EQ(first_mistake(wrapped), "line-ends-changed");
}

TEST(LineMistakes, DoesNotBlameAProgramForOneLineEnd) {
  // The one that is lost is of one telegram, and programs do what they do to all.
  std::string damaged = new_telegram();
  damaged.erase(damaged.find("\r\n1-0:1.8.1("), 1);
  EXPECT_EQ(first_mistake(new_telegram() + damaged + new_telegram()), "bytes-lost");
}

TEST(LineMistakes, TellsChangedLineEndsWithoutACrc) {
  EXPECT_TRUE(diagnose_bytes(old_telegram()).all_well);
  const LineDiagnosis diagnosis = diagnose_bytes(replaced(old_telegram(), "\r", ""));
  ASSERT_EQ(diagnosis.mistakes.size(), 1U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "cr-lost");
  EXPECT_EQ(diagnosis.mistakes[0].likelihood, Likelihood::kLikely);
}

TEST(LineMistakes, SeesTelnet) {
  std::string telegram = new_telegram();
  telegram.insert(300, "\xFF\xF1");
  telegram.insert(100, std::string("\xFF\xFD\x2C", 3));
  EXPECT_EQ(first_mistake(telegram), "telnet");
  // Before the first telegram it harms nobody who waits for a '/'.
  const LineDiagnosis before =
      diagnose_bytes(std::string("\xFF\xFD\x2C\xFF\xFB\x00", 6) + new_telegram());
  EXPECT_TRUE(before.all_well);
  EXPECT_EQ(before.notes.back().id, "telnet");
  // Octets of a message are none.
  for (const char* octets : {"(\xFF\xFF\xFF)", "(\xFF\xFD\x2C)"}) {
    const std::string message = test::edited(test::kDutch, "(48616C6C6F)", octets);
    const LineDiagnosis raw = diagnose_bytes(test::sealed(message));
    EXPECT_TRUE(raw.all_well);
    EXPECT_NE(raw.notes.back().id, "telnet");
  }
  const LineDiagnosis noise = diagnose_bytes("\xFF\xFD\xC8" + new_telegram());
  EXPECT_TRUE(noise.all_well);
  EXPECT_NE(noise.notes.back().id, "telnet") << "there is no such option";
}

TEST(LineMistakes, SeesOctetsTurnedIntoUtf8) {
  const std::string telegram =
      test::sealed(test::edited(test::kDutch, "(48616C6C6F)", "(\xFF\xB0\xFF)"));
  const std::string turned = replaced(replaced(telegram, "\xFF", "\xC3\xBF"), "\xB0", "\xC2\xB0");
  EXPECT_EQ(first_mistake(turned), "utf-8");
}

TEST(LineMistakes, SeesACrcThatWasTakenAway) {
  const std::string telegram = new_telegram();
  const std::string without = telegram.substr(0, telegram.find('!') + 1) + "\r\n";
  const LineDiagnosis diagnosis = diagnose_bytes(without + without);
  EXPECT_FALSE(diagnosis.all_well);
  EXPECT_EQ(diagnosis.wrong_telegrams, 2U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "crc-missing");
}

/// A telegram of this power, with a CRC of the test's own making.
std::string with_crc(int watts, std::uint16_t (*crc)(std::string_view)) {
  const std::string number = std::to_string(100'000 + watts).substr(1);
  const std::string text = test::with_line_ends(test::edited(
      test::kDutch, "(01.193*kW)", "(" + number.substr(0, 2) + "." + number.substr(2) + "*kW)"));
  return text + to_hex(crc(text)) + "\r\n";
}

std::uint16_t modbus(std::string_view bytes) { return crc16(bytes, 0xFFFF); }
std::uint16_t unknown(std::string_view bytes) {
  return static_cast<std::uint16_t>(crc16(bytes) ^ 0x5A5A);
}

TEST(LineMistakes, NamesTheCrcOfAnotherAlgorithm) {
  const LineDiagnosis one = diagnose_bytes(with_crc(1, modbus));
  ASSERT_EQ(one.mistakes.size(), 1U);
  EXPECT_EQ(one.mistakes[0].id, "crc-algorithm");
  EXPECT_EQ(one.mistakes[0].likelihood, Likelihood::kLikely) << "one telegram may be chance";
  EXPECT_NE(one.mistakes[0].why.find("CRC-16/MODBUS"), std::string::npos);
  const LineDiagnosis two = diagnose_bytes(with_crc(1, modbus) + with_crc(2, modbus));
  ASSERT_EQ(two.mistakes.size(), 1U);
  EXPECT_EQ(two.mistakes[0].likelihood, Likelihood::kCertain);
  // The same telegram twice says no more than once.
  const LineDiagnosis twice = diagnose_bytes(with_crc(1, modbus) + with_crc(1, modbus));
  EXPECT_EQ(twice.mistakes[0].likelihood, Likelihood::kLikely);
  EXPECT_EQ(first_mistake(with_crc(1, unknown) + with_crc(2, unknown) + with_crc(3, unknown)),
            "crc-unknown");
}

TEST(LineMistakes, TellsEditedTextFromDamage) {
  const std::string telegram = test::sealed(test::kDutch);
  const LineDiagnosis edited =
      diagnose_bytes(replaced(telegram, "(000123.456*kWh)", "(000999.999*kWh)"));
  EXPECT_EQ(edited.mistakes[0].id, "edited");
  const LineDiagnosis redacted =
      diagnose_bytes(replaced(telegram, "4530303434303037", "XXXXXXXXXXXXXXXX"));
  EXPECT_EQ(redacted.mistakes[0].id, "redacted");
  EXPECT_NE(redacted.mistakes[0].why.find("line 5, 0-0:96.1.1"), std::string::npos)
      << redacted.mistakes[0].why;
}

TEST(LineMistakes, NamesTheBitThatWasFlipped) {
  const std::string right = test::sealed(test::kDutch);
  const std::size_t at = right.find("1-0:1.7.0") + 1;
  std::string flipped = right;
  flipped[at] = ')';  // 2D is '-', 29 is ')'
  const LineDiagnosis diagnosis = diagnose_bytes(right + flipped + right);
  ASSERT_EQ(diagnosis.mistakes.size(), 1U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "noise");
  EXPECT_EQ(diagnosis.mistakes[0].likelihood, Likelihood::kCertain);
  const std::string place = "offset " + std::to_string(right.size() + at) + ": ')' was '-'";
  EXPECT_NE(diagnosis.mistakes[0].why.find(place), std::string::npos) << diagnosis.mistakes[0].why;
  EXPECT_NE(diagnosis.mistakes[0].why.find("lines are as long"), std::string::npos);
}

TEST(LineMistakes, SeesBytesLostAmidTelegrams) {
  const std::string telegram = new_telegram();
  const LineDiagnosis lost = diagnose_bytes(telegram + telegram.substr(0, 40) + telegram);
  EXPECT_FALSE(lost.all_well);
  EXPECT_EQ(lost.losses, 1U);
  ASSERT_EQ(lost.mistakes.size(), 1U);
  EXPECT_EQ(lost.mistakes[0].id, "bytes-lost");
  EXPECT_NE(lost.mistakes[0].why.find("at offset " + std::to_string(telegram.size())),
            std::string::npos);
  // A whole telegram of which only the '!' is another is disturbed, and nothing is missing.
  std::string disturbed = telegram;
  disturbed[disturbed.find('!')] = ' ';
  EXPECT_EQ(first_mistake(telegram + disturbed + telegram), "noise");
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
}  // namespace p1rig::line_mistakes_test
