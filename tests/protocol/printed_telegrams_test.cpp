#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <string>

#include "protocol/crc16.h"
#include "protocol/framer.h"
#include "protocol/telegram.h"

namespace p1rig::printed_telegrams_test {
namespace {

std::string read_capture(const std::string& name) {
  std::ifstream file(P1RIG_SOURCE_DIR "/captures/printed/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// What a reader of the document counts: codes at the start of a line, and opening brackets.
struct Printed {
  const char* file;
  const char* identification;
  std::size_t lines;
  std::size_t brackets;
  std::size_t malformed;
  CrcVerdict crc;
};

void PrintTo(const Printed& printed, std::ostream* out) { *out << printed.file; }

constexpr Printed kPrinted[] = {
    // 15 lines of one bracket and the gas line of seven; 3.0 has no CRC.
    {"dsmr-3.0.txt", "ISk5\\2MT382-1000", 16, 22, 0, CrcVerdict::kAbsent},
    // The wrapped message is three lines, none of them whole.
    {"dsmr-3.0-as-printed.txt", "ISk5\\2MT382-1000", 18, 22, 3, CrcVerdict::kAbsent},
    {"field-iskra-mt382-dsmr22.txt", "ISk5\\2MT382-1003", 16, 22, 0, CrcVerdict::kAbsent},
    // From here on: the failure log has six brackets, an M-Bus value two, the others one.
    {"dsmr-4.0.0.recomputed-crc.txt", "ISk5\\2MT382-1000", 27, 33, 0, CrcVerdict::kRight},
    {"dsmr-4.0.4.recomputed-crc.txt", "ISk5\\2MT382-1000", 36, 42, 0, CrcVerdict::kRight},
    {"dsmr-4.0.7.recomputed-crc.txt", "ISk5\\2MT382-1000", 33, 39, 0, CrcVerdict::kRight},
    {"dsmr-4.2.2.recomputed-crc.txt", "ISk5\\2MT382-1000", 33, 39, 0, CrcVerdict::kRight},
    {"dsmr-5.0.2.recomputed-crc.txt", "ISk5\\2MT382-1000", 35, 41, 0, CrcVerdict::kRight},
    // An empty failure log has two; its identifiers were overwritten before it was published.
    {"field-landisgyr-e350-dsmr40.txt", "XMX5LGBBFFB123456789", 26, 28, 0, CrcVerdict::kWrong},
    {"lithuania-eso-standartinis.recomputed-crc.txt", "ESO5\\VMMmm", 25, 25, 0, CrcVerdict::kRight},
    {"lithuania-eso-isplestinis.txt", "ESO5\\VMMmm", 45, 45, 0, CrcVerdict::kRight},
    {"lithuania-eso-maksimalus.txt", "ESO5\\VMMmm", 96, 96, 0, CrcVerdict::kRight},
    // Two thresholds in one object and four M-Bus channels.
    {"lux-1.1.3.txt", "Lux5\\253694471_M", 64, 69, 0, CrcVerdict::kRight},
    {"sweden-aidon-6560.txt", "ADN9 6560", 29, 29, 0, CrcVerdict::kRight},
};

class PrintedTelegram : public ::testing::TestWithParam<Printed> {};

TEST_P(PrintedTelegram, IsTakenApart) {
  const Printed& expected = GetParam();
  const std::string bytes = read_capture(expected.file);
  const Telegram telegram = decode_telegram(bytes);
  EXPECT_EQ(telegram.identification, expected.identification);
  EXPECT_EQ(telegram.lines.size(), expected.lines);
  EXPECT_EQ(check_crc(telegram), expected.crc);
  std::size_t brackets = 0;
  std::size_t malformed = 0;
  for (const DataLine& line : telegram.lines) {
    brackets += line.brackets.size();
    malformed += line.well_formed ? 0 : 1;
  }
  EXPECT_EQ(brackets, expected.brackets);
  EXPECT_EQ(malformed, expected.malformed);
}

TEST_P(PrintedTelegram, IsOneStretch) {
  const std::string bytes = read_capture(GetParam().file);
  std::size_t stretches = 0;
  Framer framer([&](const Stretch& stretch) {
    ++stretches;
    EXPECT_EQ(stretch.kind, Stretch::Kind::kTelegram);
    EXPECT_EQ(stretch.bytes, bytes);
    EXPECT_EQ(stretch.offset, 0U);
  });
  framer.feed(bytes);
  EXPECT_EQ(stretches, 1U) << "with its last byte, before the stream ends";
}

INSTANTIATE_TEST_SUITE_P(All, PrintedTelegram, ::testing::ValuesIn(kPrinted));

// The codes that the documents misprint (DSMR-P1 4.0 §5.12).
TEST(PrintedTelegrams, MisprintedCodesAreFound) {
  const std::string bytes = read_capture("dsmr-4.0.0.recomputed-crc.txt");
  const Telegram telegram = decode_telegram(bytes);
  const DataLine* const log = telegram.find({1, 0, 99, 97, 0});
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->code->form, ObisForm::kColon);
  ASSERT_EQ(log->brackets.size(), 6U);
  EXPECT_EQ(log->brackets[1].text, "0:96.7.19");
  EXPECT_EQ(log->brackets[5].text, "00000000301*s");
  EXPECT_EQ(log->line, 17U);
  const std::string later = read_capture("dsmr-4.2.2.recomputed-crc.txt");
  const Telegram with_suffix = decode_telegram(later);
  const DataLine* const current = with_suffix.find({1, 0, 31, 7, 0});
  ASSERT_NE(current, nullptr);
  EXPECT_EQ(current->code->form, ObisForm::kDotSuffix);
}

// The CRCs printed in the documents from the Netherlands are wrong; these are the two printed ones
// that are right and the sum over their bytes.
TEST(PrintedTelegrams, CrcCoversSlashToBang) {
  const std::string lux = read_capture("lux-1.1.3.txt");
  EXPECT_EQ(to_hex(crc16(lux.substr(0, lux.find('!') + 1))), "8B52");
  const std::string aidon = read_capture("sweden-aidon-6560.txt");
  EXPECT_EQ(to_hex(crc16(aidon.substr(0, aidon.find('!') + 1))), "9AD0");
}

TEST(PrintedTelegrams, OneFlippedBitIsSeen) {
  const std::string bytes = read_capture("lux-1.1.3.txt");
  const std::size_t bang = bytes.find("\n!") + 1;
  for (std::size_t i = 1; i < bang; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ (1U << bit));
      // A flip can make a '!' at the start of a line; then that is the telegram, and as wrong.
      EXPECT_NE(check_crc(decode_telegram(flipped)), CrcVerdict::kRight) << i << " bit " << bit;
    }
  }
}

}  // namespace
}  // namespace p1rig::printed_telegrams_test
