// The fast way of reading against the plain one, over telegrams of every profile in every scenario and
// over what damage makes of them: what is equal here may differ nowhere, in no view, offset or number.

#include "protocol/telegram_decoder.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/lint.h"
#include "conformance/judge/reader.h"
#include "protocol/crc16.h"
#include "protocol/telegram_stream.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/scenario.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::telegram_decoder_test {
namespace {

using std::string_literals::operator""s;
using test::Xorshift;

#ifdef __SANITIZE_ADDRESS__
constexpr int kMutations = 10'000;
#else
constexpr int kMutations = 120'000;
#endif

/// Telegrams of every profile, in every scenario that suits it, at two moments a second apart and one
/// hours later.
const std::vector<std::string>& telegrams() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (const auto& [name, file] : list_profiles()) {
      const auto profile = std::make_shared<const Profile>(find_profile(name).value());
      for (const auto& [title, scenario_file] : list_scenarios()) {
        auto scenario = find_scenario(title, *profile);
        if (!scenario) continue;
        const auto life = std::make_shared<const Scenario>(std::move(*scenario));
        Meter meter(profile, life, 1);
        for (const int seconds : {20, 21, 5 * 3600}) {
          const auto t = life->start + std::chrono::seconds{seconds};
          render(profile->layout, meter.at(t), profile->zone, made.emplace_back());
        }
      }
    }
    return made;
  }();
  return all;
}

bool is_view_at(std::string_view view, std::string_view bytes, std::size_t offset) {
  return view.data() == bytes.data() + offset && offset + view.size() <= bytes.size();
}

bool same(const Bracket& a, const Bracket& b) {
  return a.text == b.text && a.offset == b.offset && a.line == b.line && a.number == b.number;
}

bool same(const DataLine& a, const DataLine& b) {
  return a.code == b.code && a.code_text == b.code_text && a.text == b.text &&
         a.offset == b.offset && a.line == b.line && a.well_formed == b.well_formed &&
         std::ranges::equal(a.brackets, b.brackets,
                            [](const Bracket& x, const Bracket& y) { return same(x, y); });
}

bool same(const Telegram& a, const Telegram& b) {
  return a.bytes == b.bytes && a.identification == b.identification && a.crc_text == b.crc_text &&
         a.bang_offset == b.bang_offset && a.has_bang == b.has_bang &&
         std::ranges::equal(a.lines, b.lines,
                            [](const DataLine& x, const DataLine& y) { return same(x, y); });
}

/// Nothing points back to another telegram's bytes.
bool is_sound(const Telegram& telegram) {
  return std::ranges::all_of(telegram.lines, [&](const DataLine& line) {
    return is_view_at(line.text, telegram.bytes, line.offset) &&
           is_view_at(line.code_text, telegram.bytes, line.offset) &&
           std::ranges::all_of(line.brackets, [&](const Bracket& bracket) {
             return is_view_at(bracket.text, telegram.bytes, bracket.offset);
           });
  });
}

void expect_same(TelegramDecoder& decoder, const std::string& bytes) {
  const Telegram& fast = decoder.decode(bytes);
  ASSERT_TRUE(same(fast, decode_telegram(bytes))) << bytes;
  ASSERT_TRUE(is_sound(fast)) << bytes;
}

/// Other digits, of which nothing notices that they are others.
void change_digits(std::string& bytes, Xorshift& random) {
  for (char& c : bytes) {
    if (c >= '0' && c <= '9' && random.below(8) == 0) c = random.one_of("0123456789");
  }
}

void change_values(std::string& bytes, Xorshift& random) {
  bool in_bracket = false;
  for (char& c : bytes) {
    if (c == '(' || c == ')' || c == '*') in_bracket = c == '(';
    const bool is_text = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    if (!in_bracket || !is_text || random.below(3) > 0) continue;
    c = c <= '9' ? random.one_of("0123456789") : random.one_of("ABCDEFSW0");
  }
}

void replace_all(std::string& bytes, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; at += to.size()) {
    bytes.replace(at, from.size(), to);
  }
}

