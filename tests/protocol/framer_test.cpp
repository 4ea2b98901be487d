#include "protocol/framer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/protocol/framer_pieces.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::framer_test {
namespace {

using test::Collector;
using test::fragment;
using test::joined;
using test::kPlain;
using test::noise;
using test::oversize;
using test::Piece;
using test::Pieces;
using test::run;
using test::run_in_pieces;
using test::telegram;

const std::string kHead = "/XMX5X\r\n\r\n1-0:1.7.0(01.1";  // cut in a line

TEST(Framer, OneTelegram) { EXPECT_EQ(run(kPlain), (Pieces{telegram(kPlain)})); }

TEST(Framer, BackToBack) {
  EXPECT_EQ(run(kPlain + kPlain + kPlain),
            (Pieces{telegram(kPlain), telegram(kPlain), telegram(kPlain)}));
}

TEST(Framer, JoiningMidwayLosesOnlyThatTelegram) {
  const std::string tail = ".193*kW)\r\n!ABCD\r\n";
  EXPECT_EQ(run(tail + kPlain), (Pieces{noise(tail), telegram(kPlain)}));
}

TEST(Framer, NoiseAroundTelegrams) {
  const std::string bytes("\xFF\x00!\r\n!\xFF", 7);
  EXPECT_EQ(run(bytes + kPlain + bytes + kPlain + bytes),
            (Pieces{noise(bytes), telegram(kPlain), noise(bytes), telegram(kPlain), noise(bytes)}));
}

TEST(Framer, BeginsAtASlashAnywhereWhenIdle) {
  EXPECT_EQ(run("garbage" + kPlain), (Pieces{noise("garbage"), telegram(kPlain)}));
}

// esphome/issues#3102
TEST(Framer, SlashInTheIdentificationIsPartOfIt) {
  const std::string slash = "/HLY5/D545-METER\r\n\r\n1-0:1.7.0(1)\r\n!ABCD\r\n";
  EXPECT_EQ(run(slash), (Pieces{telegram(slash)}));
  const std::string header = "/HLY5/KFM5-METER\r\n\r\n1-0:1.7.0(1)\r\n!ABCD\r\n";
  EXPECT_EQ(run(header), (Pieces{telegram(header)})) << "even where it looks like a header";
  const std::string odd = "/NWA-/KFM5-METER\r\n\r\n1-0:1.7.0(1)\r\n!ABCD\r\n";
  EXPECT_EQ(run(odd), (Pieces{telegram(odd)})) << "even where the identification does not";
}

// esphome/issues#3042
TEST(Framer, SlashAtTheStartOfALineBegins) {
  const std::string cut = "/XMX5X\r\n\r\n1-0:1.7.0(01.193*kW)\r\n";
  EXPECT_EQ(run(cut + kPlain), (Pieces{fragment(cut), telegram(kPlain)}));
  EXPECT_EQ(run("/XMX5X\r\n" + kPlain), (Pieces{fragment("/XMX5X\r\n"), telegram(kPlain)}));
  EXPECT_EQ(run("/XMX5X\r" + kPlain), (Pieces{fragment("/XMX5X\r"), telegram(kPlain)}));
  EXPECT_EQ(run("/XMX5X\n\n" + kPlain), (Pieces{fragment("/XMX5X\n\n"), telegram(kPlain)}));
}

// The Aurum reads heat only and has a header of its own (ndokter/dsmr_parser#99).
const std::string kUnusual = "/NWA-WARMTELINK\r\n0-1:24.2.1(1)\r\n!B9F\r\n";

TEST(Framer, SlashAtTheStartOfALineNeedsNoHeaderAfterIt) {
  EXPECT_EQ(run("/XMX5X\r\n\r\n1-0:1.7.0(1)\r\n" + kUnusual),
            (Pieces{fragment("/XMX5X\r\n\r\n1-0:1.7.0(1)\r\n"), telegram(kUnusual)}));
}

TEST(Framer, SlashInADataLineIsData) {
  const std::string message = "/XMX5X\r\n\r\n0-0:96.13.0(test-/-test)\r\n1-0:1.7.0(1)\r\n!\r\n";
  EXPECT_EQ(run(message), (Pieces{telegram(message)}));
  const std::string header = "/XMX5X\r\n\r\n0-0:96.13.0(see /KFM5)\r\n1-0:1.7.0(1)\r\n!\r\n";
  EXPECT_EQ(run(header), (Pieces{telegram(header)})) << "no empty line after it";
  const std::string later = "/XMX5X\r\n\r\n0-0:96.13.0(/KFM5)\r\n1-0:1.7.0(1)\r\n\r\n!\r\n";
  EXPECT_EQ(run(later), (Pieces{telegram(later)})) << "not the next line";
  const std::string empty_line = "/XMX5X\r\n\r\n0-0:96.13.0(a/b)\r\n\r\n1-0:1.7.0(1)\r\n!\r\n";
  EXPECT_EQ(run(empty_line), (Pieces{telegram(empty_line)})) << "no header before it";
}

TEST(Framer, HeaderGluedIntoACutLineBegins) {
  for (const std::string end : {"\r\n", "\n", "\r"}) {
    const std::string whole = "/ISK5\\2M550T-1012" + end + end + "1-0:1.7.0(1)" + end + "!ABCD\r\n";
    EXPECT_EQ(run(kHead + whole), (Pieces{fragment(kHead), telegram(whole)}));
  }
  const std::string aidon = "/ADN9 6534\r\n\r\n!ABCD\r\n";
  EXPECT_EQ(run(kHead + aidon), (Pieces{fragment(kHead), telegram(aidon)}));
  const std::string slash = "/HLY5/D545-METER\r\n\r\n!ABCD\r\n";
  EXPECT_EQ(run(kHead + slash), (Pieces{fragment(kHead), telegram(slash)}));
  EXPECT_EQ(run(kHead + "-/-" + kPlain), (Pieces{fragment(kHead + "-/-"), telegram(kPlain)}));
}

TEST(Framer, GluedTwice) {
  EXPECT_EQ(run(kHead + kHead + kPlain),
            (Pieces{fragment(kHead), fragment(kHead), telegram(kPlain)}));
}

TEST(Framer, BangWithinALineIsData) {
  const std::string bang = "/XM!5X\r\n\r\n0-0:96.13.0(a!b)!\r\n!ABCD\r\n";
  EXPECT_EQ(run(bang), (Pieces{telegram(bang)}));
}

TEST(Framer, TelegramWithoutCrc) {
  const std::string plain = "/XMX5X\r\n\r\n1-0:1.7.0(1)\r\n!\r\n";
  EXPECT_EQ(run(plain + plain), (Pieces{telegram(plain), telegram(plain)}));
}

TEST(Framer, BangLineEndsAnyhow) {
  const std::string body = "/XMX5X\r\n\r\n1-0:1.7.0(1)\r\n";
  for (const std::string end : {"!\n", "!\r", "!ABCD\n", "!ABCD\r", "!B9F\r\n", "!abcd\r\n"}) {
    EXPECT_EQ(run(body + end + kPlain), (Pieces{telegram(body + end), telegram(kPlain)})) << end;
  }
}

TEST(Framer, OnlyOneLineEndBelongsToTheTelegram) {
  EXPECT_EQ(run(kPlain + "\r\n" + kPlain),
            (Pieces{telegram(kPlain), noise("\r\n"), telegram(kPlain)}));
  EXPECT_EQ(run("/X\n!\n\r" + kPlain),
            (Pieces{telegram("/X\n!\n"), noise("\r"), telegram(kPlain)}));
  EXPECT_EQ(run("/X\r!\r\r" + kPlain),
            (Pieces{telegram("/X\r!\r"), noise("\r"), telegram(kPlain)}));
}

TEST(Framer, FourBytesAfterTheBangAreEnough) {
  const std::string cut = "/X\r\n\r\n!ABCD";
  EXPECT_EQ(run(cut), (Pieces{telegram(cut)}));
  EXPECT_EQ(run(cut + kPlain), (Pieces{telegram(cut), telegram(kPlain)}));
  EXPECT_EQ(run(cut + "EF12\r\n" + kPlain),
            (Pieces{telegram(cut), noise("EF12\r\n"), telegram(kPlain)}));
}

TEST(Framer, MalformedBangLineEndsTheTelegramToo) {
  const std::string body = "/X\r\n\r\n";
  EXPECT_EQ(run(body + "!garbage\r\n" + kPlain),
            (Pieces{telegram(body + "!garb"), noise("age\r\n"), telegram(kPlain)}));
  EXPECT_EQ(run(body + "!12G4\r\n" + kPlain),
            (Pieces{telegram(body + "!12G4\r\n"), telegram(kPlain)}));
  EXPECT_EQ(run(body + "!" + kPlain), (Pieces{telegram(body + "!"), telegram(kPlain)}));
  EXPECT_EQ(run(body + "!AB" + kPlain), (Pieces{telegram(body + "!AB"), telegram(kPlain)}));
}

TEST(Framer, FinishReportsWhatIsPending) {
  EXPECT_EQ(run(kHead), (Pieces{fragment(kHead)}));
  EXPECT_EQ(run("/"), (Pieces{fragment("/")}));
  EXPECT_EQ(run("/X\r\n\r\n!"), (Pieces{telegram("/X\r\n\r\n!")}));
  EXPECT_EQ(run("/X\r\n\r\n!AB"), (Pieces{telegram("/X\r\n\r\n!AB")}));
  EXPECT_EQ(run("/X\r\n\r\n!ABCD\r"), (Pieces{telegram("/X\r\n\r\n!ABCD\r")}));
  EXPECT_EQ(run("x"), (Pieces{noise("x")}));
  EXPECT_EQ(run(""), Pieces{});
}

TEST(Framer, IsAsNewAfterFinish) {
  Collector collector;
  Framer framer(collector.sink());
  framer.feed(kHead);
  framer.finish();
  framer.feed(".193*kW)\r\n");
  framer.feed(kPlain);
  EXPECT_EQ(collector.pieces, (Pieces{fragment(kHead), noise(".193*kW)\r\n"), telegram(kPlain)}));
}

TEST(Framer, TellsATelegramWithItsLastByte) {
  Collector collector;
  Framer framer(collector.sink());
  for (const char c : kPlain) {
    EXPECT_EQ(collector.pieces.size(), 0U);
    framer.feed({&c, 1});
  }
  EXPECT_EQ(collector.pieces, (Pieces{telegram(kPlain)}));
}

TEST(Framer, BareCrWaitsForTheNextByte) {
  Collector collector;
  Framer framer(collector.sink());
  framer.feed("/X\r\r!ABCD\r");
  EXPECT_EQ(collector.pieces.size(), 0U);
  framer.feed("/");
  EXPECT_EQ(collector.pieces, (Pieces{telegram("/X\r\r!ABCD\r")}));
}

TEST(Framer, TellsNoiseAtOnce) {
  Collector collector;
  Framer framer(collector.sink());
  framer.feed("noise");
  EXPECT_EQ(collector.pieces, (Pieces{noise("noise")}));
}

// --- the limit ---------------------------------------------------------------------------------

/// A head of one data line, so long that what follows begins at `size`.
std::string long_head(std::size_t size) {
  const std::string head = "/XMX5X\r\n\r\n0-0:96.13.0(";
  return head + std::string(size - head.size() - 3, 'x') + ")\r\n";
}

TEST(Framer, BangMayBeTheLastByteWithinTheLimit) {
  const std::string largest = long_head(Framer::kMaxTelegram - 1) + "!ABCD\r\n";
  EXPECT_EQ(run(largest + kPlain), (Pieces{telegram(largest), telegram(kPlain)}));
}

TEST(Framer, BangBehindTheLimitIsTooLate) {
  const std::string head = long_head(Framer::kMaxTelegram);
  EXPECT_EQ(run(head + "!ABCD\r\n" + kPlain),
            (Pieces{oversize(head), noise("!ABCD\r\n"), telegram(kPlain)}));
}

TEST(Framer, LimitMayFallBetweenCrAndLf) {
  const std::string head = long_head(Framer::kMaxTelegram + 1);
  EXPECT_EQ(run(head + kPlain), (Pieces{oversize(head.substr(0, Framer::kMaxTelegram)), noise("\n"),
                                        telegram(kPlain)}));
}

TEST(Framer, AfterAnOversizeASlashInALineIsNoise) {
  const std::string start = "/XMX5X\r\n\r\n" + std::string(Framer::kMaxTelegram - 10, 'x');
  EXPECT_EQ(run(start + "x/y/ab5/abcd/\r\n" + kPlain),
            (Pieces{oversize(start), noise("x/y/ab5/abcd/\r\n"), telegram(kPlain)}));
  EXPECT_EQ(run(start + "x/"), (Pieces{oversize(start), noise("x/")}));
}

TEST(Framer, AfterAnOversizeASlashAtTheStartOfALineBegins) {
  const std::string head = long_head(Framer::kMaxTelegram);
  EXPECT_EQ(run(head + kUnusual), (Pieces{oversize(head), telegram(kUnusual)}));
  EXPECT_EQ(run(head + "x/y\r" + kUnusual),
            (Pieces{oversize(head), noise("x/y\r"), telegram(kUnusual)}));
  const std::string start = "/XMX5X\r\n\r\n" + std::string(Framer::kMaxTelegram - 10, 'x');
  EXPECT_EQ(run(start + "x\n" + kUnusual),
            (Pieces{oversize(start), noise("x\n"), telegram(kUnusual)}));
}

TEST(Framer, OversizeEndsBeforeTheLastSlashOfItsLastLineOnly) {
  const std::string head = "/XMX5X\r\n\r\n0-0:96.13.0(a/KFM5)\r\n";
  const std::string start = head + std::string(Framer::kMaxTelegram - head.size(), 'x');
  EXPECT_EQ(run(start + "y"), (Pieces{oversize(start), noise("y")}));
  const std::string slash = head + std::string(Framer::kMaxTelegram - head.size() - 2, 'x');
  EXPECT_EQ(run(slash + "/yz"), (Pieces{oversize(slash), noise("/yz")}));
}

TEST(Framer, OversizeOnOversize) {
  const std::string start = "/XMX5X\r\n\r\n" + std::string(Framer::kMaxTelegram - 10, 'x');
  EXPECT_EQ(run(start + start + "abc\r\n" + kPlain),
            (Pieces{oversize(start), oversize(start), noise("abc\r\n"), telegram(kPlain)}));
}

TEST(Framer, AfterAnOversizeAHeaderAnywhereBegins) {
  const std::string start = "/XMX5X\r\n\r\n" + std::string(Framer::kMaxTelegram - 10, 'x');
  EXPECT_EQ(run(start + "x/A" + kPlain), (Pieces{oversize(start), noise("x/A"), telegram(kPlain)}));
  EXPECT_EQ(run(start + kPlain), (Pieces{oversize(start), telegram(kPlain)}));
}

// The header of the next telegram may begin before the limit and end behind it.
TEST(Framer, HeaderAcrossTheLimitIsNotLost) {
  const std::string head = "/XMX5X\r\n\r\n";
  for (std::size_t before = 1; before <= 12; ++before) {
    const std::string start = head + std::string(Framer::kMaxTelegram - head.size() - before, 'x');
    // With nine bytes the empty line after the header shows before the limit is reached.
    const Piece old = before < 9 ? oversize(start) : fragment(start);
    EXPECT_EQ(run(start + kPlain), (Pieces{old, telegram(kPlain)})) << before;
  }
}

TEST(Framer, HeaderLineUpToTheLimitIsNotLost) {
  const std::string next = "/HLY5/D545-METER\r\n\r\n1-0:1.7.0(1)\r\n!ABCD\r\n";
  const std::size_t header_line = next.find('\n') + 1;
  const std::string start =
      "/XMX5X\r\n\r\n" + std::string(Framer::kMaxTelegram - 10 - header_line, 'x');
  EXPECT_EQ(run(start + next), (Pieces{oversize(start), telegram(next)}));
}

TEST(Framer, EndlessLine) {
  const std::string line = "/" + std::string(3 * Framer::kMaxTelegram, 'x');
  EXPECT_EQ(run(line + "\r\n" + kPlain),
            (Pieces{oversize(line.substr(0, Framer::kMaxTelegram)),
                    noise(line.substr(Framer::kMaxTelegram) + "\r\n"), telegram(kPlain)}));
}

// --- properties --------------------------------------------------------------------------------

/// Pieces of telegrams and of noise, in any order.
std::string random_stream(test::Xorshift& random) {
  std::string stream;
  for (std::size_t parts = 1 + random.below(12); parts > 0; --parts) {
    switch (random.below(6)) {
      case 0:
        stream += kPlain;
        break;
      case 1:
        stream += kPlain.substr(0, random.below(kPlain.size()));
        break;
      case 2:
        stream += kPlain.substr(random.below(kPlain.size()));
        break;
      case 3:
        stream += "/HLY5/D545-METER\r\n\r\n0-0:96.13.0(test-/-test)\r\n!1234";
        break;
      case 4:
        stream += random.text("/!\r\nKFM5x(\xFF", random.below(40));
        break;
      default:
        if (random.below(20) == 0) stream += random.text("x/\n(ABC5", 50000);
        break;
    }
  }
  return stream;
}

TEST(Framer, StretchesPartitionTheStreamHoweverItIsFed) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    test::Xorshift random(seed);
    const std::string stream = random_stream(random);
    const Pieces whole = run_in_pieces(stream, [&] { return stream.size(); });
    ASSERT_EQ(joined(whole), stream) << "seed " << seed;
    const std::size_t largest = std::size_t{3} << random.below(12);
    ASSERT_EQ(run_in_pieces(stream, [&] { return 1 + random.below(largest); }), whole)
        << "seed " << seed;
  }
}

