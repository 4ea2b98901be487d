#include "conformance/judge/anonymise.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/telegrams.h"
#include "tests/simulator/bitwise_crc.h"

namespace p1rig::anonymise_test {
namespace {

using test::ended;
using test::sealed;

const FrameKeys kKeys = parse_frame_keys("000102030405060708090A0B0C0D0E0F").value();
const FrameKeys kNewKeys = parse_frame_keys("0F0E0D0C0B0A09080706050403020100").value();

/// The stretches of the stream, all of it, through both passes.
Result<std::string> anonymised(const std::string& stream, const std::optional<FrameKeys>& keys = {},
                               const std::optional<FrameKeys>& new_keys = {}) {
  Anonymiser anonymiser(keys, new_keys);
  std::optional<Error> trouble;
  std::string result;
  const auto pass = [&](const std::function<void(const Stretch&)>& take) {
    Framer framer(take);
    framer.feed(stream);
    framer.finish();
  };
  pass([&](const Stretch& stretch) {
    const auto done = anonymiser.learn(stretch);
    if (!done && !trouble) trouble = done.error();
  });
  if (trouble) return tl::unexpected(*trouble);
  pass([&](const Stretch& stretch) { result += anonymiser.rewrite(stretch).value(); });
  return result;
}

/// A telegram of these lines.
std::string with_lines(std::string_view lines) {
  return sealed("/ISK5\\2M550T-1012\n\n" + std::string(lines) + "!");
}

std::string line_of(const std::string& telegram, std::string_view code) {
  const std::size_t at = telegram.find("\n" + std::string(code)) + 1;
  return telegram.substr(at, telegram.find('\r', at) - at);
}

struct Row {
  std::string_view before, after;
};

// Hexadecimal digits are the octets of ASCII: 45 is 'E', 30 to 39 are the digits.
constexpr std::array kRows{
    Row{"0-0:96.1.1(4530303434303037)", "0-0:96.1.1(4530303030303031)"},
    Row{"0-1:96.1.0(4b38454730303132)", "0-1:96.1.0(4b30414130303031)"},  // K8EG0012, K0AA0001
    Row{"0-1:96.1.0(4B3845473132)", "0-1:96.1.0(303030303031)"},  // too few digits to count with
    Row{"0-0:42.0.0(5341473130333037)", "0-0:42.0.0(5341473030303031)"},
    Row{"0-0:96.1.1(ZABF001587315111)", "0-0:96.1.1(ZABF000000000001)"},
    Row{"0-0:96.1.0(12345678)", "0-0:96.1.0(00000001)"},
    Row{"7-0:0.0.0*255(98765432)", "7-0:0.0.0*255(00000001)"},
    Row{"0-0:96.1.1()", "0-0:96.1.1()"},
    Row{"0-2:96.1.0(3030303030303030)", "0-2:96.1.0(3030303030303030)"},
    Row{"0-2:96.1.0(FFFFFFFFFFFFFFFF)", "0-2:96.1.0(FFFFFFFFFFFFFFFF)"},
    Row{"0-0:96.1.4(50217)", "0-0:96.1.4(50217)"},
    // "Hallo Jan 12" and 1 x FF.
    Row{"0-0:96.13.0(48616C6C6F204A616E203132FF)", "0-0:96.13.0(585858585820585858203030FF)"},
    Row{"0-0:96.13.0(Jan)", "0-0:96.13.0(XXX)"},
    Row{"1-0:1.8.1(123456.789*kWh)", "1-0:1.8.1(123456.789*kWh)"},
    Row{"0-0:1.0.0(260115123010W)", "0-0:1.0.0(260115123010W)"},
};

TEST(Anonymise, ReplacesWhatSaysWhoseItIs) {
  for (const Row& row : kRows) {
    const auto after = anonymised(with_lines(std::string(row.before) + "\n"));
    ASSERT_TRUE(after);
    EXPECT_EQ(*after, with_lines(std::string(row.after) + "\n")) << "and its CRC is right";
  }
}

// GS1: weights 3 and 1 in turn, from the right of the digits before the check digit.
TEST(Anonymise, AnEanKeepsARightCheckDigit) {
  const auto after = anonymised(with_lines("0-0:96.1.2(353431343438383230303435363738393035)\n"));
  ASSERT_TRUE(after);
  // All digits count: 00000000000000001 has the sum 3 * 1, so that 7 makes it a multiple of 10.
  EXPECT_EQ(line_of(*after, "0-0:96.1.2"), "0-0:96.1.2(303030303030303030303030303030303137)");
}

TEST(Anonymise, TheSameIsTheSameEverywhere) {
  const std::string first = with_lines("0-0:96.1.1(4530303434303037)\n0-1:96.1.0(4730303339)\n");
  const std::string second = with_lines("0-1:96.1.0(4730303339)\n0-2:96.1.0(4530303434303037)\n");
  const auto after = anonymised(first + second);
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, with_lines("0-0:96.1.1(4530303030303031)\n0-1:96.1.0(4730303032)\n") +
                        with_lines("0-1:96.1.0(4730303032)\n0-2:96.1.0(4530303030303031)\n"));
}

TEST(Anonymise, TheIdentification) {
  struct Head {
    std::string_view before, after;
  };
  for (const Head& head :
       {Head{"/XMX5LGBBFG1009283746", "/XMX5LGBBFG0000000001"},
        Head{"/AUX59904618273", "/AUX50000000001"},
        Head{"/ISk5\\2MT382-1000", "/ISk5\\2MT382-1000"},
        Head{"/FLU5\\253769975_A", "/FLU5\\253769975_A"}, Head{"/ADN9 6534", "/ADN9 6534"}}) {
    const auto after = anonymised(sealed(std::string(head.before) + "\n\n1-0:1.7.0(01.193*kW)\n!"));
    ASSERT_TRUE(after);
    EXPECT_EQ(*after, sealed(std::string(head.after) + "\n\n1-0:1.7.0(01.193*kW)\n!"));
  }
  // Kamstrup meters say their number in both places.
  const auto both =
      anonymised(ended("/KMP5 ZABF001587315111\n\n"
                       "0-0:96.1.1(5A414246303031353837333135313131)\n!"));
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, ended("/KMP5 ZABF000000000001\n\n"
                         "0-0:96.1.1(5A414246303030303030303030303031)\n!"));
}

