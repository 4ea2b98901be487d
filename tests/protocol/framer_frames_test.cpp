#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/dlms_frame.h"
#include "protocol/framer.h"
#include "tests/protocol/framer_pieces.h"
#include "tests/protocol/xorshift.h"

// Sealed frames in the stream, alone and among telegrams.

namespace p1rig::framer_frames_test {
namespace {

using test::Collector;
using test::fragment;
using test::frame;
using test::joined;
using test::Kind;
using test::kPlain;
using test::noise;
using test::oversize;
using test::Piece;
using test::Pieces;
using test::run;
using test::run_in_pieces;
using test::telegram;
using test::Xorshift;

const std::string kTitle = "SAG\x01\x02\x03\x04\x05";
const std::string kOtherTitle = "ELS\x01\x02\x03\x04\x05";

/// A frame with this ciphertext; its length field is 82 and two octets.
std::string sealed(std::string_view ciphertext, std::string_view title = kTitle) {
  return print_frame({title, LengthForm::k82, 7, ciphertext, "twelve\x01octet"});
}

const std::string kSealed = sealed(std::string(300, 'c'));
constexpr std::size_t kHeadSize = 14;            // DB through 30
constexpr std::size_t kHeaderAndEmptyLine = 10;  // of kPlain

TEST(FramerFrames, OneFrame) { EXPECT_EQ(run(kSealed), (Pieces{frame(kSealed)})); }

TEST(FramerFrames, FramesAndTelegramsInAnyMixture) {
  const std::string other = sealed("", kOtherTitle);
  EXPECT_EQ(
      run(kSealed + kSealed + kPlain + other + kPlain + "\xFF" + kSealed + "x" + kPlain),
      (Pieces{frame(kSealed), frame(kSealed), telegram(kPlain), frame(other), telegram(kPlain),
              noise("\xFF"), frame(kSealed), noise("x"), telegram(kPlain)}));
}

TEST(FramerFrames, EveryLengthForm) {
  for (const LengthForm form :
       {LengthForm::kOne, LengthForm::k81, LengthForm::k82, LengthForm::k83}) {
    const std::string bytes = print_frame({kTitle, form, 7, "cc", "twelve\x01octet"});
    EXPECT_EQ(run(bytes + kPlain), (Pieces{frame(bytes), telegram(kPlain)}));
  }
}

TEST(FramerFrames, AFrameIsToldWithItsLastByte) {
  Collector collector;
  Framer framer(collector.sink());
  for (const std::string tag : {"twelve\x01octet", "twelve oct\xDB\x08", "twelve oct/X"}) {
    const std::string bytes = print_frame({kTitle, LengthForm::k82, 7, "c", tag});
    const std::size_t before = collector.pieces.size();
    for (const char c : bytes) {
      EXPECT_EQ(collector.pieces.size(), before);
      framer.feed({&c, 1});
    }
    ASSERT_EQ(collector.pieces.size(), before + 1);
    EXPECT_EQ(collector.pieces.back(), frame(bytes));
  }
}

TEST(FramerFrames, LongestFrame) {
  const std::string ciphertext(kMaxFrame - kHeadSize - kFrameOverhead, 'c');
  const std::string longest =
      print_frame({kTitle, LengthForm::k83, 7, ciphertext, "twelve\x01octet"});
  ASSERT_EQ(longest.size(), kMaxFrame);
  EXPECT_EQ(run(longest + kPlain), (Pieces{frame(longest), telegram(kPlain)}));
}

TEST(FramerFrames, CiphertextHoldsAnyByte) {
  for (const std::string bytes :
       {"\xDB/!\r\n/\r\n!\r\n!ABCD\r\n\xDB\x08\n", "/XMX5\x01\r\n\r\n", "/XMX5X\r\n \r\n\r\n",
        "!ABCD\r\n/XMX5X\r\n", "\n\n\r\r\r\n\r\n"}) {
    EXPECT_EQ(run(sealed(bytes) + sealed(bytes)),
              (Pieces{frame(sealed(bytes)), frame(sealed(bytes))}));
  }
  const std::string head = sealed("c", kOtherTitle).substr(0, 20);
  EXPECT_EQ(run(sealed(head) + sealed(head)), (Pieces{frame(sealed(head)), frame(sealed(head))}));
}

TEST(FramerFrames, DbWithoutAHeadIsAnyByte) {
  const std::string title_and = "\xDB\x08" + kTitle;
  for (const std::string& bytes :
       {std::string("\xDB"), std::string("\xDB\x08"), title_and + "\x10", title_and + "\x7F" + "1",
        title_and + "\x80", title_and + "\x84"}) {
    EXPECT_EQ(run(bytes + kPlain), (Pieces{noise(bytes), telegram(kPlain)}));
    EXPECT_EQ(run(kPlain + bytes), (Pieces{telegram(kPlain), noise(bytes)}));
    EXPECT_EQ(run(bytes + kSealed), (Pieces{noise(bytes), frame(kSealed)}));
    const std::string inside =
        "/XMX5X\r\n\r\n0-0:96.13.0(" + bytes + ")\r\n" + bytes + "\r\n!ABCD\r\n";
    EXPECT_EQ(run(inside), (Pieces{telegram(inside)}));
    const std::string end = "/XMX5X\r\n\r\n!" + bytes.substr(0, 4) + "\r\n";
    EXPECT_EQ(run(end + kPlain), (Pieces{telegram(end), telegram(kPlain)}));
  }
}

TEST(FramerFrames, AHeadEndsWhatWasBefore) {
  for (const std::string before :
       {"/XMX", "/XMX5X\r", "/XMX5X\r\n", "/XMX5X\r\n\r\n1-0:1.7.0(01.1",
        "/XMX5X\n\n1-0:1.7.0(01.1)\n", "/XMX5X\r\n\r\n1-0:1.7.0(01.1/XMX5X\r\n"}) {
    EXPECT_EQ(run(before + kSealed), (Pieces{fragment(before), frame(kSealed)}));
  }
  for (const std::string before :
       {"/X\r\n\r\n!", "/X\r\n\r\n!AB", "/X\r\n\r\n!ABCD", "/X\r\r!ABCD\r"}) {
    EXPECT_EQ(run(before + kSealed), (Pieces{telegram(before), frame(kSealed)}));
  }
}

TEST(FramerFrames, AHeadEndsAnOversize) {
  const std::string start = "/" + std::string(Framer::kMaxTelegram - 1, 'x');
  EXPECT_EQ(run(start + kSealed), (Pieces{oversize(start), frame(kSealed)}));
  EXPECT_EQ(run(start + "x/AB" + kSealed),
            (Pieces{oversize(start), noise("x/AB"), frame(kSealed)}));
  const std::string shorter = start.substr(1);
  EXPECT_EQ(run("/" + shorter.substr(2) + kSealed),
            (Pieces{fragment("/" + shorter.substr(2)), frame(kSealed)}));
}

TEST(FramerFrames, ACutFrameTakesNoOtherAlong) {
  for (std::size_t size = kHeadSize; size < kSealed.size(); ++size) {
    const std::string cut = kSealed.substr(0, size);
    const std::size_t missing = kSealed.size() - size;
    const Piece before_frame =
        missing >= kHeadSize ? fragment(cut) : frame(cut + kSealed.substr(0, missing));
    EXPECT_EQ(run(cut + kSealed), (Pieces{before_frame, frame(kSealed)})) << size;
    const Piece before_telegram =
        missing >= kHeaderAndEmptyLine ? fragment(cut) : frame(cut + kPlain.substr(0, missing));
    EXPECT_EQ(run(cut + kPlain), (Pieces{before_telegram, telegram(kPlain)})) << size;
  }
}

TEST(FramerFrames, ALengthThatIsTooLongTakesNoOtherAlong) {
  std::string damaged = kSealed;
  damaged[11] = '\x7F';
  EXPECT_EQ(run(damaged + kSealed), (Pieces{fragment(damaged), frame(kSealed)}));
  EXPECT_EQ(run(damaged + kPlain), (Pieces{fragment(damaged), telegram(kPlain)}));
}

TEST(FramerFrames, ATelegramWithinAFrameNeedsHeaderAndEmptyLine) {
  std::string damaged = kSealed;
  damaged[11] = '\x7F';
  for (const std::string end : {"\r\n", "\n", "\r"}) {
    const std::string plain = "/HLY5/D545-METER" + end + end + "1-0:1.7.0(1)" + end + "!ABCD\r\n";
    EXPECT_EQ(run(damaged + plain), (Pieces{fragment(damaged), telegram(plain)}));
  }
  const std::string no_empty_line = "/XMX5X\r\n1-0:1.7.0(1)\r\n!ABCD\r\n";
  EXPECT_EQ(run(damaged + no_empty_line + kSealed),
            (Pieces{fragment(damaged + no_empty_line), frame(kSealed)}));
}

TEST(FramerFrames, TheTitleOfTheFrameBeforeIsKnownToo) {
  std::string damaged = kSealed;
  damaged[3] = 'X';
  damaged[11] = '\x7F';
  EXPECT_EQ(run(kSealed + damaged + kSealed),
            (Pieces{frame(kSealed), fragment(damaged), frame(kSealed)}));
}

TEST(FramerFrames, AHeadThatBeganInAFrameMayHaveAnyTitle) {
  const std::string other = sealed("", kOtherTitle);
  const std::string cut = kSealed.substr(0, kSealed.size() - 5);
  EXPECT_EQ(run(cut + other), (Pieces{frame(cut + other.substr(0, 5)), frame(other)}));
}

TEST(FramerFrames, FinishInAFrameLooksAgain) {
  const std::string cut = kSealed.substr(0, 100);
  EXPECT_EQ(run(cut), (Pieces{fragment(cut)}));
  EXPECT_EQ(run(kPlain + cut), (Pieces{telegram(kPlain), fragment(cut)}));
  EXPECT_EQ(run(kSealed.substr(0, kHeadSize - 1)), (Pieces{noise(kSealed.substr(0, 13))}));
  const std::string other = sealed("", kOtherTitle);
  const std::string rest = other.substr(0, 20);
  EXPECT_EQ(run(cut + other + rest), (Pieces{fragment(cut), frame(other), noise(rest)}));
  EXPECT_EQ(run(cut + other + "/XMX"), (Pieces{fragment(cut), frame(other), fragment("/XMX")}));
}

TEST(FramerFrames, IsAsNewAfterFinish) {
  Collector collector;
  Framer framer(collector.sink());
  framer.feed(kSealed.substr(0, 100));
  framer.finish();
  framer.feed(kSealed.substr(100));
  framer.feed(kSealed);
  EXPECT_EQ(collector.pieces,
            (Pieces{fragment(kSealed.substr(0, 100)), noise(kSealed.substr(100)), frame(kSealed)}));
}

TEST(FramerFrames, CiphertextBeforeATelegramDoesNotTakeItAlong) {
  const std::string rest = "/\x01\x02/x";
  EXPECT_EQ(run("\x80" + rest + kPlain), (Pieces{noise("\x80"), fragment(rest), telegram(kPlain)}));
}

// --- properties --------------------------------------------------------------------------------

std::string random_octets(std::size_t size, Xorshift& random) {
  std::string octets(size, '\0');
  for (char& c : octets) c = static_cast<char>(random.below(256));
  return octets;
}

/// Loses, changes or gains up to 40 bytes in one place.
void damage(std::string& bytes, Xorshift& random) {
  const std::size_t at = random.below(bytes.size());
  const std::size_t size = 1 + random.below(random.below(2) == 0 ? 1 : 40);
  switch (random.below(3)) {
    case 0:
      bytes.erase(at, size);
      break;
    case 1:
      bytes.replace(at, size, random_octets(std::min(size, bytes.size() - at), random));
      break;
    default:
      bytes.insert(at, random_octets(size, random));
  }
}

TEST(FramerFrames, ADamagedFrameIsTheOnlyLoss) {
  for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
    Xorshift random(seed);
    std::vector<std::string> units;
    const auto random_frame = [&] {
      const std::string ciphertext = random_octets(random.below(600), random);
      return print_frame(
          {kTitle, LengthForm::kCanonical, 7, ciphertext, random_octets(kTagSize, random)});
    };
    units.push_back(random_frame());  // makes the title known
    while (units.size() < 5) units.push_back(random.below(3) == 0 ? kPlain : random_frame());
    const std::size_t damaged = 1 + random.below(3);
    units[damaged] = random_frame();
    damage(units[damaged], random);
    // A '/' among printable bytes before a telegram is taken for its beginning.
    std::replace(units[damaged].end() - 10, units[damaged].end(), '/', 'x');
    std::string stream;
    for (const std::string& unit : units) stream += unit;
    const Pieces pieces = run_in_pieces(stream, [&] { return 1 + random.below(700); });
    ASSERT_EQ(joined(pieces), stream) << "seed " << seed;
    std::size_t found = 0;
    for (const Piece& piece : pieces) {
      if (found == damaged) ++found;
      if (found < units.size() && piece.bytes == units[found]) ++found;
    }
    EXPECT_EQ(found, units.size()) << "seed " << seed;
  }
}

/// Telegrams, frames, pieces of them and noise, in any order.
std::string random_stream(Xorshift& random) {
  std::string stream;
  for (std::size_t parts = 1 + random.below(12); parts > 0; --parts) {
    const std::string& whole = random.below(3) == 0 ? kPlain : kSealed;
    switch (random.below(5)) {
      case 0:
        stream += whole;
        break;
      case 1:
        stream += whole.substr(0, random.below(whole.size()));
        break;
      case 2:
        stream += whole.substr(random.below(whole.size()));
        break;
      case 3:
        stream += sealed(random.text("/!\r\nKFM5x(\xFF\xDB\x08", random.below(40)), kOtherTitle);
        break;
      default:
        stream += random.text("/!\r\nKFM5x(\xFF\xDB\x08", random.below(40));
    }
  }
  return stream;
}

TEST(FramerFrames, StretchesDoNotDependOnThePieces) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Xorshift random(seed);
    const std::string stream = random_stream(random);
    const Pieces whole = run_in_pieces(stream, [&] { return stream.size(); });
    ASSERT_EQ(joined(whole), stream) << "seed " << seed;
    const std::size_t largest = std::size_t{3} << random.below(8);
    ASSERT_EQ(run_in_pieces(stream, [&] { return 1 + random.below(largest); }), whole)
        << "seed " << seed;
  }
}

TEST(FramerFrames, AFrameIsFoundBehindAnything) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Xorshift random(seed);
    const std::string stream = random_stream(random) + kSealed;
    const Pieces pieces = run_in_pieces(stream, [&] { return 1 + random.below(5000); });
    ASSERT_FALSE(pieces.empty());
    ASSERT_EQ(pieces.back(), frame(kSealed)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace p1rig::framer_frames_test
