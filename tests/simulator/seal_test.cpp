#include "simulator/seal/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "protocol/hex.h"
#include "simulator/faults/fault.h"
#include "simulator/seal/key_file.h"

namespace p1rig::seal_test {
namespace {

FrameKeys keys_of(std::string_view text) { return parse_frame_keys(text).value(); }

constexpr std::string_view kKey = "000102030405060708090A0B0C0D0E0F";

TEST(TelegramSealer, FirstFrameCarriesZeroAndEachOneMore) {
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID");
  FrameCipher cipher(keys_of(kKey));
  for (std::uint32_t counter = 0; counter < 3; ++counter) {
    std::string frame;
    std::string telegram;
    ASSERT_TRUE(sealer.seal("a telegram", frame));
    const auto parts = parse_frame(frame);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->title, "SYSTEMID");
    EXPECT_EQ(parts->counter, counter);
    EXPECT_TRUE(cipher.open(*parts, telegram));
    EXPECT_EQ(telegram, "a telegram");
  }
}

// LUX-P1 1.1.3 §3.2.5
TEST(TelegramSealer, FallsSilentAtTheLastCounter) {
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID", 0xFFFFFFFE);
  std::string frame;
  ASSERT_TRUE(sealer.seal("a telegram", frame));
  EXPECT_EQ(print_hex(frame.substr(11, 5)), "30FFFFFFFE");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(sealer.seal("a telegram", frame));
    EXPECT_EQ(frame, "");
  }
}

TEST(TelegramSealer, SealsAnEmissionUnlessItGoesPlain) {
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID", 0xFFFFFFFE);
  Emission plain{.bytes = "a telegram!ABCD\r\n", .seal = {.plain = true}};
  const Emission as_it_was = plain;
  EXPECT_TRUE(sealer.seal(plain).value());
  EXPECT_EQ(plain, as_it_was);
  Emission last{.bytes = "a telegram!ABCD\r\n"};
  EXPECT_TRUE(sealer.seal(last).value());
  EXPECT_EQ(print_hex(last.bytes.substr(11, 5)), "30FFFFFFFE") << "a plain one takes no counter";
  Emission none{.bytes = "a telegram!ABCD\r\n"};
  EXPECT_FALSE(sealer.seal(none).value()) << "no counter is left";
  EXPECT_EQ(none.bytes, "");
}

// --- as faults order it -------------------------------------------------------------------------

using Counter = SealOrder::Counter;

SealOrder with(Counter counter, std::uint32_t amount = 0) {
  SealOrder order;
  order.counter = counter;
  order.amount = amount;
  return order;
}

struct Sent {
  std::uint32_t counter;
  std::string telegram;  ///< "" where the keys do not open it
  bool operator==(const Sent&) const = default;
};

void PrintTo(const Sent& sent, std::ostream* out) { *out << sent.counter << ' ' << sent.telegram; }

/// What a reader with these keys sees of telegrams "1", "2", "3" … that are sealed as ordered.
std::vector<Sent> sent(const std::vector<SealOrder>& orders, const FrameKeys& keys,
                       std::uint32_t first = 10) {
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID", first);
  sealer.remember_frames();
  FrameCipher cipher(keys);
  std::vector<Sent> all;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    std::string frame;
    EXPECT_TRUE(sealer.seal(std::to_string(i + 1), frame, orders[i]));
    // DB 08, title, length, 30, counter, one byte, tag
    constexpr std::size_t kSize = 2 + 8 + 1 + 1 + 4 + 1 + 12;
    for (std::string_view rest = frame; rest.size() >= kSize; rest.remove_prefix(kSize)) {
      const auto parts = parse_frame(rest.substr(0, kSize));
      Sent one{parts.value().counter, ""};
      cipher.open(*parts, one.telegram);
      all.push_back(one);
    }
  }
  return all;
}

using All = std::vector<Sent>;

TEST(SealOrder, Counters) {
  const FrameKeys keys = keys_of(kKey);
  EXPECT_EQ(sent({{}, with(Counter::kGap, 5), {}}, keys), (All{{10, "1"}, {16, "2"}, {17, "3"}}));
  EXPECT_EQ(sent({{}, with(Counter::kRepeat), {}}, keys), (All{{10, "1"}, {10, "2"}, {11, "3"}}));
  EXPECT_EQ(sent({{}, with(Counter::kBack, 3), {}}, keys), (All{{10, "1"}, {7, "2"}, {11, "3"}}));
  EXPECT_EQ(sent({{}, with(Counter::kBack, 99), {}}, keys), (All{{10, "1"}, {1, "2"}, {11, "3"}}));
  EXPECT_EQ(sent({{}, with(Counter::kReset), {}}, keys), (All{{10, "1"}, {0, "2"}, {1, "3"}}));
  EXPECT_EQ(sent({with(Counter::kRepeat), with(Counter::kBack, 1), {}}, keys, 0),
            (All{{0, "1"}, {1, "2"}, {2, "3"}}))
      << "there is none to repeat, and none between 0 and 0";
}

