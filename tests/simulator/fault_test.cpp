// Every fault on a telegram written here, byte for byte, and what becomes of its CRC.

#include "simulator/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/bitwise_crc.h"

namespace p1rig {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr sys_seconds kNow{1'780'000'000s};  // 2026-05-28T20:26:40Z

constexpr std::string_view kBody =
    "/ISk5\\2MT382-1000\r\n"
    "\r\n"
    "1-3:0.2.8(50)\r\n"
    "0-0:1.0.0(101209113020W)\r\n"
    "0-0:96.1.1(303132363738)\r\n"
    "1-0:1.8.1(023456.789*kWh)\r\n"
    "1-0:1.6.0(101209104500W)(02.589*kW)\r\n"
    "1-0:1.7.0(01.193*kW)\r\n"
    "0-0:96.13.0(48)\r\n"
    "0-1:24.1.0(003)\r\n"
    "0-1:96.1.0(3232)\r\n"
    "0-1:24.2.1(101209112500W)(12785.123*m3)\r\n"
    "!";

std::string digits_of(unsigned crc) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (const int shift : {12, 8, 4, 0}) digits += kDigits[crc >> shift & 15U];
  return digits;
}

std::string with_crc(std::string_view body) {
  return std::string(body) + digits_of(testing::bitwise_crc(body)) + "\r\n";
}

std::string read_printed(const std::string& name) {
  std::ifstream file(P1RIG_SOURCE_DIR "/captures/printed/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const auto at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(result.find(from, at + 1), std::string::npos) << from << " is there twice";
  return result.replace(at, from.size(), to);
}

FaultRequest parsed(std::string_view text) {
  const auto request = parse_fault(text);
  EXPECT_TRUE(request) << text << ": " << (request ? "" : request.error().message);
  return request.value_or(FaultRequest{});
}

Passage faulted(const std::vector<std::string>& faults, std::string telegram,
                std::uint64_t seed = 1, std::uint64_t index = 1, sys_seconds t = kNow) {
  std::vector<FaultRequest> requests;
  for (const std::string& fault : faults) requests.push_back(parsed(fault));
  Passage passage = passage_of(std::move(telegram));
  apply_faults(requests, seed, index, t, passage);
  return passage;
}

std::string bytes_of(const std::vector<std::string>& faults, std::uint64_t seed = 1) {
  return faulted(faults, with_crc(kBody), seed).bytes;
}

/// As a reader that takes lower case and missing zeros: from the first '/', to the last '!'.
bool crc_is_right(std::string_view bytes) {
  const auto begin = bytes.find('/');
  const auto bang = bytes.rfind('!');
  if (begin == std::string_view::npos || bang == std::string_view::npos || bang < begin)
    return false;
  const auto end = std::min(bytes.find_first_of("\r\n", bang), bytes.size());
  const std::string_view digits = bytes.substr(bang + 1, end - bang - 1);
  unsigned crc = 0;
  const auto [rest, code] = std::from_chars(digits.data(), digits.data() + digits.size(), crc, 16);
  return code == std::errc{} && rest == digits.data() + digits.size() &&
         crc == testing::bitwise_crc(bytes.substr(begin, bang + 1 - begin));
}

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

const std::string kSent = with_crc(kBody);

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
    const unsigned crc = testing::bitwise_crc(body);
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

void stall_waits_before_a_byte() {
  const Passage passage = faulted({"stall=800ms,at=1-0:1.7.0"}, kSent);
  EXPECT_EQ(passage.bytes, kSent);
  ASSERT_EQ(passage.silences.size(), 1U);
  EXPECT_EQ(passage.silences[0].offset, kSent.find("01.193"));
  EXPECT_EQ(passage.silences[0].duration, 800ms);
  EXPECT_EQ(faulted({"stall"}, kSent).silences.at(0).duration, 500ms);
  // Several stand in the order of their places.
  const auto two = faulted({"stall=1s,at=byte:50", "stall=2s,at=byte:20"}, kSent).silences;
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].offset, 20U);
  EXPECT_EQ(two[1].duration, 1s);
}

void drip_waits_before_each_byte() {
  const Passage passage = faulted({"drip=3ms"}, kSent);
  EXPECT_EQ(passage.bytes, kSent);
  ASSERT_EQ(passage.silences.size(), kSent.size() - 1);
  for (std::size_t i = 0; i < passage.silences.size(); ++i) {
    EXPECT_EQ(passage.silences[i].offset, i + 1);
    EXPECT_EQ(passage.silences[i].duration, 3ms);
  }
}

void drip_keeps_other_pauses() {
  const auto silences = faulted({"stall=1s,at=byte:50", "drip"}, kSent).silences;
  ASSERT_EQ(silences.size(), kSent.size());
  EXPECT_TRUE(std::ranges::is_sorted(silences, {}, &Passage::Silence::offset));
  EXPECT_EQ(silences[49], (Passage::Silence{50, 1s}));
  EXPECT_EQ(silences[50], (Passage::Silence{50, 2ms}));
}

