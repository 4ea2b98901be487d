// Every fault on a telegram written here, byte for byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulator/faults/fault.h"
#include "tests/simulator/fault_pieces.h"

namespace p1rig::fault_effects_test {
namespace {

using namespace std::chrono_literals;
using namespace p1rig::test;
using ::testing::HasSubstr;

/// A fault that changes one place: text faults in what the CRC covers, the others in all.
struct Effect {
  std::string_view fault, from, to;
};

constexpr Effect kEffects[] = {
    {"drop-byte,at=1-0:1.7.0", "(01.193", "(1.193"},
    {"drop-byte=3,at=1-0:1.7.0", "(01.193", "(193"},
    {"insert-nul=1,at=byte:5", "/ISk5", std::string_view("/ISk5\0", 6)},
    {"insert-ff=2,at=line:4", "0-0:1.0.0",
     "\xFF\xFF"
     "0-0:1.0.0"},
    {"high-bit=2,at=1-0:1.7.0", "(01.193", "(\xB0\xB1.193"},
    {"telnet,at=1-0:1.7.0", "(01.193",
     "(\xFF\xFD\x03\xFF\xFF"
     "01.193"},
    {"missing-line,at=1-0:1.7.0", "1-0:1.7.0(01.193*kW)\r\n", ""},
    {"missing-line,at=line:8", "1-0:1.7.0(01.193*kW)\r\n", ""},
    {"double-line,at=1-0:1.7.0", "1-0:1.7.0(01.193*kW)\r\n",
     "1-0:1.7.0(01.193*kW)\r\n1-0:1.7.0(01.193*kW)\r\n"},
    {"unknown-obis,at=1-0:1.7.0", "1-0:1.7.0(01.193*kW)\r\n",
     "1-0:199.99.9(01.234*kW)\r\n1-0:1.7.0(01.193*kW)\r\n"},
    {"star-suffix,at=1-0:1.7.0", "1-0:1.7.0(", "1-0:1.7.0*255("},
    {"change-digits,at=1-0:1.7.0", "(01.193", "(001.193"},
    {"change-digits=3,at=0-1:24.2.1", "(12785.123", "(00012785.123"},
    {"change-digits=-1,at=1-0:1.8.1", "(023456.789", "(23456.789"},
    {"change-digits=-4,at=1-0:1.7.0", "(01.193", "(1.193"},
    {"missing-unit,at=1-0:1.7.0", "(01.193*kW)", "(01.193)"},
    {"watts,at=1-0:1.7.0", "(01.193*kW)", "(01193*W)"},
    {"watts,at=1-0:1.6.0", "(02.589*kW)", "(02589*W)"},
    {"missing-star,at=1-0:1.7.0", "(01.193*kW)", "(01.193kW)"},
    {"negative,at=1-0:1.7.0", "(01.193*kW)", "(-01.193*kW)"},
    {"negative,at=0-1:24.2.1", "(12785.123*m3)", "(-12785.123*m3)"},
    {"empty-value,at=1-0:1.7.0", "(01.193*kW)", "()"},
    {"empty-value,at=0-1:24.2.1", "(101209112500W)(12785.123*m3)", "()"},
    {"no-blank-line", "1000\r\n\r\n", "1000\r\n"},
    {"blank-lines", "1000\r\n\r\n", "1000\r\n\r\n\r\n\r\n"},
    {"blank-lines=1", "1000\r\n\r\n", "1000\r\n\r\n\r\n"},
    {"long-message=3", "0-0:96.13.0(48)", "0-0:96.13.0(3F3F3F)"},
    {"slash-and-bang", "0-0:96.13.0(48)", "0-0:96.13.0(a/b!c/ISK5!)"},
    {"wrong-time,at=0-0:1.0.0", "(101209113020W)", "(101209163020W)"},
    {"wrong-time=13,at=0-0:1.0.0", "(101209113020W)", "(101209003020W)"},
    {"wrong-time=-12,at=0-0:1.0.0", "(101209113020W)", "(101209233020W)"},
    {"mbus-order",
     "0-1:24.1.0(003)\r\n0-1:96.1.0(3232)\r\n"
     "0-1:24.2.1(101209112500W)(12785.123*m3)\r\n",
     "0-1:96.1.0(3232)\r\n0-1:24.2.1(101209112500W)(12785.123*m3)\r\n0-1:24.1.0(003)\r\n"},
    {"swap-peak", "1-0:1.6.0(101209104500W)(02.589*kW)", "1-0:1.6.0(02.589*kW)(101209104500W)"},
};

// --- what is not one place -------------------------------------------------------------------

std::string without(std::string text, char c) {
  std::erase(text, c);
  return text;
}

/// How many bits differ between texts of the same length.
int bits_between(std::string_view a, std::string_view b) {
  EXPECT_EQ(a.size(), b.size());
  int bits = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    bits += __builtin_popcount(static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return bits;
}

/// The bytes that `longer` has more than `shorter`, where they stand together.
std::optional<std::string> inserted(std::string_view shorter, std::string_view longer) {
  const auto head = std::ranges::mismatch(shorter, longer).in1 - shorter.begin();
  const std::size_t count = longer.size() - shorter.size();
  const auto at = static_cast<std::size_t>(head);
  // Where the first of them is like what follows, they are taken for later by as much.
  if (shorter.substr(at) != longer.substr(at + count)) return std::nullopt;
  return std::string(longer.substr(at, count));
}

void wrong_crc_is_another_digit() {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string bytes = bytes_of({"crc-wrong"}, seed);
    ASSERT_EQ(bytes.size(), kSent.size());
    int digits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == kSent[i]) continue;
      ++digits;
      EXPECT_GE(i, kBody.size());
      EXPECT_TRUE(std::isxdigit(static_cast<unsigned char>(bytes[i])) && bytes[i] <= 'F');
    }
    EXPECT_EQ(digits, 1);
    seen.insert(bytes);
  }
  // 4 digits have 15 others each.
  EXPECT_GT(seen.size(), 30U);

