// When faults are done, in which order, to which telegrams, and what becomes of the CRC. What each
// of them does: fault_effects_test.cpp.

#include "simulator/faults/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/fault_pieces.h"

namespace p1rig::fault_test {
namespace {

using namespace std::chrono_literals;
using namespace p1rig::test;
using std::chrono::sys_seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

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
  std::string crc = digits_of(test::bitwise_crc(body));
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
  EXPECT_EQ(faulted({"crc-wrong", "silence", "late=1s"}, kSent), Emission{})
      << "what is not sent is not late";
}

TEST(Fault, SealsBetweenTextAndBytes) {
  Emission emission{.bytes = kSent};
  const std::vector<FaultRequest> requests = {parsed("cut-tail=2"), parsed("lf-only")};
  std::string sealed;
  apply_faults(requests, 1, 1, kNow, emission, [&](Emission& plain) {
    sealed = plain.bytes;
    plain = Emission{.bytes = "FRAME"};
  });
  EXPECT_EQ(sealed, bytes_of({"lf-only"}));
  EXPECT_EQ(emission.bytes, "FRA");
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
    return faulted({"stall,at=" + at}, kSent).pauses.at(0).offset;
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
  const auto why = cannot_apply(parsed(fault), Emission{.bytes = telegram});
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
  EXPECT_EQ(impossible, (std::set<std::string>{"crc", "crc-wrong", "crc-missing", "crc-lower-case",
                                               "crc-unpadded", "crc-zero", "swap-peak"}));
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
    std::string digits = digits_of(test::bitwise_crc(changed));
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

TEST(ParseFault, OffersWhatTheFaultTakes) {
  EXPECT_EQ(complaint("crc-wrong,evry=5"),
            "crc-wrong: unknown option \"evry\", did you mean \"every\"?");
  EXPECT_EQ(complaint("crc-wrong,place=5"),
            "crc-wrong: unknown option \"place\": expected every, from or until");
  EXPECT_EQ(complaint("stall,place=5"),
            "stall: unknown option \"place\": expected every, at, from or until");
  EXPECT_THAT(complaint("crc=xmoden"), AllOf(HasSubstr("\"xmoden\" is not one of: "),
                                             HasSubstr(", did you mean \"xmodem\"?")));
}

TEST(ParseFault, NamesThePartThatIsWrong) {
  struct {
    const char* fault;
    const char* part;
  } const kWrong[] = {
      {"crc-missing=3", "no amount"},
      {"crc-wrong=5", "digit"},
      {"crc=arc", "x-25, ccitt-false"},
      {"crc=", "x-25"},
      {"crc=1", "x-25"},
      {"crc=xmoden", "\"xmodem\""},
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
}  // namespace p1rig::fault_test