void swap_lines(std::string& bytes, Xorshift& random) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
    lines.push_back(bytes.substr(at, end - at));
    at = end;
  }
  std::swap(lines[random.below(lines.size())], lines[random.below(lines.size())]);
  bytes.clear();
  for (const std::string& line : lines) bytes += line;
}

constexpr std::string_view kOdd = "\r\n()*!/.-0:9A~\x7F\xDB\xFF";

void damage(std::string& bytes, Xorshift& random) {
  if (bytes.empty()) return;
  const std::size_t at = random.below(bytes.size());
  switch (random.below(12)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      break;
    case 1:
      bytes[at] = random.one_of(kOdd);
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.erase(0, at);
      break;
    case 4:
      bytes.erase(at, 1 + random.below(30));
      break;
    case 5:
      bytes.insert(at, random.text(kOdd, 1 + random.below(3)));
      break;
    case 6:
      swap_lines(bytes, random);
      break;
    case 7: {
      const std::size_t bang = std::min(bytes.rfind('!'), bytes.size());
      const std::string crc = random.text("0123456789ABCDEFabcdefG", random.below(6));
      bytes.replace(bang, bytes.size() - bang, "!" + crc + "\r\n");
      break;
    }
    case 8:
      replace_all(bytes, "\r\n", random.below(2) == 0 ? "\n" : "\r");
      break;
    case 9:
      bytes += telegrams()[random.below(telegrams().size())];
      break;
    case 10:
      change_digits(bytes, random);
      break;
    default:
      change_values(bytes, random);
  }
}

TEST(TelegramDecoder, TakesTelegramsApartAsThePlainDecoderDoes) {
  TelegramDecoder decoder;
  for (int time = 0; time < 2; ++time) {
    for (const std::string& bytes : telegrams()) expect_same(decoder, bytes);
  }
}

TEST(TelegramDecoder, TakesDamagedTelegramsApartAsThePlainDecoderDoes) {
  Xorshift random(7);
  TelegramDecoder decoder;
  for (int i = 0; i < kMutations && !HasFatalFailure(); ++i) {
    const std::string& whole = telegrams()[random.below(telegrams().size())];
    // What the damage leaves is to be compared with this one's form.
    decoder.decode(whole);
    std::string bytes = whole;
    for (std::size_t edits = 1 + random.below(2); edits > 0; --edits) damage(bytes, random);
    SCOPED_TRACE(i);
    expect_same(decoder, bytes);
  }
  // Whole ones, and those of which only values were changed.
  EXPECT_GT(decoder.predicted(), std::uint64_t{kMutations} / 2 + kMutations / 16);
}

TEST(TelegramDecoder, KnowsEveryProfileByItsFirstTelegram) {
  TelegramDecoder decoder;
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i + 1 < telegrams().size(); i += 3) {
    decoder.decode(telegrams()[i]);
    // The first second of a message or a failure may make a difference, so that the same is sent again.
    const auto before = decoder.predicted();
    decoder.decode(telegrams()[i]);
    ++expected;
    ASSERT_EQ(decoder.predicted(), before + 1) << telegrams()[i];
  }
  EXPECT_GT(expected, 500U);
}

/// What a stream of bytes holds, telegrams with what was made of them.
struct Found {
  Stretch::Kind kind;
  std::string bytes;
  std::uint64_t offset;

  bool operator==(const Found&) const = default;
};

void add(std::vector<Found>& all, const Stretch& stretch) {
  const bool more_noise = !all.empty() && all.back().kind == Stretch::Kind::kNoise &&
                          stretch.kind == Stretch::Kind::kNoise;
  if (more_noise) {
    all.back().bytes += stretch.bytes;
  } else {
    all.push_back({stretch.kind, std::string(stretch.bytes), stretch.offset});
  }
}