void silence_sends_nothing() { EXPECT_EQ(faulted({"silence"}, kSent), Passage{}); }

void late_is_late_once() {
  const Passage passage = faulted({"late=1s"}, kSent);
  EXPECT_EQ(passage.bytes, kSent);
  EXPECT_TRUE(passage.silences.empty());
  EXPECT_EQ(passage.late, 1s);
  EXPECT_EQ(faulted({"late"}, kSent).late, 300ms);
}

using Check = void (*)();
const std::map<std::string_view, Check> kChecks = {
    {"crc-wrong", wrong_crc_is_another_digit},
    {"crc-missing", missing_crc_leaves_the_line},
    {"crc-lower-case", lower_case_is_of_the_crc_only},
    {"crc-unpadded", unpadded_crc_has_no_leading_zeros},
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

std::string id_of(std::string_view fault) {
  return std::string(fault.substr(0, fault.find_first_of("=,")));
}

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

TEST(Fault, TheCrcIsRightOrWrongAsItsRowSays) {
  ASSERT_TRUE(crc_is_right(kSent));
  const std::string printed = read_printed("dsmr-5.0.2.recomputed-crc.txt");
  ASSERT_TRUE(crc_is_right(printed));
  for (const FaultRow& row : faults()) {
    if (row.sealed_only) continue;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const std::string id(row.id);
      EXPECT_EQ(crc_is_right(bytes_of({id}, seed)), row.crc_stays_right) << id << ", " << seed;
      if (id == "swap-peak") continue;  // the Dutch telegram has no month peak
      EXPECT_EQ(crc_is_right(faulted({id}, printed, seed).bytes), row.crc_stays_right)
          << id << ", " << seed;
    }
  }
}

// Nothing happens to a telegram that no fault is meant for.
TEST(Fault, LeavesOthersAlone) {
  EXPECT_EQ(faulted({}, kSent).bytes, kSent);
  EXPECT_EQ(faulted({"swap-peak"}, with_crc("/A\r\n\r\n1-0:1.7.0(1*kW)\r\n!")).bytes,
            with_crc("/A\r\n\r\n1-0:1.7.0(1*kW)\r\n!"));
  // A CRC that was wrong before stays as it was when no text is changed.
  EXPECT_EQ(faulted({"stall"}, std::string(kBody) + "0000\r\n").bytes,
            std::string(kBody) + "0000\r\n");
}

TEST(Fault, EveryNthTelegramTheNthFirst) {
  std::string hits;
  for (std::uint64_t index = 1; index <= 10; ++index) {
    hits += faulted({"crc-missing,every=3"}, kSent, 1, index).bytes == kSent ? '.' : 'x';
  }
  EXPECT_EQ(hits, "..x..x..x.");
}

TEST(Fault, FromIsWithinAndUntilIsNot) {
  const std::string fault = "crc-missing,from=2026-05-28T20:26:40Z,until=2026-05-28T22:26:50+02:00";
  std::string hits;
  for (const auto after : {-1s, 0s, 9s, 10s}) {
    hits += faulted({fault}, kSent, 1, 1, kNow + after).bytes == kSent ? '.' : 'x';
  }
  EXPECT_EQ(hits, ".xx.");
}

// Text before the CRC, bytes after it, whatever the order asked for; within a stage as asked.
TEST(Fault, CombinesByStageThenByOrder) {
  const std::string body = replaced(kBody, "(01.193*kW)", "(01193*W)");
  std::string crc = digits_of(testing::bitwise_crc(body));
  for (char& digit : crc) digit = static_cast<char>(std::tolower(digit));
  for (const auto& faults : {std::vector<std::string>{"crc-lower-case", "watts,at=1-0:1.7.0"},
                             std::vector<std::string>{"watts,at=1-0:1.7.0", "crc-lower-case"}}) {
    EXPECT_EQ(bytes_of(faults), body + crc + "\r\n");
  }
  EXPECT_EQ(bytes_of({"watts,at=1-0:1.7.0", "negative,at=1-0:1.7.0"}),
            with_crc(replaced(kBody, "(01.193*kW)", "(-01193*W)")));
  EXPECT_EQ(bytes_of({"empty-value,at=1-0:1.7.0", "negative,at=1-0:1.7.0"}),
            with_crc(replaced(kBody, "(01.193*kW)", "()")))
      << "there is no value left to be negative";
  EXPECT_EQ(bytes_of({"star-suffix", "missing-unit,at=1-0:1.7.0"}),
            bytes_of({"missing-unit,at=1-0:1.7.0", "star-suffix"}));
  const Passage silent = faulted({"crc-wrong", "silence", "late=1s"}, kSent);
  EXPECT_EQ(silent.bytes, "");
  EXPECT_EQ(silent.late, 1s);
}

