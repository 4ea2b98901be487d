#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/judge/reader.h"
#include "tests/conformance/telegrams.h"
#include "tests/protocol/xorshift.h"

// What the reference reader makes of sealed telegrams.

namespace p1rig::reader_frames_test {
namespace {

using nlohmann::json;
using test::edited;
using test::kLuxembourg;
using test::Xorshift;

using Lines = std::vector<std::string>;

const std::string kKey = "000102030405060708090A0B0C0D0E0F";
const std::string kTitle = "SAG\x01\x02\x03\x04\x05";

FrameKeys keys_of(std::string_view text) { return parse_frame_keys(text).value(); }

Lines read(const std::string& bytes, const std::string& keys = kKey) {
  Lines lines;
  std::optional<FrameKeys> parsed;
  if (!keys.empty()) parsed = keys_of(keys);
  ReferenceReader reader(
      nullptr, [&](std::string_view line) { lines.emplace_back(line); }, parsed);
  reader.feed(bytes);
  reader.finish();
  return lines;
}

/// A telegram whose active energy import is the number, in Wh.
std::string telegram_of(int number) {
  const std::string wh = std::to_string(1000 + number).substr(1);
  return test::sealed(edited(kLuxembourg, "000025.653", "000025." + wh));
}

std::string frame_of(std::uint32_t counter, int number, const std::string& keys = kKey) {
  std::string frame;
  FrameCipher(keys_of(keys)).seal(kTitle, counter, telegram_of(number), frame);
  return frame;
}

/// The telegram with this number, without flags.
std::string read_of(int number) {
  const Lines lines = read(telegram_of(number), "");
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? "" : lines[0];
}

const std::string kTag = R"({"reject":"tag"})";
const std::string kSyntax = R"({"reject":"syntax"})";
const std::string kDecrypt = R"({"reject":"decrypt"})";

std::string flagged(int number) {
  const std::string line = read_of(number);
  return line.substr(0, line.size() - 1) + R"(,"flags":["replay"]})";
}

TEST(ReaderFrames, ASealedTelegramIsReadAsAPlainOne) {
  EXPECT_EQ(read(frame_of(0, 1)), Lines{read_of(1)});
  const json line = json::parse(read_of(1));
  EXPECT_EQ(line["telegram"]["1-0:1.8.0"], "25.001 kWh");
}

TEST(ReaderFrames, PrintedTelegramOutOfTheVector) {
  const std::string folder = P1RIG_SOURCE_DIR "/captures/printed/";
  EXPECT_EQ(read(test::read_file(folder + "lux-encrypted-own-vector.bin")),
            read(test::read_file(folder + "lux-1.1.3.txt")));
}

TEST(ReaderFrames, WithoutKeysOnlyPlainOnesAreRead) {
  EXPECT_EQ(read(frame_of(0, 1) + telegram_of(2) + frame_of(1, 3), ""),
            (Lines{kDecrypt, read_of(2), kDecrypt}));
}

// LUX-P1 1.1.3 §3.2.5: policy 0 is plain.
TEST(ReaderFrames, PlainOnesAreReadWithKeysToo) {
  EXPECT_EQ(read(frame_of(0, 1) + telegram_of(2) + frame_of(1, 3)),
            (Lines{read_of(1), read_of(2), read_of(3)}));
}

TEST(ReaderFrames, WrongKeysAreAWrongTag) {
  const std::string other = "F00102030405060708090A0B0C0D0E0F";
  EXPECT_EQ(read(frame_of(0, 1), other), Lines{kTag});
  EXPECT_EQ(read(frame_of(0, 1), kKey + "\n" + std::string(32, 'B')), Lines{kTag});
  EXPECT_EQ(read(frame_of(0, 1, kKey + "\n" + std::string(32, 'B'))), Lines{kTag});
}

TEST(ReaderFrames, ARightTagDoesNotReplaceTheCrc) {
  std::string telegram = telegram_of(1);
  telegram[telegram.size() - 3] = telegram[telegram.size() - 3] == '0' ? '1' : '0';
  std::string frame;
  FrameCipher(keys_of(kKey)).seal(kTitle, 0, telegram, frame);
  EXPECT_EQ(read(frame), Lines{R"({"reject":"crc"})"});
}

// LUX-P1 1.1.3 §3.2.5
TEST(ReaderFrames, CountersThatRepeatOrFallAreReplays) {
  EXPECT_EQ(
      read(frame_of(5, 1) + frame_of(6, 2) + frame_of(6, 3) + frame_of(5, 4) + frame_of(7, 5)),
      (Lines{read_of(1), read_of(2), flagged(3), flagged(4), read_of(5)}));
}

TEST(ReaderFrames, GapsAndAResetToZeroAreLegal) {
  EXPECT_EQ(read(frame_of(5, 1) + frame_of(60, 2) + frame_of(0, 3) + frame_of(1, 4)),
            (Lines{read_of(1), read_of(2), read_of(3), read_of(4)}));
}

TEST(ReaderFrames, AForgedCounterDoesNotCount) {
  std::string forged = frame_of(6, 2);
  forged[14] = '\x7F';  // the first octet of the counter
  EXPECT_EQ(read(frame_of(5, 1) + forged + frame_of(6, 2)), (Lines{read_of(1), kTag, read_of(2)}));
}

TEST(ReaderFrames, FlaggedTelegramsCountAsRejected) {
  ReferenceReader reader(
      nullptr, [](std::string_view) {}, keys_of(kKey));
  reader.feed(frame_of(5, 1) + frame_of(5, 1));
  reader.finish();
  EXPECT_EQ(reader.accepted(), 1U);
  EXPECT_EQ(reader.rejected(), 1U);
}

// --- mutations ---------------------------------------------------------------------------------

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kMutations = 10000;
#else
constexpr std::uint64_t kMutations = 100000;
#endif

/// Changes the frame so that nobody may believe it: bits, octets, length, order.
std::string mutated(const std::string& frame, Xorshift& random) {
  std::string bytes = frame;
  while (bytes.find(frame) != std::string::npos) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        bytes.erase(at, 1 + random.below(20));
        break;
      case 3:
        bytes.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      default:
        std::swap(bytes[at], bytes[random.below(bytes.size())]);
    }
  }
  return bytes;
}