  for (std::size_t digit = 1; digit <= 4; ++digit) {
    const std::string bytes = bytes_of({"crc-wrong=" + std::to_string(digit)}, 7);
    const auto [sent, changed] = std::ranges::mismatch(kSent, bytes);
    EXPECT_EQ(static_cast<std::size_t>(changed - bytes.begin()), kBody.size() + digit - 1);
  }
}

/// CRC-16/X-25 bit by bit: 0x1021 reflected, FFFF at both ends.
std::uint16_t bitwise_x25(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x8408U : 0U);
  }
  return static_cast<std::uint16_t>(crc ^ 0xFFFFU);
}

void other_crc_is_that_of_the_algorithm() {
  const std::string x25 = digits_of(bitwise_x25(kBody));
  EXPECT_EQ(bytes_of({"crc"}), std::string(kBody) + x25 + "\r\n");
  EXPECT_EQ(bytes_of({"crc=x-25"}), std::string(kBody) + x25 + "\r\n");
  EXPECT_NE(bytes_of({"crc=modbus"}), bytes_of({"crc=x-25"}));
  // Of what a fault before it made of the text.
  const std::string body = replaced(kBody, "(01.193*kW)", "()");
  EXPECT_EQ(bytes_of({"crc=x-25", "empty-value,at=1-0:1.7.0"}),
            body + digits_of(bitwise_x25(body)) + "\r\n");
}

void missing_crc_leaves_the_line() {
  EXPECT_EQ(bytes_of({"crc-missing"}), std::string(kBody) + "\r\n");
}

void lower_case_is_of_the_crc_only() {
  ASSERT_NE(kSent.find_first_of("ABCDEF", kBody.size()), std::string::npos);
  std::string expected = kSent;
  for (std::size_t i = kBody.size(); i < expected.size(); ++i) {
    expected[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(expected[i])));
  }
  EXPECT_EQ(bytes_of({"crc-lower-case"}), expected);
}

