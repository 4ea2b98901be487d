#include "protocol/frame_cipher.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "protocol/hex.h"

namespace p1rig::frame_cipher_test {
namespace {

std::string read_capture(const std::string& name) {
  std::ifstream file(P1RIG_SOURCE_DIR "/captures/printed/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

FrameKeys keys_of(std::string_view text) { return parse_frame_keys(text).value(); }

std::string octets(std::string_view digits) { return parse_hex(digits).value(); }

constexpr std::string_view kVectorKey = "000102030405060708090A0B0C0D0E0F\n";

// captures/printed/lux-encrypted-own-vector.toml
TEST(FrameCipher, OpensTheVectorToThePrintedTelegram) {
  FrameCipher cipher(keys_of(kVectorKey));
  const std::string bytes = read_capture("lux-encrypted-own-vector.bin");
  const auto frame = parse_frame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(print_hex(frame->title), "5341470000112233");
  EXPECT_EQ(frame->counter, 1U);
  EXPECT_EQ(print_hex(frame->tag), "AF86999621084FDF8DE8FB4E");
  std::string telegram;
  ASSERT_TRUE(cipher.open(*frame, telegram));
  EXPECT_EQ(telegram, read_capture("lux-1.1.3.txt"));
}

TEST(FrameCipher, SealsThePrintedTelegramToTheVector) {
  FrameCipher cipher(keys_of(kVectorKey));
  std::string frame;
  cipher.seal(octets("5341470000112233"), 1, read_capture("lux-1.1.3.txt"), frame);
  EXPECT_EQ(print_hex(frame), print_hex(read_capture("lux-encrypted-own-vector.bin")));
}

// The GET.request under global ciphering of the DLMS UA Green Book's security example: suite 0,
// title "MMM" 00 00 BC 61 4E, invocation counter 01234567. Its header is C8 1E; the rest is as here.
TEST(FrameCipher, AgreesWithTheGreenBook) {
  FrameCipher cipher(
      keys_of("000102030405060708090A0B0C0D0E0F\nD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF\n"));
  const std::string title = octets("4D4D4D0000BC614E");
  const std::string request = octets("C0010000080000010000FF0200");
  std::string frame;
  cipher.seal(title, 0x01234567, request, frame);
  EXPECT_EQ(print_hex(frame),
            "DB08"
            "4D4D4D0000BC614E"
            "1E"
            "3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B");
  std::string opened;
  ASSERT_TRUE(cipher.open(*parse_frame(frame), opened));
  EXPECT_EQ(print_hex(opened), print_hex(request));
}

TEST(FrameCipher, EveryLengthFormOpens) {
  FrameCipher cipher(keys_of(kVectorKey));
  for (const LengthForm form :
       {LengthForm::kCanonical, LengthForm::k81, LengthForm::k82, LengthForm::k83}) {
    std::string frame;
    std::string telegram;
    cipher.seal("SYSTEMID", 7, "/Lux5\r\n\r\n!0000\r\n", frame, form);
    ASSERT_TRUE(parse_frame(frame));
    EXPECT_TRUE(cipher.open(*parse_frame(frame), telegram));
    EXPECT_EQ(telegram, "/Lux5\r\n\r\n!0000\r\n");
  }
}

TEST(FrameCipher, OtherKeysAndOtherBytesOpenNothing) {
  std::string frame;
  FrameCipher(keys_of(kVectorKey)).seal("SYSTEMID", 7, "telegram", frame);
  std::string telegram = "left over";
  FrameCipher other_key(keys_of("000102030405060708090A0B0C0D0E0E"));
  EXPECT_FALSE(other_key.open(*parse_frame(frame), telegram));
  EXPECT_EQ(telegram, "");
  FrameCipher other_authentication(keys_of(std::string(kVectorKey) + std::string(32, 'B')));
  EXPECT_FALSE(other_authentication.open(*parse_frame(frame), telegram));
  FrameCipher cipher(keys_of(kVectorKey));
  EXPECT_TRUE(cipher.open(*parse_frame(frame), telegram));
  for (std::size_t at = 2; at < frame.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = frame;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const auto parts = parse_frame(changed);
      if (!parts) continue;
      EXPECT_FALSE(cipher.open(*parts, telegram)) << "octet " << at << " bit " << bit;
    }
  }
}

TEST(FrameCipher, KeyCheckValueTellsEncryptionKeysApartOnly) {
  const std::string value = FrameCipher(keys_of(kVectorKey)).key_check_value();
  EXPECT_EQ(value.size(), 8U);
  EXPECT_EQ(FrameCipher(keys_of(std::string(kVectorKey) + std::string(32, 'B'))).key_check_value(),
            value);
  EXPECT_NE(FrameCipher(keys_of("000102030405060708090A0B0C0D0E0E")).key_check_value(), value);
}

// --- the text of a key file ---------------------------------------------------------------------

TEST(FrameKeys, FirstLineIsTheEncryptionKeySecondTheAuthenticationKey) {
  const FrameKeys keys = keys_of(
      "# my meter\n\n  000102030405060708090a0b0c0d0e0F \r\nffeeddccbbaa99887766554433221100\n");
  EXPECT_EQ(print_hex(keys.encryption.octets()), "000102030405060708090A0B0C0D0E0F");
  EXPECT_EQ(print_hex(keys.authentication.octets()), "FFEEDDCCBBAA99887766554433221100");
}

// LUX-P1 1.1.3 §3.4.1
TEST(FrameKeys, AuthenticationKeyIsThePrintedOneUnlessGiven) {
  EXPECT_EQ(print_hex(keys_of(kVectorKey).authentication.octets()),
            "00112233445566778899AABBCCDDEEFF");
}

TEST(FrameKeys, ErrorsNameTheLineAndQuoteNothing) {
  const auto error = [](std::string_view text) {
    const auto keys = parse_frame_keys(text);
    return keys ? std::string("no error") : keys.error().message;
  };
  EXPECT_EQ(error(""), "contains no key: expected 32 hexadecimal digits");
  EXPECT_EQ(error("# only a comment\n"), "contains no key: expected 32 hexadecimal digits");
  EXPECT_EQ(error("\n0001020304\n"),
            "line 2: expected 32 hexadecimal digits of the encryption key, found 10");
  EXPECT_EQ(error("000102030405060708090A0B0C0D0E0F00"),
            "line 1: expected 32 hexadecimal digits of the encryption key, found 34");
  EXPECT_EQ(error("000102x30405060708090A0B0C0D0E0F"),
            "line 1: expected 32 hexadecimal digits of the encryption key, character 7 is not one");
  EXPECT_EQ(
      error(std::string(kVectorKey) + "00 11"),
      "line 2: expected 32 hexadecimal digits of the authentication key, character 3 is not one");
  EXPECT_EQ(error(std::string(kVectorKey) + std::string(kVectorKey) + "x"),
            "line 3: expected an encryption key and an authentication key, found a third line");
}

}  // namespace
}  // namespace p1rig::frame_cipher_test