TEST(ReaderFrames, NoMutationEverYieldsAReading) {
  const std::string frame = frame_of(7, 1);
  std::uint64_t tags = 0;
  for (std::uint64_t seed = 1; seed <= kMutations; ++seed) {
    Xorshift random(seed);
    const std::string bytes = mutated(frame, random);
    for (const std::string& line : read(bytes)) {
      ASSERT_EQ(line.find("telegram"), std::string::npos) << "seed " << seed;
      if (line == kTag) ++tags;
    }
  }
  EXPECT_GT(tags, kMutations / 2);
}

/// A frame that nobody may believe, and what is to be said of it.
struct Damaged {
  std::string bytes;
  std::string said;
  std::string said_before_another = said;
};

Damaged damaged(Xorshift& random) {
  const std::string good = frame_of(7, 1);
  const auto flipped = [&](std::size_t begin, std::size_t end) {
    std::string bytes = good;
    const std::size_t at = begin + random.below(end - begin);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    return bytes;
  };
  // DB 08, title, 82 and two octets, 30, counter, ciphertext, tag.
  constexpr std::size_t kHead = 2 + 8 + 3 + 1;
  const std::size_t tag = good.size() - 12;
  switch (random.below(8)) {
    case 0:
      return {frame_of(7, 1, random.text("0123456789ABCDEF", 32)), kTag};
    case 1:
      return {frame_of(7, 1, kKey + "\n" + random.text("0123456789ABCDEF", 32)), kTag};
    case 2:
      return {flipped(tag, good.size()), kTag};
    case 3:
      return {flipped(kHead + 4, tag), kTag};
    case 4:
      return {flipped(kHead, kHead + 4), kTag};
    case 5:
      return {flipped(2, 10), kTag};
    case 6: {
      // All of the tag at once: only the first of 2^96 is right.
      std::string bytes = good;
      for (std::size_t at = tag; at < bytes.size(); ++at) {
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random.below(255)));
      }
      return {bytes, kTag};
    }
    default: {
      // What the next frame begins with makes a shorter gap good, with a wrong tag.
      const std::size_t lost = 1 + random.below(good.size() - kHead);
      return {good.substr(0, good.size() - lost), kSyntax, lost < kHead ? kTag : kSyntax};
    }
  }
}

TEST(ReaderFrames, EachDamageIsToldWithItsReasonAndTheNextFrameIsRead) {
  const std::string next = frame_of(8, 2);
  const std::string next_read = read_of(2);
  for (std::uint64_t seed = 1; seed <= kMutations; ++seed) {
    Xorshift random(seed);
    const Damaged frame = damaged(random);
    const bool last = random.below(2) == 0;
    ASSERT_EQ(read(last ? frame.bytes : frame.bytes + next),
              last ? Lines{frame.said} : (Lines{frame.said_before_another, next_read}))
        << "seed " << seed;
  }
}

TEST(ReaderFrames, NoOtherKeyEverYieldsAReading) {
  const std::string frame = frame_of(7, 1);
  for (std::uint64_t seed = 1; seed <= kMutations / 10; ++seed) {
    Xorshift random(seed);
    const std::string other = random.text("0123456789ABCDEF", 32);
    ASSERT_EQ(read(frame, other), Lines{kTag}) << "seed " << seed;
    ASSERT_EQ(read(frame, kKey + "\n" + other), Lines{kTag}) << "seed " << seed;
  }
}

}  // namespace
}  // namespace p1rig::reader_frames_test