void unpadded_crc_has_no_leading_zeros() {
  int shorter = 0;
  for (int value = 10; value < 100; ++value) {
    const std::string body = replaced(kBody, "(50)", "(" + std::to_string(value) + ")");
    const unsigned crc = test::bitwise_crc(body);
    std::string digits = digits_of(crc);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    shorter += digits.size() < 4 ? 1 : 0;
    EXPECT_EQ(faulted({"crc-unpadded"}, with_crc(body)).bytes, body + digits + "\r\n");
  }
  EXPECT_GT(shorter, 0);
}

void flipped_bits_are_as_many() {
  for (const int bits : {1, 2, 3, 17, 300}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const std::string bytes = bytes_of({"flip-bit=" + std::to_string(bits)}, seed);
      ASSERT_EQ(bits_between(bytes, kSent), bits);
      EXPECT_EQ(bytes[0], '/');
      EXPECT_EQ(bytes.substr(kBody.size() - 1), kSent.substr(kBody.size() - 1));
    }
  }
  const std::string at = bytes_of({"flip-bit,at=1-0:1.7.0"});
  EXPECT_EQ(bits_between(at, kSent), 1);
  EXPECT_NE(at[kSent.find("1-0:1.7.0(") + 10], '0');
}

void inserted_bytes_are_as_many() {
  for (const std::size_t count : {1U, 7U}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const auto bytes = bytes_of({"insert-byte=" + std::to_string(count)}, seed);
      ASSERT_EQ(bytes.size(), kSent.size() + count);
      EXPECT_TRUE(inserted(kSent, bytes)) << seed;
    }
  }
}

void noise_stands_before() {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string bytes = bytes_of({"noise=64"}, seed);
    ASSERT_EQ(bytes.size(), kSent.size() + 64);
    EXPECT_TRUE(bytes.ends_with(kSent));
    EXPECT_EQ(bytes.find('/'), 64U) << "no telegram begins in the noise";
    EXPECT_EQ(bytes.find('\xDB'), std::string::npos) << "no frame either";
  }
  EXPECT_EQ(bytes_of({"noise"}).size(), kSent.size() + 40);
}

void heads_are_cut() {
  EXPECT_EQ(bytes_of({"cut-head"}), kSent.substr(100));
  EXPECT_EQ(bytes_of({"cut-head=1"}), kSent.substr(1));
  EXPECT_EQ(bytes_of({"cut-head,at=1-0:1.7.0"}), kSent.substr(kSent.find("01.193*kW")));
}

void tails_are_cut() {
  EXPECT_EQ(bytes_of({"cut-tail"}), kSent.substr(0, kSent.size() - 100));
  EXPECT_EQ(bytes_of({"cut-tail,at=line:3"}), "/ISk5\\2MT382-1000\r\n\r\n");
}

void glue_takes_the_line_end() {
  EXPECT_EQ(bytes_of({"glue"}) + "\r\n", kSent);
  EXPECT_EQ(bytes_of({"lf-only", "glue"}), bytes_of({"glue", "lf-only"}));
  EXPECT_TRUE(std::isxdigit(static_cast<unsigned char>(bytes_of({"lf-only", "glue"}).back())));
}

void footer_is_lost_with_its_bang() {
  EXPECT_EQ(bytes_of({"lose-footer"}) + "!", std::string(kBody));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find("\r\n"), text.size() - 2) + 2;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

void shuffled_lines_are_all_there() {
  const auto before = lines_of(kSent);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto after = lines_of(bytes_of({"shuffle-lines"}, seed));
    ASSERT_EQ(after.size(), before.size());
    EXPECT_NE(after, before);
    EXPECT_EQ(after[0], before[0]);
    EXPECT_EQ(after[1], before[1]);
    after.back() = before.back();  // the CRC is another one
    EXPECT_TRUE(std::ranges::is_permutation(after, before));
  }
}