TEST(Fault, SealsBetweenTextAndBytes) {
  Passage passage = passage_of(kSent);
  const std::vector<FaultRequest> requests = {parsed("cut-tail=2"), parsed("lf-only")};
  std::string sealed;
  apply_faults(requests, 1, 1, kNow, passage, [&](Passage& plain) {
    sealed = plain.bytes;
    plain = passage_of("FRAME");
  });
  EXPECT_EQ(sealed, bytes_of({"lf-only"}));
  EXPECT_EQ(passage.bytes, "FRA");
}

TEST(Fault, IsTheSameForTheSameSeedAndTelegram) {
  for (const FaultRow& row : faults()) {
    const std::vector<std::string> fault = {std::string(row.id)};
    EXPECT_EQ(faulted(fault, kSent, 7, 3), faulted(fault, kSent, 7, 3)) << row.id;
  }
  // Random ones differ by seed, by telegram, and from an equal one beside them.
  EXPECT_NE(bytes_of({"flip-bit"}, 1), bytes_of({"flip-bit"}, 2));
  EXPECT_NE(faulted({"flip-bit"}, kSent, 1, 1).bytes, faulted({"flip-bit"}, kSent, 1, 2).bytes);
  EXPECT_NE(bytes_of({"flip-bit", "flip-bit"}), kSent);
}

/// Where "at=" is: the beginning of a line, of a value, or a byte.
TEST(Fault, IsAtAnObjectAByteOrALine) {
  const auto offset = [](const std::string& at) {
    return faulted({"stall,at=" + at}, kSent).silences.at(0).offset;
  };
  EXPECT_EQ(offset("byte:0"), 0U);
  EXPECT_EQ(offset("byte:23"), 23U);
  EXPECT_EQ(offset("line:1"), 0U);
  EXPECT_EQ(offset("line:2"), 19U) << "the identification has 17 characters and a line end";
  EXPECT_EQ(offset("line:3"), 21U);
  EXPECT_EQ(offset("1-3:0.2.8"), 21U + 10);
  EXPECT_EQ(offset("0-1:24.2.1"), kSent.find("101209112500W"));
}

std::string refusal(std::string_view fault, const std::string& telegram) {
  const auto why = cannot_apply(parsed(fault), passage_of(telegram));
  return why ? why->message : "";
}

TEST(Fault, SaysBeforehandThatItCannotApply) {
  for (const FaultRow& row : faults()) {
    if (row.sealed_only) continue;
    EXPECT_EQ(refusal(row.id, kSent), "") << row.id;
  }
  // DSMR 2.2 has no CRC; that meter has no month peak and sends what M-Bus it has in order.
  const std::string old = read_printed("field-iskra-mt382-dsmr22.txt");
  std::set<std::string> impossible;
  for (const FaultRow& row : faults()) {
    if (!row.sealed_only && !refusal(row.id, old).empty()) impossible.emplace(row.id);
  }
  EXPECT_EQ(impossible, (std::set<std::string>{"crc-wrong", "crc-missing", "crc-lower-case",
                                               "crc-unpadded", "swap-peak"}));
  EXPECT_THAT(refusal("crc-wrong", old), HasSubstr("crc-wrong"));
  EXPECT_THAT(refusal("stall,at=1-0:32.7.0", kSent), HasSubstr("1-0:32.7.0"));
  for (const char* fault :
       {"missing-unit,at=0-0:1.0.0", "watts,at=1-0:1.8.1", "wrong-time,at=1-0:1.7.0",
        "wrong-time,at=0-0:96.1.1", "empty-value,at=line:1", "empty-value,at=line:2",
        "missing-line,at=line:13", "missing-line,at=line:1", "missing-line,at=line:99",
        "change-digits=-1,at=0-1:24.2.1", "stall,at=byte:9999", "stall,at=line:99", "cut-head=9999",
        "cut-tail=9999", "negative,at=byte:5", "star-suffix,at=9-9:9.9.9", "cut-tail=1",
        "cut-tail=2"}) {
    EXPECT_NE(refusal(fault, kSent), "") << fault;
  }
  EXPECT_EQ(refusal("cut-tail=3", kSent), "");
}

