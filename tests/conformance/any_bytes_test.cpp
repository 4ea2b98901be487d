#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/judge/lint.h"
#include "conformance/judge/reader.h"
#include "tests/conformance/telegrams.h"
#include "tests/protocol/xorshift.h"

// Damaged telegrams of every dialect: whatever the bytes are, lint points into them and the reader
// says a line of JSON.

namespace p1rig::any_bytes_test {
namespace {

using test::kBelgian;
using test::kDutch;
using test::kLuxembourg;
using test::kOldDutch;
using test::kSwedish;
using test::Xorshift;

const std::vector<std::string> kPieces{"(",
                                       ")",
                                       "*",
                                       "!",
                                       "/",
                                       "\r\n",
                                       "\r",
                                       "()",
                                       "(99)",
                                       "\xFF",
                                       "0-1:24.2.1",
                                       "1-0:99.97.0",
                                       "0-0:98.1.0",
                                       "-",
                                       "0-1:24",
                                       "1-0:1.6.0(",
                                       "0-1:24.3.0(",
                                       "1-0:1.7.0()",
                                       "632525252525W",
                                       "99999999999999999999"};

std::string damaged(std::string bytes, Xorshift& random) {
  for (std::size_t edits = 1 + random.below(6); edits > 0 && !bytes.empty(); --edits) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes.insert(at, kPieces[random.below(kPieces.size())]);
        break;
      case 2:
        bytes.erase(at, 1 + random.below(20));
        break;
      default:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(80)));
    }
  }
  return bytes;
}

void expect_sound(const std::string& bytes, const Dialect& dialect, Linter& same_meter) {
  const Telegram telegram = decode_telegram(bytes);
  const std::string line = to_json_line(telegram, dialect);
  EXPECT_TRUE(nlohmann::json::accept(line));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  for (const Finding& finding : same_meter.check(telegram, 0)) {
    EXPECT_GE(finding.line, 1U) << finding.rule;
    EXPECT_LE(finding.offset, bytes.size()) << finding.rule;
  }
}

TEST(AnyBytes, AreLintedAndRead) {
  constexpr int kRounds = 300;
  Xorshift random(1);
  for (const std::string_view text : {kDutch, kOldDutch, kBelgian, kSwedish, kLuxembourg}) {
    for (const Dialect& dialect : dialects()) {
      Linter linter(&dialect, {});
      for (int round = 0; round < kRounds / 14; ++round) {
        const std::string bytes = damaged(test::with_line_ends(text), random);
        expect_sound(bytes, dialect, linter);
        // With a right CRC, so that what it says is remembered.
        expect_sound(bytes + "\r\n!" + to_hex(crc16(bytes + "\r\n!")) + "\r\n", dialect, linter);
      }
    }
  }
}

TEST(AnyBytes, MayBeNone) {
  Linter linter(nullptr, {});
  EXPECT_FALSE(linter.check(decode_telegram(""), 0).empty());
  EXPECT_EQ(to_json_line(decode_telegram(""), *find_dialect("dsmr-5.0")),
            R"({"telegram":{},"mbus":[]})");
}

}  // namespace
}  // namespace p1rig::any_bytes_test
