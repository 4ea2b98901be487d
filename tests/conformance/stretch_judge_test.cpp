#include "conformance/judge/stretch_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "protocol/frame_cipher.h"
#include "tests/conformance/telegrams.h"

namespace p1rig::stretch_judge_test {
namespace {

using test::edited;
using test::ended;
using test::kBelgian;
using test::kDutch;
using test::kLuxembourg;
using test::kOldDutch;
using test::sealed;
using Verdict = TelegramVerdict;

Verdict verdict(const char* dialect, const std::string& bytes) {
  return verdict_of(decode_telegram(bytes), *find_dialect(dialect));
}

TEST(TelegramVerdict, IsThatOfTheCrcFirst) {
  const std::string good = sealed(kDutch);
  const std::string body = good.substr(0, good.size() - 6);
  EXPECT_EQ(verdict("dsmr-5.0", good), Verdict::kRight);
  EXPECT_EQ(verdict("dsmr-5.0", body + "\r\n"), Verdict::kCrcMissing);
  EXPECT_EQ(verdict("dsmr-5.0", body), Verdict::kCrcMissing);
  EXPECT_EQ(verdict("dsmr-5.0", body + "12G4\r\n"), Verdict::kCrcMalformed);
  EXPECT_EQ(verdict("dsmr-5.0", edited(good, "(0002)", "(0003)")), Verdict::kCrcWrong);
  EXPECT_EQ(verdict("dsmr-5.0", sealed("/ISK5\n\n!")), Verdict::kEmpty);
  EXPECT_EQ(verdict("dsmr-5.0", sealed("/ISK5\n\nnothing\n!")), Verdict::kEmpty);
}

TEST(TelegramVerdict, NeedsNoCrcBefore40) {
  EXPECT_EQ(verdict("dsmr-3.0", ended(kOldDutch)), Verdict::kRight);
  EXPECT_EQ(verdict("dsmr-3.0", sealed(kOldDutch)), Verdict::kRight);
  EXPECT_EQ(verdict("dsmr-3.0", edited(ended(kOldDutch), "!", "!0001")), Verdict::kCrcWrong);
  // Versions came with the CRC.
  EXPECT_EQ(verdict("dsmr-3.0", ended(kDutch)), Verdict::kCrcMissing);
  EXPECT_EQ(verdict("dsmr-2.2", ended(kBelgian)), Verdict::kCrcMissing);
}

TEST(TelegramVerdict, SeesDamageWhereNoCrcDoes) {
  EXPECT_EQ(verdict("dsmr-3.0", edited(ended(kOldDutch), "0-0:96.14.0", "0)0:96.14.0")),
            Verdict::kDamaged);
  EXPECT_EQ(verdict("dsmr-3.0", edited(ended(kOldDutch), "(0001)",
                                       "(0\x90"
                                       "01)")),
            Verdict::kDamaged);
}

// --- losses --------------------------------------------------------------------------------------

struct Told {
  Loss::Kind kind;
  std::uint64_t offset, size, announced;
  bool operator==(const Told&) const = default;
};
using All = std::vector<Told>;

void PrintTo(const Told& told, std::ostream* out) {
  *out << static_cast<int>(told.kind) << " at " << told.offset << ", " << told.size << " of "
       << told.announced;
}

/// What is found in this stream, fed in pieces of this size.
All losses_in(const std::string& bytes, std::size_t piece = 1 << 20,
              const std::vector<std::uint64_t>& releases = {}) {
  All all;
  LossFinder finder;
  const auto add = [&](const std::vector<Loss>& losses) {
    for (const Loss& loss : losses) {
      all.push_back({loss.kind, loss.offset, loss.size, loss.announced});
    }
  };
  Framer framer([&](const Stretch& stretch) { add(finder.take(stretch)); });
  for (const std::uint64_t release : releases) finder.see_release(release);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    framer.feed(std::string_view(bytes).substr(at, piece));
  }
  framer.finish();
  add(finder.finish());
  return all;
}

const std::string kTelegram = sealed(kBelgian);
constexpr auto kCut = Loss::Kind::kTelegramCut;
constexpr auto kFrameCut = Loss::Kind::kFrameCut;
constexpr auto kOverrun = Loss::Kind::kFrameOverrun;
constexpr auto kStray = Loss::Kind::kStray;

TEST(LossFinder, FindsNothingInWholeTelegrams) {
  EXPECT_EQ(losses_in(""), All{});
  EXPECT_EQ(losses_in(kTelegram), All{});
  EXPECT_EQ(losses_in(kTelegram + kTelegram + kTelegram), All{});
  EXPECT_EQ(losses_in(kTelegram + "\r\n\r\n" + kTelegram + "\n"), All{});
}

TEST(LossFinder, ForgivesABeginningAndAnEndThatWereNotHeard) {
  for (std::size_t at = 1; at < kTelegram.size(); ++at) {
    const std::string tail = kTelegram.substr(at);
    const std::string head = kTelegram.substr(0, at);
    EXPECT_EQ(losses_in(tail + kTelegram + head), All{}) << at;
  }
}

TEST(LossFinder, FindsATelegramThatIsCutByTheNext) {
  const std::uint64_t size = kTelegram.size();
  const std::string head = kTelegram.substr(0, 40);
  EXPECT_EQ(losses_in(kTelegram + head + kTelegram), (All{{kCut, size, 40, 0}}));
  EXPECT_EQ(losses_in(head + kTelegram), (All{{kCut, 0, 40, 0}}));
  EXPECT_EQ(losses_in(kTelegram.substr(100) + head + kTelegram), (All{{kCut, size - 100, 40, 0}}));
  EXPECT_EQ(losses_in(kTelegram + head + head + kTelegram),
            (All{{kCut, size, 40, 0}, {kCut, size + 40, 40, 0}}));
  // The last one is cut by the end, the one before is not.
  EXPECT_EQ(losses_in(kTelegram + head + head), (All{{kCut, size, 40, 0}}));
}

TEST(LossFinder, FindsBytesThatAreOfNoTelegram) {
  const std::uint64_t size = kTelegram.size();
  EXPECT_EQ(losses_in(kTelegram + "noise" + kTelegram), (All{{kStray, size, 5, 0}}));
  EXPECT_EQ(losses_in(kTelegram + "\xFF\r\n" + kTelegram), (All{{kStray, size, 3, 0}}));
  EXPECT_EQ(losses_in(kTelegram + kTelegram.substr(50) + kTelegram),
            (All{{kStray, size, size - 50, 0}}));
  // A few at the very end are those of a plug that is pulled.
  EXPECT_EQ(losses_in(kTelegram + "noise"), All{});
  EXPECT_EQ(losses_in(kTelegram + "noise and more noise"), (All{{kStray, size, 20, 0}}));
  // More than one telegram's end.
  EXPECT_EQ(losses_in(std::string(100000, 'x') + kTelegram), (All{{kStray, 0, 100000, 0}}));
}

TEST(LossFinder, FindsTheSameInPiecesOfAnySize) {
  const std::string bytes = kTelegram.substr(99) + kTelegram + "noise \xFF\xFE noise" +
                            kTelegram.substr(0, 300) + kTelegram + kTelegram.substr(0, 7);
  const All whole = losses_in(bytes);
  EXPECT_EQ(whole.size(), 2U);
  for (std::size_t piece = 1; piece < 60; ++piece) EXPECT_EQ(losses_in(bytes, piece), whole);
}

TEST(LossFinder, ForgivesWhatAReleaseCuts) {
  const std::uint64_t size = kTelegram.size();
  const std::string bytes = kTelegram + kTelegram.substr(0, 40) + kTelegram;
  EXPECT_EQ(losses_in(bytes, 1 << 20, {size + 40}), All{});
  EXPECT_EQ(losses_in(bytes, 1 << 20, {size + 10}), All{});
  EXPECT_EQ(losses_in(bytes, 1 << 20, {size - 1}).size(), 1U);
  EXPECT_EQ(losses_in(bytes, 1 << 20, {size + 41}).size(), 1U);
}

// --- sealed, and nobody has the key ---------------------------------------------------------------

std::string frame_of(std::uint32_t counter) {
  std::string frame;
  FrameCipher(parse_frame_keys("000102030405060708090A0B0C0D0E0F").value())
      .seal("SAG\x01\x02\x03\x04\x05", counter, sealed(kLuxembourg), frame, LengthForm::kCanonical);
  return frame;
}

TEST(LossFinder, ForgivesTheEdgesOfSealedStreams) {
  const std::uint64_t size = frame_of(0).size();
  for (std::uint64_t at = 1; at < size; ++at) {
    EXPECT_EQ(losses_in(frame_of(0).substr(at) + frame_of(1) + frame_of(2).substr(0, at)), All{})
        << at;
  }
}

// Whatever a frame has lost, its length does not meet the next one.
TEST(LossFinder, FindsThatAFrameHasLostBytes) {
  const std::uint64_t size = frame_of(0).size();
  for (const std::uint64_t lost : {1U, 5U, 40U, 63U, 64U, 65U, 200U}) {
    std::string bytes = frame_of(0) + frame_of(1);
    bytes.erase(size + 100, lost);
    const All all = losses_in(bytes + frame_of(2) + frame_of(3));
    ASSERT_EQ(all.size(), 1U) << lost;
    EXPECT_TRUE(all[0].kind == kFrameCut || all[0].kind == kOverrun);
    EXPECT_EQ(all[0].offset, size);
    EXPECT_EQ(all[0].size, size - lost);
    EXPECT_EQ(all[0].announced, size);
  }
}

TEST(LossFinder, FindsWhatStandsBetweenFrames) {
  const std::uint64_t size = frame_of(0).size();
  EXPECT_EQ(losses_in(frame_of(0) + "\xFF\xFF" + frame_of(1)), (All{{kStray, size, 2, 0}}));
  std::string headless = frame_of(1);
  headless.erase(0, 10);
  EXPECT_GE(losses_in(frame_of(0) + headless + frame_of(2)).size(), 1U);
}

}  // namespace
}  // namespace p1rig::stretch_judge_test