TEST(SealOrder, ReplayPlainAndTwice) {
  const FrameKeys keys = keys_of(kKey);
  SealOrder replay;
  replay.replay = true;
  EXPECT_EQ(sent({{}, replay, {}}, keys), (All{{10, "1"}, {10, "1"}, {11, "3"}}));
  SealOrder plain;
  plain.plain = true;
  EXPECT_EQ(sent({{}, plain, {}}, keys), (All{{10, "1"}, {11, "3"}}));
  SealOrder twice;
  twice.twice = true;
  EXPECT_EQ(sent({{}, twice, replay}, keys), (All{{10, "1"}, {11, "2"}, {12, "2"}, {12, "2"}}));
}

TEST(SealOrder, OtherKeys) {
  const FrameKeys keys = keys_of(kKey);
  SealOrder other_key;
  other_key.other_key = true;
  SealOrder other_authentication;
  other_authentication.other_authentication_key = true;
  const std::vector<SealOrder> orders{{}, other_key, other_authentication, {}};
  EXPECT_EQ(sent(orders, keys), (All{{10, "1"}, {11, ""}, {12, ""}, {13, "4"}}));
  const FrameKeys others = other_keys(keys);
  EXPECT_EQ(print_hex(others.encryption.octets()), "FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0");
  EXPECT_EQ(print_hex(others.authentication.octets()), "FFEEDDCCBBAA99887766554433221100");
  EXPECT_EQ(sent(orders, {others.encryption, keys.authentication}),
            (All{{10, ""}, {11, "2"}, {12, ""}, {13, ""}}));
  EXPECT_EQ(sent(orders, {keys.encryption, others.authentication}),
            (All{{10, ""}, {11, ""}, {12, "3"}, {13, ""}}));
}

// LUX-P1 1.1.3 §3.2.5: a new key resets the counter.
TEST(SealOrder, NewKey) {
  SealOrder new_key;
  new_key.new_key = true;
  const std::vector<SealOrder> orders{{}, new_key, {}, new_key, {}};
  EXPECT_EQ(sent(orders, keys_of(kKey)), (All{{10, "1"}, {0, ""}, {1, ""}, {0, "4"}, {1, "5"}}));
  EXPECT_EQ(sent(orders, {other_keys(keys_of(kKey)).encryption, keys_of(kKey).authentication}),
            (All{{10, ""}, {0, "2"}, {1, "3"}, {0, ""}, {1, ""}}));
}

TEST(SealOrder, ControlBytesTrulyOccur) {
  SealOrder order;
  order.control_bytes = true;
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID");
  std::string frame;
  ASSERT_TRUE(sealer.seal(std::string(480, 'x'), frame, order));
  const std::string ciphertext(parse_frame(frame).value().ciphertext);
  for (const char c :
       {'\xDB', '/', '!', '\x11', '\x13', '\x0D', '\x0A', '\x03', '\x04', '\x1A', '\xFF'}) {
    EXPECT_NE(ciphertext.find(c), std::string::npos) << static_cast<int>(c);
  }
  EXPECT_NE(ciphertext.find("\n!"), std::string::npos);
}

TEST(SealOrder, LengthForm) {
  SealOrder order;
  order.form = LengthForm::k83;
  TelegramSealer sealer(keys_of(kKey), "SYSTEMID");
  std::string frame;
  ASSERT_TRUE(sealer.seal("a telegram", frame, order));
  EXPECT_EQ(print_hex(frame.substr(10, 4)), "8300001B");
}

class KeyFileTest : public ::testing::Test {
 protected:
  ~KeyFileTest() override { std::filesystem::remove(path_); }
  void write(std::string_view text, mode_t mode) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string error() {
    const auto file = load_key_file(path_);
    return file ? "no error" : file.error().message;
  }
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("p1rig-key-" + std::to_string(::getpid()));
};

TEST_F(KeyFileTest, HoldsOneKeyOrTwo) {
  write(std::string(kKey) + "\n", 0600);
  auto file = load_key_file(path_);
  ASSERT_TRUE(file);
  EXPECT_EQ(print_hex(file->keys.encryption.octets()), kKey);
  EXPECT_EQ(file->warning, "");
  write(std::string(kKey) + "\nffeeddccbbaa99887766554433221100\n", 0400);
  file = load_key_file(path_);
  ASSERT_TRUE(file);
  EXPECT_EQ(print_hex(file->keys.authentication.octets()), "FFEEDDCCBBAA99887766554433221100");
  EXPECT_EQ(file->warning, "");
}

TEST_F(KeyFileTest, WarnsWhereOthersMayRead) {
  for (const auto& [mode, printed] : {std::pair{mode_t{0640}, "0640"}, {mode_t{0604}, "0604"}}) {
    write(kKey, mode);
    const auto file = load_key_file(path_);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->warning, path_.string() + ": others can read or change this key (mode " +
                                 printed + "); chmod 600 " + path_.string());
  }
}

TEST_F(KeyFileTest, ErrorsNameTheFileAndTheLine) {
  EXPECT_EQ(error(), path_.string() + ": No such file or directory");
  write("00010203\n", 0600);
  EXPECT_EQ(error(), path_.string() +
                         ": line 1: expected 32 hexadecimal digits of the encryption key, found 8");
  write(std::string(5000, '0'), 0600);
  EXPECT_EQ(error(), path_.string() + ": is too long for a key file");
}

}  // namespace
}  // namespace p1rig::seal_test