TEST(Framer, FindsATelegramBehindAnythingThatEndsItsLine) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    test::Xorshift random(seed);
    const std::string before = random_stream(random) + random.one_of("\r\n");
    const Pieces pieces = run_in_pieces(before + kPlain, [&] { return 1 + random.below(5000); });
    ASSERT_FALSE(pieces.empty());
    ASSERT_EQ(pieces.back(), telegram(kPlain)) << "seed " << seed;
  }
}

/// `head` and then `unit` again and again, up to `size` bytes.
std::string repeated(std::string_view unit, std::size_t size, std::string_view head = "") {
  std::string bytes(head);
  while (bytes.size() < size) bytes += unit;
  return bytes;
}

// Every byte is looked at or moved a few times at most: counted, so that no clock is needed.
TEST(Framer, WorkGrowsLinearly) {
  constexpr std::size_t kSize = 400000;
  constexpr std::uint64_t kWorkPerByte = 8;
  test::Xorshift random(7);
  std::string any;
  while (any.size() < kSize) any += static_cast<char>(random.below(256));
  const std::string long_line(80000, 'x');
  const std::string streams[] = {
      repeated("/", kSize),
      repeated("!", kSize),
      repeated("\n/", kSize),
      repeated("\n!", kSize),
      repeated("/\n!", kSize),
      repeated("\r", kSize),
      repeated("/KFM5", kSize),
      repeated("/KFM", kSize),
      repeated("x", kSize, "/"),
      repeated("x/KFM5", kSize, "/\n"),
      repeated("x/KFM5\n\n", kSize, "/\n"),
      repeated("/\nx/KFM5" + long_line + "\n\n", kSize),
      repeated("/\n" + long_line + "/KFM5" + long_line, kSize),
      repeated("/KFM5\n/KFM5" + long_line + long_line, kSize),
      repeated("\n/x/KFM5" + long_line, kSize),
      any,
      repeated("\xDB", kSize),
      repeated("\xDB\x08", kSize),
      repeated("\xDB\x08SYSTEMID\x82\x01\x40", kSize),
      repeated("\xDB\x08SYSTEMID\x82\x01\x40\x30", kSize),
      repeated("\xDB\x08SYSTEMID\x82\xFF\x40\x30\xDB\x08OTHER_ID\x82\xFF\x40\x30", kSize),
      repeated("\xDB\x08SYSTEMID\x82\x20\x40\x30" + long_line.substr(0, 8000), kSize),
      repeated("x/KFM5\n\n", kSize, "\xDB\x08SYSTEMID\x82\xFF\x40\x30"),
      repeated(long_line.substr(0, 120) + "\n\n", kSize, "\xDB\x08SYSTEMID\x82\xFF\x40\x30"),
      repeated("\xDB\x08SYSTEMID\x30\x30" + std::string(47, '/'), kSize),
  };
  for (const std::string& stream : streams) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, stream.size()}) {
      Framer framer([](const Stretch&) {});
      for (std::string_view rest = stream; !rest.empty();) {
        framer.feed(rest.substr(0, size));
        rest.remove_prefix(std::min(size, rest.size()));
        ASSERT_LE(framer.buffered(), Framer::kMaxTelegram + 20);
      }
      framer.finish();
      EXPECT_LE(framer.work(), kWorkPerByte * stream.size())
          << ::testing::PrintToString(stream.substr(0, 20)) << "… in pieces of " << size;
    }
  }
}

}  // namespace
}  // namespace p1rig::framer_test
