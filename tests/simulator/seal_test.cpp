#include "simulator/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "protocol/hex.h"
#include "simulator/key_file.h"

namespace p1rig {
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
    EXPECT_EQ(file->warning, path_.string() + ": others may read or change this key (mode " +
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
}  // namespace p1rig