// 4 digits that differ from the right ones in one bit still do.
TEST(Anonymise, AWrongCrcStaysWrong) {
  const std::string before = with_lines("0-0:96.1.1(4530303434303037)\n");
  const std::string right = with_lines("0-0:96.1.1(4530303030303031)\n");
  const auto flipped = [](std::string telegram) {
    char& digit = telegram[telegram.size() - 3];
    const auto value = std::stoi(std::string(1, digit), nullptr, 16) ^ 1;
    digit = "0123456789ABCDEF"[value];
    return telegram;
  };
  EXPECT_EQ(anonymised(flipped(before)).value(), flipped(right));
}

/// A telegram with this identifier and a power with which its CRC is one that is wanted.
template <typename Wanted>
std::string with_crc(std::string_view identifier, const char* format, Wanted wanted) {
  for (int watts = 0; watts < 100'000; ++watts) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%02d.%03d", watts / 1000, watts % 1000);
    const std::string body = std::string("/ISK5\\2M550T-1012\r\n\r\n0-0:96.1.1(") +
                             std::string(identifier) + ")\r\n1-0:1.7.0(" + digits + "*kW)\r\n!";
    const unsigned crc = test::bitwise_crc(body);
    if (!wanted(crc)) continue;
    std::snprintf(digits, sizeof digits, format, crc);
    return body + digits + "\r\n";
  }
  throw std::runtime_error("no power gives such a CRC");
}

std::string crc_text(std::string_view telegram) {
  const std::size_t begin = telegram.rfind('!') + 1;
  return std::string(telegram.substr(begin, telegram.find('\r', begin) - begin));
}

/// As the document says it: every byte from '/' to '!', without leading zeros.
std::string unpadded_crc(std::string_view telegram) {
  char digits[8];
  std::snprintf(digits, sizeof digits, "%X",
                test::bitwise_crc(telegram.substr(0, telegram.rfind('!') + 1)));
  return digits;
}