void stars_are_on_every_code() {
  std::string expected(kBody);
  for (std::size_t at = 0; (at = expected.find("\r\n", at)) != std::string::npos; ++at) {
    const auto bracket = expected.find('(', at);
    const auto end = expected.find("\r\n", at + 2);
    if (bracket < end) expected.insert(bracket, "*255");
  }
  EXPECT_EQ(bytes_of({"star-suffix"}), with_crc(expected));
}

void ends_are_lf() {
  EXPECT_EQ(bytes_of({"lf-only"}), without(with_crc(without(std::string(kBody), '\r')), '\r'));
}

void ends_are_cr() {
  EXPECT_EQ(bytes_of({"cr-only"}), without(with_crc(without(std::string(kBody), '\n')), '\n'));
}

void the_line_has_no_end() {
  const std::string head = "/ISk5\\2MT382-1000\r\n\r\n1-3:0.2.8(";
  EXPECT_EQ(bytes_of({"endless-line"}), head + std::string(200'000, '3'));
  EXPECT_EQ(bytes_of({"endless-line=5"}), head + "33333");
}

void long_message_is_longer_than_allowed() {
  const std::string bytes = bytes_of({"long-message"});
  const auto begin = bytes.find("0-0:96.13.0(") + 12;
  EXPECT_EQ(bytes.find(')', begin) - begin, 2U * 1025);
}

void invalid_times_are_in_no_calendar() {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::string bytes = bytes_of({"invalid-time,at=0-0:1.0.0"}, seed);
    const auto at = bytes.find("0-0:1.0.0(") + 10;
    seen.insert(bytes.substr(at, 12));
    EXPECT_EQ(bytes, with_crc(replaced(kBody, "101209113020W", bytes.substr(at, 13))));
  }
  // What meters print for times that they do not know, and no month 13.
  EXPECT_EQ(seen, (std::set<std::string>{"632525252525", "700101010000", "000101000000",
                                         "261332256199"}));
  // Without a place: any time, and never the twelve digits of an id.
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    EXPECT_THAT(bytes_of({"invalid-time"}, seed), HasSubstr("(303132363738)"));
    EXPECT_THAT(bytes_of({"wrong-time"}, seed), HasSubstr("(303132363738)"));
  }
}

void crc_is_0000() {
  const std::string bytes = bytes_of({"crc-zero"});
  EXPECT_TRUE(crc_is_right(bytes));
  EXPECT_THAT(bytes, ::testing::EndsWith("!0000\r\n"));
  const auto more = inserted(kBody, std::string_view(bytes).substr(0, bytes.size() - 6));
  EXPECT_THAT(more.value_or(""), ::testing::MatchesRegex("0-0:96.55.2.[01]*.\r\n"));
}

void stall_waits_before_a_byte() {
  const Emission emission = faulted({"stall=800ms,at=1-0:1.7.0"}, kSent);
  EXPECT_EQ(emission.bytes, kSent);
  ASSERT_EQ(emission.pauses.size(), 1U);
  EXPECT_EQ(emission.pauses[0].offset, kSent.find("01.193"));
  EXPECT_EQ(emission.pauses[0].duration, 800ms);
  EXPECT_EQ(faulted({"stall"}, kSent).pauses.at(0).duration, 500ms);
  // Several stand in the order of their places.
  const auto two = faulted({"stall=1s,at=byte:50", "stall=2s,at=byte:20"}, kSent).pauses;
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].offset, 20U);
  EXPECT_EQ(two[1].duration, 1s);
}

void drip_waits_before_each_byte() {
  const Emission emission = faulted({"drip=3ms"}, kSent);
  EXPECT_EQ(emission.bytes, kSent);
  ASSERT_EQ(emission.pauses.size(), kSent.size() - 1);
  for (std::size_t i = 0; i < emission.pauses.size(); ++i) {
    EXPECT_EQ(emission.pauses[i].offset, i + 1);
    EXPECT_EQ(emission.pauses[i].duration, 3ms);
  }
}