TEST(Fault, HasAPlaceOnlyWhereItsRowSaysSo) {
  const auto with = [](const FaultRow& row, std::string_view at) {
    // A line with a unit, a time and decimals, and the byte where its time begins.
    const std::string telegram = with_crc("/A\r\n\r\n1-0:1.6.0(101209104500W)(02.589*kW)\r\n!");
    return refusal(std::string(row.id) + std::string(at), telegram).empty();
  };
  for (const FaultRow& row : faults()) {
    if (row.sealed_only) continue;
    const bool line = row.at != FaultPlace::kNone, byte = row.at == FaultPlace::kByte;
    EXPECT_EQ(with(row, ",at=1-0:1.6.0"), line) << row.id;
    EXPECT_EQ(with(row, ",at=line:3"), line) << row.id;
    EXPECT_EQ(with(row, ",at=byte:16"), byte) << row.id;
  }
}

// Profiles may send it in lower case or without leading zeros: {crc x4}, {crc X}.
TEST(Fault, TheCrcOfAChangedTextKeepsItsForm) {
  int shorter = 0;
  for (int version = 10; version < 100; ++version) {
    const std::string body = replaced(kBody, "(50)", "(" + std::to_string(version) + ")");
    const std::string changed = replaced(body, "(01.193*kW)", "()");
    const auto sent = [&](std::string_view old) {
      const std::string telegram = body + std::string(old) + "\r\n";
      return faulted({"empty-value,at=1-0:1.7.0"}, telegram).bytes;
    };
    std::string digits = digits_of(testing::bitwise_crc(changed));
    EXPECT_EQ(sent("ABCD"), changed + digits + "\r\n");
    std::string unpadded = digits;
    unpadded.erase(0, std::min(digits.find_first_not_of('0'), std::size_t{3}));
    shorter += unpadded != digits ? 1 : 0;
    EXPECT_EQ(sent("BCD"), changed + unpadded + "\r\n");
    for (char& digit : digits) {
      digit = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
    }
    EXPECT_EQ(sent("abcd"), changed + digits + "\r\n");
  }
  EXPECT_GT(shorter, 0);
}

std::string complaint(std::string_view fault) {
  const auto request = parse_fault(fault);
  return request ? "" : request.error().message;
}

TEST(ParseFault, TakesAmountAndOptions) {
  const FaultRequest request =
      parsed("stall=2s,every=5,at=1-0:1.7.0,from=2026-05-28T20:26:40Z,until=2026-05-28T20:27:00Z");
  EXPECT_EQ(faults()[request.row].id, "stall");
  EXPECT_EQ(request.amount, 2000);
  EXPECT_EQ(request.every, 5U);
  EXPECT_EQ(request.at, "1-0:1.7.0");
  EXPECT_EQ(request.from, kNow);
  EXPECT_EQ(request.until, kNow + 20s);
  const FaultRequest plain = parsed("stall");
  EXPECT_EQ(plain.amount, std::nullopt);
  EXPECT_EQ(plain.every, 1U);
  EXPECT_EQ(plain.at, std::nullopt);
  EXPECT_EQ(plain.from, std::nullopt);
}

TEST(ParseFault, SuggestsTheNearest) {
  EXPECT_THAT(complaint("crc-worng"), AllOf(HasSubstr("crc-worng"), HasSubstr("\"crc-wrong\"")));
  EXPECT_THAT(complaint("stall,evrey=5"), AllOf(HasSubstr("stall"), HasSubstr("\"every\"")));
  EXPECT_NE(complaint(""), "");
}

TEST(ParseFault, NamesThePartThatIsWrong) {
  struct {
    const char* fault;
    const char* part;
  } const kWrong[] = {
      {"crc-missing=3", "no amount"},
      {"crc-wrong=5", "digit"},
      {"flip-bit=", "bits"},
      {"flip-bit=x", "bits"},
      {"flip-bit=0", "bits"},
      {"drop-byte=-1", "bytes"},
      {"insert-nul=-5", "bytes"},
      {"insert-ff=99999999999", "bytes"},
      {"insert-ff=99999999999999999999", "bytes"},
      {"change-digits=0", "digits"},
      {"stall=800", "800ms"},
      {"stall=-1s", "800ms"},
      {"stall,every=0", "every"},
      {"stall,every=-1", "every"},
      {"stall,every", "every"},
      {"stall,at=", "at"},
      {"stall,at=1.7.0x", "at"},
      {"stall,at=byte:", "at"},
      {"stall,at=byte:-1", "at"},
      {"stall,at=line:0", "at"},
      {"stall,at=line:x", "at"},
      {"stall,from=yesterday", "from"},
      {"stall,until=2026-05-28T20:26:40", "until"},
      {"stall,from=2026-05-28T20:26:40Z,until=2026-05-28T20:26:40Z", "until"},
  };
  for (const auto& [fault, part] : kWrong) {
    EXPECT_THAT(complaint(fault), AllOf(HasSubstr(id_of(fault)), HasSubstr(part))) << fault;
  }
  EXPECT_EQ(complaint("change-digits=-2"), "");
  EXPECT_EQ(complaint("wrong-time=-2"), "");
}

}  // namespace
}  // namespace p1rig