/// One whose CRC has so many digits without its leading zeros.
std::string with_digits(std::string_view identifier, unsigned digits) {
  return with_crc(identifier, "%X", [digits](unsigned crc) {
    return crc >> 4 * digits == 0 && crc >> 4 * (digits - 1) != 0;
  });
}

// A device that drops leading zeros keeps to that, and every telegram keeps its length.
TEST(Anonymise, ACrcWithoutLeadingZerosStaysOne) {
  const std::string first = "4530303434303037", second = "4530303434303038";
  for (const std::vector<std::string>& telegrams :
       {std::vector{with_digits(first, 4), with_digits(first, 3), with_digits(second, 3)},
        std::vector{with_digits(first, 2), with_digits(first, 3)}}) {
    std::string stream;
    for (const std::string& telegram : telegrams) stream += telegram;
    const std::string after = anonymised(stream).value();
    EXPECT_EQ(after.size(), stream.size());
    EXPECT_EQ(after.find("453030343430"), std::string::npos) << after;
    std::size_t at = 0;
    for (const std::string& telegram : telegrams) {
      const auto own = std::string_view(after).substr(at, telegram.size());
      EXPECT_EQ(crc_text(own), unpadded_crc(own)) << own;
      at += telegram.size();
    }
  }
}

// Three digits leave no choice of a number: a right CRC is worth more than its length.
TEST(Anonymise, WhereNoNumberKeepsTheLengthTheCrcIsRightAndThatIsTold) {
  const std::string telegram = with_digits("AB1", 2);
  Anonymiser anonymiser({}, {});
  const Stretch stretch{Stretch::Kind::kTelegram, telegram, 0};
  ASSERT_TRUE(anonymiser.learn(stretch));
  const std::string after = anonymiser.rewrite(stretch).value();
  EXPECT_EQ(line_of(after, "0-0:96.1.1"), "0-0:96.1.1(001)");
  EXPECT_EQ(crc_text(after), unpadded_crc(after));
  EXPECT_GT(after.size(), telegram.size());
  EXPECT_EQ(anonymiser.longer_crcs(), 1U);
}

TEST(Anonymise, ACrcKeepsItsCase) {
  const auto has_letters = [](unsigned crc) { return crc >= 0xA000; };
  const auto has_none = [](unsigned crc) {
    return crc >= 0x1000 && (crc >> 12) < 10 && (crc >> 8 & 15) < 10 && (crc >> 4 & 15) < 10 &&
           (crc & 15) < 10;
  };
  // Of many that have no letters before, some have one afterwards.
  std::string stream = with_crc("4530303434303037", "%04x", has_letters);
  for (int i = 0; i < 20; ++i) {
    int before = i;
    stream += with_crc("4530303434303037", "%04x",
                       [&](unsigned crc) { return has_none(crc) && before-- == 0; });
  }
  const std::string after = anonymised(stream).value();
  std::string digits;
  for (std::size_t at = after.find('!'); at != std::string::npos; at = after.find('!', at + 1)) {
    digits += after.substr(at + 1, 4);
  }
  EXPECT_EQ(digits.find_first_of("ABCDEF"), std::string::npos) << digits;
  EXPECT_NE(digits.find_first_of("abcdef", 4), std::string::npos) << digits;
}

// What looks like an identifier by chance.
TEST(Anonymise, CodesTimesAndNumbersAreNoIdentifiers) {
  const std::string lines =
      "0-0:1.0.0(260115123010W)\n1-0:1.8.1(000123.456*kWh)\n"
      "1-0:99.97.0(1)(0-0:96.7.19)(251208152415W)(0000000240*s)\n";
  for (const Row& row : {Row{"0-0:96.1.1(1-0:1.8.1)", "0-0:96.1.1(0-0:0.0.1)"},
                         Row{"0-0:96.1.1(96.7.19)", "0-0:96.1.1(00.0.01)"},
                         Row{"0-0:96.1.1(000123)", "0-0:96.1.1(000001)"},
                         Row{"0-0:96.1.1(260115)", "0-0:96.1.1(000001)"},
                         Row{"0-0:96.1.1(000240)", "0-0:96.1.1(000001)"}}) {
    EXPECT_EQ(anonymised(with_lines(std::string(row.before) + "\n" + lines)).value(),
              with_lines(std::string(row.after) + "\n" + lines));
  }
}