/// Telegrams, whole and damaged, with noise and sealed ones between them.
std::string stream_of(Xorshift& random, int count) {
  FrameCipher cipher(parse_frame_keys("000102030405060708090A0B0C0D0E0F").value());
  std::string stream;
  std::size_t meter = 0;
  for (int i = 0; i < count; ++i) {
    if (random.below(8) == 0) meter = random.below(telegrams().size());
    std::string bytes = telegrams()[meter];
    if (random.below(3) == 0) damage(bytes, random);
    if (random.below(3) == 0) change_values(bytes, random);
    if (random.below(16) == 0) {
      std::string frame;
      cipher.seal("SYSTEMID", static_cast<std::uint32_t>(i), bytes, frame);
      bytes = random.below(4) == 0 ? frame.substr(0, random.below(frame.size())) : frame;
    }
    if (random.below(16) == 0) bytes += random.text(kOdd, random.below(20));
    stream += bytes;
  }
  return stream;
}

template <typename Feed>
void feed_in_pieces(std::string_view stream, Xorshift& random, const Feed& feed) {
  while (!stream.empty()) {
    const std::string_view piece =
        stream.substr(0, 1 + random.below(random.below(4) == 0 ? 100'000 : 3000));
    feed(piece);
    stream.remove_prefix(piece.size());
  }
}

TEST(TelegramStream, FindsWhatTheFramerFinds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Xorshift random(seed);
    const std::string stream = stream_of(random, 200);
    std::vector<Found> plain;
    Framer framer([&](const Stretch& stretch) { add(plain, stretch); });
    framer.feed(stream);
    framer.finish();

    std::vector<Found> found;
    TelegramDecoder decoder;
    TelegramStream reader(decoder, [&](const Stretch& stretch, const Telegram* telegram) {
      add(found, stretch);
      ASSERT_EQ(telegram != nullptr, stretch.kind == Stretch::Kind::kTelegram);
      if (telegram == nullptr) return;
      ASSERT_TRUE(same(*telegram, decode_telegram(stretch.bytes))) << stretch.bytes;
      ASSERT_TRUE(is_sound(*telegram));
    });
    feed_in_pieces(stream, random, [&](std::string_view piece) { reader.feed(piece); });
    reader.finish();
    ASSERT_EQ(found.size(), plain.size()) << seed;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(found[i] == plain[i]) << seed << ": " << found[i].bytes << plain[i].bytes;
    }
    EXPECT_GT(decoder.predicted(), 50U);
  }
}

/// What read would say without any memory of earlier telegrams.
std::vector<std::string> plain_lines(std::string_view stream) {
  std::vector<std::string> lines;
  Framer framer([&](const Stretch& stretch) {
    const bool of_frame = stretch.bytes[0] == kFrameStart;
    if (stretch.kind == Stretch::Kind::kOversize) lines.emplace_back(R"({"reject":"oversize"})");
    if (stretch.kind == Stretch::Kind::kFrame) lines.emplace_back(R"({"reject":"decrypt"})");
    if (stretch.kind == Stretch::Kind::kFragment && of_frame) {
      lines.emplace_back(R"({"reject":"syntax"})");
    }
    if (stretch.kind != Stretch::Kind::kTelegram) return;
    const Telegram telegram = decode_telegram(stretch.bytes);
    const Origin origin = detect_origin(telegram);
    const auto reason = judge_telegram(telegram, *origin.dialect);
    lines.push_back(
        reason ? R"({"reject":")" + std::string(to_string(*reason)) + "\"}"
               : to_json_line(telegram, origin, {}, origin.normal_offset ? "" : kClockUnknown));
  });
  framer.feed(stream);
  framer.finish();
  return lines;
}

TEST(ReferenceReader, SaysTheSameWithAndWithoutMemory) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Xorshift random(seed);
    const std::string stream = stream_of(random, 200);
    std::vector<std::string> lines;
    ReferenceReader reader(nullptr, [&](std::string_view line) { lines.emplace_back(line); });
    feed_in_pieces(stream, random, [&](std::string_view piece) { reader.feed(piece); });
    reader.finish();
    EXPECT_EQ(lines, plain_lines(stream));
  }
}

