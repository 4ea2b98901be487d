#include "protocol/telegram.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/protocol/xorshift.h"

namespace p1rig::telegram_test {
namespace {

std::vector<std::string> texts(const DataLine& line) {
  std::vector<std::string> result;
  for (const Bracket& bracket : line.brackets) result.emplace_back(bracket.text);
  return result;
}

/// The one data line of a telegram with this text.
DataLine data_line(const std::string& text) {
  static std::string bytes;  // the views point into it
  bytes = "/XMX5X\r\n\r\n" + text + "\r\n!\r\n";
  const Telegram telegram = decode_telegram(bytes);
  EXPECT_EQ(telegram.lines.size(), 1U) << text;
  return telegram.lines.empty() ? DataLine{} : telegram.lines.front();
}

using Texts = std::vector<std::string>;

TEST(Telegram, TakesAPlainOneApart) {
  const std::string bytes =
      "/ISk5\\2MT382-1000\r\n\r\n1-0:1.8.1(123456.789*kWh)\r\n"
      "0-1:24.2.1(101209110000W)(12785.123*m3)\r\n!522B\r\n";
  const Telegram telegram = decode_telegram(bytes);
  EXPECT_EQ(telegram.bytes, bytes);
  EXPECT_EQ(telegram.identification, "ISk5\\2MT382-1000");
  EXPECT_TRUE(telegram.has_bang);
  EXPECT_EQ(telegram.bang_offset, bytes.size() - 7);
  EXPECT_EQ(telegram.crc_text, "522B");
  ASSERT_EQ(telegram.lines.size(), 2U);

  const DataLine& energy = telegram.lines[0];
  EXPECT_EQ(energy.code, (WrittenObis{{1, 0, 1, 8, 1}, ObisForm::kPlain}));
  EXPECT_EQ(energy.code_text, "1-0:1.8.1");
  EXPECT_EQ(energy.text, "1-0:1.8.1(123456.789*kWh)");
  EXPECT_EQ(energy.offset, 21U) << "17 + 2 + 2 bytes before it";
  EXPECT_EQ(energy.line, 3U);
  EXPECT_TRUE(energy.well_formed);
  ASSERT_EQ(energy.brackets.size(), 1U);
  EXPECT_EQ(energy.brackets[0].text, "123456.789*kWh");
  EXPECT_EQ(energy.brackets[0].offset, 31U);
  EXPECT_EQ(energy.brackets[0].line, 3U);

  EXPECT_EQ(telegram.lines[1].line, 4U);
  EXPECT_EQ(texts(telegram.lines[1]), (Texts{"101209110000W", "12785.123*m3"}));
}

TEST(Telegram, LinesMayEndAnyhow) {
  for (const std::string end : {"\r\n", "\n", "\r"}) {
    const std::string bytes = "/XMX5X" + end + end + "0-0:96.14.0(0002)" + end +
                              "1-0:1.7.0(01.193*kW)" + end + "!AB" + end;
    const Telegram telegram = decode_telegram(bytes);
    EXPECT_EQ(telegram.identification, "XMX5X");
    ASSERT_EQ(telegram.lines.size(), 2U);
    EXPECT_EQ(telegram.lines[0].line, 3U);
    EXPECT_EQ(telegram.lines[1].line, 4U);
    EXPECT_TRUE(telegram.lines[1].well_formed);
    EXPECT_EQ(telegram.crc_text, "AB");
  }
}

TEST(Telegram, EmptyLinesAreSkippedButCounted) {
  const Telegram none = decode_telegram("/XMX5X\r\n1-0:1.7.0(1)\r\n!\r\n");
  ASSERT_EQ(none.lines.size(), 1U);
  EXPECT_EQ(none.lines[0].line, 2U);
  const Telegram many = decode_telegram("/XMX5X\r\n\r\n\r\n1-0:1.7.0(1)\r\n\r\n!\r\n");
  ASSERT_EQ(many.lines.size(), 1U);
  EXPECT_EQ(many.lines[0].line, 4U);
}

// The gas value of DSMR-P1 3.0 §5.12 stands on a line of its own.
TEST(Telegram, LineThatStartsWithABracketContinues) {
  const std::string bytes =
      "/XMX5X\r\n\r\n0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00000.000)\r\n"
      "0-1:24.4.0(1)\r\n!\r\n";
  const Telegram telegram = decode_telegram(bytes);
  ASSERT_EQ(telegram.lines.size(), 2U);
  const DataLine& gas = telegram.lines[0];
  EXPECT_EQ(texts(gas), (Texts{"090212160000", "00", "60", "1", "0-1:24.2.1", "m3", "00000.000"}));
  EXPECT_TRUE(gas.well_formed);
  EXPECT_EQ(gas.text, "0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)");
  EXPECT_EQ(gas.brackets[5].line, 3U);
  EXPECT_EQ(gas.brackets[6].line, 4U);
  EXPECT_EQ(bytes.substr(gas.brackets[6].offset, 9), "00000.000");
  EXPECT_EQ(telegram.lines[1].line, 5U);
}

TEST(Telegram, ContinuationCanSpoilItsLine) {
  const Telegram telegram = decode_telegram("/XMX5X\r\n\r\n1-0:99.97.0(1)\r\n(2)x\r\n!\r\n");
  ASSERT_EQ(telegram.lines.size(), 1U);
  EXPECT_EQ(texts(telegram.lines[0]), (Texts{"1", "2"}));
  EXPECT_FALSE(telegram.lines[0].well_formed);
}

TEST(Telegram, BracketsBeforeAnyLineAreALine) {
  const DataLine line = data_line("(1)(2)");
  EXPECT_FALSE(line.code);
  EXPECT_EQ(line.code_text, "");
  EXPECT_EQ(texts(line), (Texts{"1", "2"}));
  EXPECT_FALSE(line.well_formed);
}

TEST(Telegram, TextMayHoldAnything) {
  EXPECT_EQ(texts(data_line("0-0:96.13.0(test-/-test)")), (Texts{"test-/-test"}));
  EXPECT_EQ(texts(data_line("0-0:96.13.0(a!b)")), (Texts{"a!b"}));
  EXPECT_EQ(texts(data_line("0-0:96.13.0()")), (Texts{""}));
  const DataLine bytes = data_line("0-0:96.13.0(" + std::string(1024, '\xFF') + ")");
  EXPECT_EQ(texts(bytes), (Texts{std::string(1024, '\xFF')}));
  EXPECT_TRUE(bytes.well_formed);
}

TEST(Telegram, DoubleBracketsAreOne) {
  const DataLine line = data_line("1-0:1.7.0((ER11))");
  EXPECT_EQ(texts(line), (Texts{"(ER11)"}));
  EXPECT_TRUE(line.well_formed);
  EXPECT_EQ(texts(data_line("1-0:1.7.0((ER11))((ER12))")), (Texts{"(ER11)", "(ER12)"}));
}

TEST(Telegram, StrayBracketsSwallowNothing) {
  EXPECT_EQ(texts(data_line("0-0:96.13.0(a(b)(c)")), (Texts{"a(b", "c"}));
  const DataLine closing = data_line("0-0:96.13.0(a)b)(c)");
  EXPECT_EQ(texts(closing), (Texts{"a", "c"}));
  EXPECT_FALSE(closing.well_formed);
}

TEST(Telegram, OpenBracketEndsWithItsLine) {
  const Telegram telegram =
      decode_telegram("/XMX5X\r\n\r\n0-0:96.13.0(3031\r\n3233\r\n3435)\r\n1-0:1.7.0(1)\r\n!\r\n");
  ASSERT_EQ(telegram.lines.size(), 4U);
  EXPECT_EQ(texts(telegram.lines[0]), (Texts{"3031"}));
  EXPECT_TRUE(telegram.lines[0].code);
  EXPECT_FALSE(telegram.lines[0].well_formed);
  EXPECT_EQ(telegram.lines[1].code_text, "3233");
  EXPECT_FALSE(telegram.lines[1].well_formed);
  EXPECT_EQ(telegram.lines[2].text, "3435)");
  EXPECT_FALSE(telegram.lines[2].well_formed);
  EXPECT_TRUE(telegram.lines[3].well_formed);
}

TEST(Telegram, LineNeedsCodeAndBrackets) {
  EXPECT_TRUE(data_line("1-0:31.7.0.255(001*A)").well_formed);
  EXPECT_FALSE(data_line("1-0:31.7.0").well_formed);
  EXPECT_FALSE(data_line("garbage(1)").well_formed);
  EXPECT_FALSE(data_line("1-0:31.7.0(1) ").well_formed);
  EXPECT_FALSE(data_line("1-0:31.7.0(1)x(2)").well_formed);
  EXPECT_FALSE(data_line(" 1-0:31.7.0(1)").well_formed);
}

TEST(Telegram, BangEndsOnlyAtTheStartOfALine) {
  const Telegram telegram =
      decode_telegram("/XM!5X\r\n\r\n0-0:96.13.0(a)!\r\n!AB\r\n1-0:1.7.0(1)\r\n");
  EXPECT_EQ(telegram.identification, "XM!5X");
  ASSERT_EQ(telegram.lines.size(), 1U);
  EXPECT_EQ(telegram.crc_text, "AB");
}

TEST(Telegram, DecodesFragmentsToo) {
  const Telegram fragment = decode_telegram("/XMX5X\r\n\r\n1-0:1.7.0(01.1");
  EXPECT_FALSE(fragment.has_bang);
  EXPECT_EQ(fragment.bang_offset, 24U) << "all of it";
  ASSERT_EQ(fragment.lines.size(), 1U);
  EXPECT_EQ(texts(fragment.lines[0]), (Texts{"01.1"}));
  EXPECT_EQ(decode_telegram("").lines.size(), 0U);
  const Telegram headless = decode_telegram("1-0:1.7.0(1)\r\n!\r\n");
  EXPECT_EQ(headless.identification, "");
  EXPECT_EQ(headless.lines.size(), 1U);
}

TEST(Telegram, FindsTheFirstLineWithACode) {
  const Telegram telegram =
      decode_telegram("/X\r\n\r\n1-0:72:32.0(1)\r\n1-0:1.7.0(1)\r\n1-0:1.7.0(2)\r\n!\r\n");
  EXPECT_EQ(telegram.find({1, 0, 1, 7, 0}), &telegram.lines[1]);
  EXPECT_EQ(telegram.find({1, 0, 72, 32, 0}), &telegram.lines[0]);
  EXPECT_EQ(telegram.find({1, 0, 2, 7, 0}), nullptr);
}

// Every decoding points into its bytes, in order, whatever they are.
TEST(Telegram, EveryByteSequenceHasADecoding) {
  test::Xorshift random(6);
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = random.text("/!()\r\n*.:-1205aF\xFF", random.below(120));
    const Telegram telegram = decode_telegram(bytes);
    std::size_t at = 0;
    for (const DataLine& line : telegram.lines) {
      EXPECT_GE(line.offset, at);
      EXPECT_EQ(bytes.substr(line.offset, line.text.size()), line.text);
      EXPECT_FALSE(line.text.empty());
      at = line.offset;
      for (const Bracket& bracket : line.brackets) {
        EXPECT_GT(bracket.offset, at);
        EXPECT_EQ(bytes[bracket.offset - 1], '(');
        EXPECT_EQ(bytes.substr(bracket.offset, bracket.text.size()), bracket.text);
        at = bracket.offset;
      }
    }
    EXPECT_LE(at, telegram.bang_offset);
    EXPECT_EQ(telegram.has_bang, telegram.bang_offset < bytes.size());
    check_crc(telegram);
  }
}

TEST(Crc, VerdictOnEveryForm) {
  const auto verdict = [](const std::string& bytes) { return check_crc(decode_telegram(bytes)); };
  // Worked out bit by bit: the bytes through '!' give 0C02, those of the second telegram 0003.
  const std::string bytes = "/XMX5207\r\n\r\n!";
  EXPECT_EQ(verdict(bytes + "0C02\r\n"), CrcVerdict::kRight);
  EXPECT_EQ(verdict(bytes + "0c02\r\n"), CrcVerdict::kRight) << "case is not prescribed";
  EXPECT_EQ(verdict(bytes + "C02\r\n"), CrcVerdict::kRight) << "ndokter/dsmr_parser#99";
  EXPECT_EQ(verdict("/XMX5608\r\n\r\n!3\r\n"), CrcVerdict::kRight);
  EXPECT_EQ(verdict(bytes + "0C03\r\n"), CrcVerdict::kWrong);
  EXPECT_EQ(verdict(bytes + "C020\r\n"), CrcVerdict::kWrong);
  EXPECT_EQ(verdict("/X\r\n\r\n!\r\n"), CrcVerdict::kAbsent);
  EXPECT_EQ(verdict("/X\r\n\r\n"), CrcVerdict::kAbsent);
  EXPECT_EQ(verdict("/X\r\n\r\n!12G4\r\n"), CrcVerdict::kMalformed);
  EXPECT_EQ(verdict("/X\r\n\r\n!12345\r\n"), CrcVerdict::kMalformed);
  EXPECT_EQ(verdict("/X\r\n\r\n!1234 \r\n"), CrcVerdict::kMalformed);
  EXPECT_EQ(verdict("/X\r\n\r\n!-123\r\n"), CrcVerdict::kMalformed);
  EXPECT_EQ(verdict("/X\r\n\r\n!0x12\r\n"), CrcVerdict::kMalformed);
}

TEST(SplitUnit, SplitsAtTheLastStar) {
  EXPECT_EQ(split_unit("01.193*kW").value, "01.193");
  EXPECT_EQ(split_unit("01.193*kW").unit, "kW");
  EXPECT_EQ(split_unit("01.193").value, "01.193");
  EXPECT_EQ(split_unit("01.193").unit, "");
  EXPECT_EQ(split_unit("a*b*c").value, "a*b");
  EXPECT_EQ(split_unit("*").unit, "");
  EXPECT_EQ(split_unit("").value, "");
}

}  // namespace
}  // namespace p1rig::telegram_test