TEST(Anonymise, FindsIdentifiersUnderDamagedCodes) {
  const std::string whole = with_lines("0-0:96.1.1(4530303434303037)\n");
  std::string damaged = whole;
  damaged.replace(damaged.find("96.1.1"), 6, "92.1.1");
  const std::string after = anonymised(whole + damaged).value();
  EXPECT_EQ(after.find("4530303434303037"), std::string::npos) << after;
  // Alone as well, where nothing tells what it is.
  EXPECT_EQ(line_of(anonymised(damaged + with_lines("1-0:1.7.0(1)\n")).value(), "0-0:92"),
            "0-0:92.1.1(0000000000000000)");
}

// Joined in the middle of an identifier, and cut in the middle of another one.
TEST(Anonymise, WhatIsNoWholeTelegramLosesItsValues) {
  const std::string tail = "3434303037)\r\n1-0:1.8.1(000123.456*kWh)\r\n!12AB\r\n";
  const std::string whole = with_lines("1-0:1.7.0(01.193*kW)\n");
  const std::string cut = "/ISK5\\2M550T-1012\r\n\r\n0-0:96.1.1(45303034";
  EXPECT_EQ(anonymised(tail + whole + cut).value(),
            "0000000000)\r\n1-0:1.8.1(000000.000*XXX)\r\n!12AB\r\n" + whole +
                "/ISK5\\2M550T-1012\r\n\r\n0-0:96.1.1(00000000");
  // A line that was read with wrong settings.
  EXPECT_EQ(anonymised("\xb0\xff"
                       "45\xb1" +
                       whole)
                .value(),
            std::string("\0\xff\0\0\0", 5) + whole);
}

std::string frame_of(const FrameKeys& keys, std::string_view title, std::uint32_t counter,
                     std::string_view telegram) {
  std::string frame;
  FrameCipher(keys).seal(title, counter, telegram, frame);
  return frame;
}

TEST(Anonymise, SealedTelegramsAreOpenedAndSealedAgain) {
  const std::string before = with_lines("0-0:96.1.1(4530303434303037)\n");
  const std::string after = with_lines("0-0:96.1.1(4530303030303031)\n");
  const std::string title("SAG\x12\x34\x56\x78\x9a"), new_title("SAG\0\0\0\0\1", 8);
  const std::string stream = frame_of(kKeys, title, 7, before) + frame_of(kKeys, title, 8, before);
  EXPECT_EQ(anonymised(stream, kKeys).value(),
            frame_of(kKeys, new_title, 7, after) + frame_of(kKeys, new_title, 8, after));
  EXPECT_EQ(anonymised(stream, kKeys, kNewKeys).value(),
            frame_of(kNewKeys, new_title, 7, after) + frame_of(kNewKeys, new_title, 8, after));
}

TEST(Anonymise, WithoutTheKeySealedTelegramsAreRefused) {
  const std::string plain = with_lines("1-0:1.7.0(01.193*kW)\n");
  const std::string frame = frame_of(kKeys, "SAG\1\2\3\4\5", 7, plain);
  const auto none = anonymised(frame);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("--key-file"), std::string::npos);
  const auto wrong = anonymised(plain + frame, kNewKeys);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("offset " + std::to_string(plain.size()) + ":"))
      << wrong.error().message;
}

TEST(Anonymise, TooManyIdentifiersAreNoHousehold) {
  std::string stream;
  for (int i = 0; i <= 1000; ++i) {
    stream += with_lines("0-0:96.1.1(" + std::to_string(10'000'000 + i) + ")\n");
  }
  const auto result = anonymised(stream);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("more than 1000"), std::string::npos);
}

}  // namespace
}  // namespace p1rig::anonymise_test