void drip_keeps_other_pauses() {
  const auto pauses = faulted({"stall=1s,at=byte:50", "drip"}, kSent).pauses;
  ASSERT_EQ(pauses.size(), kSent.size());
  EXPECT_TRUE(std::ranges::is_sorted(pauses, {}, &Pause::offset));
  EXPECT_EQ(pauses[49], (Pause{50, 1s}));
  EXPECT_EQ(pauses[50], (Pause{50, 2ms}));
}

void silence_sends_nothing() { EXPECT_EQ(faulted({"silence"}, kSent), Emission{}); }

void late_is_late_once() {
  const Emission emission = faulted({"late=1s"}, kSent);
  EXPECT_EQ(emission.bytes, kSent);
  EXPECT_EQ(emission.pauses, (std::vector<Pause>{{0, 1s}}));
  EXPECT_EQ(faulted({"late"}, kSent).pauses, (std::vector<Pause>{{0, 300ms}}));
  EXPECT_EQ(faulted({"stall=2ms,at=byte:1", "late"}, kSent).pauses,
            (std::vector<Pause>{{0, 300ms}, {1, 2ms}}));
}

using Check = void (*)();
const std::map<std::string_view, Check> kChecks = {
    {"crc-wrong", wrong_crc_is_another_digit},
    {"crc", other_crc_is_that_of_the_algorithm},
    {"crc-missing", missing_crc_leaves_the_line},
    {"crc-lower-case", lower_case_is_of_the_crc_only},
    {"crc-unpadded", unpadded_crc_has_no_leading_zeros},
    {"crc-zero", crc_is_0000},
    {"flip-bit", flipped_bits_are_as_many},
    {"insert-byte", inserted_bytes_are_as_many},
    {"noise", noise_stands_before},
    {"cut-head", heads_are_cut},
    {"cut-tail", tails_are_cut},
    {"glue", glue_takes_the_line_end},
    {"lose-footer", footer_is_lost_with_its_bang},
    {"shuffle-lines", shuffled_lines_are_all_there},
    {"star-suffix", stars_are_on_every_code},
    {"lf-only", ends_are_lf},
    {"cr-only", ends_are_cr},
    {"endless-line", the_line_has_no_end},
    {"long-message", long_message_is_longer_than_allowed},
    {"invalid-time", invalid_times_are_in_no_calendar},
    {"stall", stall_waits_before_a_byte},
    {"drip",
     [] {
       drip_waits_before_each_byte();
       drip_keeps_other_pauses();
     }},
    {"silence", silence_sends_nothing},
    {"late", late_is_late_once},
};

// --- the tests -------------------------------------------------------------------------------

TEST(Fault, ChangesExactlyThisPlace) {
  for (const Effect& effect : kEffects) {
    const FaultRow& row = faults()[parsed(effect.fault).row];
    const std::string expected = row.stage == FaultStage::kText
                                     ? with_crc(replaced(kBody, effect.from, effect.to))
                                     : replaced(kSent, effect.from, effect.to);
    EXPECT_EQ(bytes_of({std::string(effect.fault)}), expected) << effect.fault;
  }
}

TEST(Fault, DoesWhatItsRowSays) {
  for (const auto& [id, check] : kChecks) {
    SCOPED_TRACE(id);
    check();
  }
}

TEST(Fault, EveryRowHasATest) {
  std::set<std::string> tested;
  for (const Effect& effect : kEffects) tested.insert(id_of(effect.fault));
  for (const auto& [id, check] : kChecks) tested.emplace(id);
  std::set<std::string> known, names;
  for (const FaultRow& row : faults()) {
    EXPECT_TRUE(names.emplace(row.id).second) << row.id << " is there twice";
    EXPECT_THAT(std::string(row.id), ::testing::MatchesRegex("[a-z]+(-[a-z]+|-[0-9]+)*"));
    if (!row.sealed_only) known.emplace(row.id);  // those: fault_frame_test.cpp
  }
  EXPECT_EQ(tested, known);
}

}  // namespace
}  // namespace p1rig::fault_effects_test