TEST(Linter, FindsTheSameWithAndWithoutMemory) {
  Xorshift random(3);
  TelegramDecoder decoder;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = telegrams()[random.below(telegrams().size())];
    if (random.below(2) == 0) damage(bytes, random);
    Linter plain(nullptr, {});
    Linter fast(nullptr, {});
    const auto expected = plain.check(decode_telegram(bytes), 100);
    const auto found = fast.check(decoder.decode(bytes), 100);
    ASSERT_EQ(found.size(), expected.size()) << bytes;
    for (std::size_t k = 0; k < found.size(); ++k) {
      EXPECT_EQ(found[k].rule, expected[k].rule);
      EXPECT_EQ(found[k].offset, expected[k].offset);
      EXPECT_EQ(found[k].message, expected[k].message);
    }
  }
}

TEST(TelegramDecoder, ReadsNoByteBehindThoseGiven) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  char* const begin = static_cast<char*>(
      mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(begin, MAP_FAILED);
  char* const end = begin + 2 * page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  TelegramDecoder decoder;
  for (std::size_t i = 0; i < telegrams().size(); i += 17) {
    const std::string& whole = telegrams()[i];
    decoder.decode(whole);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      std::memcpy(end - size, whole.data(), size);
      const std::string_view bytes(end - size, size);
      const Telegram* const telegram = decoder.predict(bytes);
      ASSERT_EQ(telegram != nullptr, size == whole.size());
      if (telegram == nullptr) continue;
      EXPECT_TRUE(same(*telegram, decode_telegram(whole)));
    }
  }
  munmap(begin, 3 * page);
}

TEST(TelegramDecoder, RemembersNoFormThatIsMoreThanOneStretch) {
  const std::string right =
      "/XMX5XXX\r\n\r\n0-0:96.13.0(303132)\r\n1-0:2.8.0(000001.234*kWh)\r\n"
      "1-0:1.7.0(01.234*kW)\r\n!0000\r\n";
  TelegramDecoder decoder;
  decoder.decode(right);
  EXPECT_NE(decoder.predict(right), nullptr);
  const std::string head = std::string("\xDB\x08SYSTEMID\x20\x30", 12);
  for (const std::string& odd :
       {"\r\n/XMX5XXX\r\n\r\n"s, "/"s, "\r\n!"s, "!"s, "\n"s, "\r"s, head, "\xDB"s}) {
    std::string bytes = right;
    bytes.insert(bytes.find("0313"), odd);
    decoder.decode(bytes);
    EXPECT_EQ(decoder.predict(bytes), nullptr) << bytes;
  }
  for (const std::string& end : {""s, "\n"s, "\r"s, "0\r\n"s, "\r\n\r\n"s}) {
    const std::string bytes = right.substr(0, right.size() - 2) + end;
    decoder.decode(bytes);
    const Telegram* const telegram = decoder.predict(bytes);
    // With more behind it, it begins as the right one does.
    EXPECT_EQ(telegram != nullptr, bytes.starts_with(right)) << bytes;
  }
}

TEST(TelegramDecoder, ForgetsTheOldestOfTooManyForms) {
  TelegramDecoder decoder;
  const auto telegram = [](std::size_t i) {
    return "/XMX5XXX\r\n\r\n1-0:1.8.0(" + std::string(1 + i, '1') +
           "*kWh)\r\n1-0:2.8.0(000001.234*kWh)\r\n1-0:1.7.0(01.234*kW)\r\n!\r\n";
  };
  constexpr std::size_t kForms = TelegramDecoder::kMaxLayouts + 10;
  for (std::size_t i = 0; i < kForms; ++i) expect_same(decoder, telegram(i));
  EXPECT_EQ(decoder.predicted(), 0U);
  for (std::size_t i = 10; i < kForms; ++i) expect_same(decoder, telegram(i));
  EXPECT_EQ(decoder.predicted(), TelegramDecoder::kMaxLayouts);
  expect_same(decoder, telegram(0));
  EXPECT_EQ(decoder.predicted(), TelegramDecoder::kMaxLayouts);
}

}  // namespace
}  // namespace p1rig::telegram_decoder_test
