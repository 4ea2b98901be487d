#include "protocol/aes_gcm.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "protocol/hex.h"

namespace p1rig::aes_gcm_test {
namespace {

// The test cases for AES-128 with an IV of 96 bits of D. McGrew and J. Viega, "The Galois/Counter
// Mode of Operation", appendix B, which NIST SP 800-38D took over.
struct GcmVector {
  const char* name;
  const char* key;
  const char* iv;
  const char* aad;
  const char* text;
  const char* data;
  const char* tag;
};

constexpr const char* kZeroKey = "00000000000000000000000000000000";
constexpr const char* kKey = "feffe9928665731c6d6a8f9467308308";
constexpr const char* kZeroIv = "000000000000000000000000";
constexpr const char* kIv = "cafebabefacedbaddecaf888";

constexpr std::array kVectors{
    GcmVector{"1", kZeroKey, kZeroIv, "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
    GcmVector{"2", kZeroKey, kZeroIv, "", "00000000000000000000000000000000",
              "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"},
    GcmVector{"3", kKey, kIv, "",
              "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
              "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
              "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
              "4d5c2af327cd64a62cf35abd2ba6fab4"},
    GcmVector{"4", kKey, kIv, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
              "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
              "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
              "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
              "5bc94fbc3221a5db94fae95ae7121a47"},
};

std::string octets(std::string_view digits) { return parse_hex(digits).value(); }

AesKey key_of(std::string_view digits) {
  const std::string bytes = octets(digits);
  return AesKey(std::span<const char, AesKey::kSize>(bytes.data(), AesKey::kSize));
}

TEST(AesGcm, AgreesWithThePublishedTestCases) {
  for (const GcmVector& vector : kVectors) {
    AesGcm gcm(key_of(vector.key));
    const std::string text = octets(vector.text);
    std::string data(text.size(), '\0');
    std::array<char, 16> tag{};
    gcm.encrypt(octets(vector.iv), octets(vector.aad), text, data, tag);
    EXPECT_EQ(print_hex(data), print_hex(octets(vector.data))) << "test case " << vector.name;
    EXPECT_EQ(print_hex({tag.data(), tag.size()}), print_hex(octets(vector.tag)))
        << "test case " << vector.name;
  }
}

TEST(AesGcm, TakesTheFirstOctetsOfTheTag) {
  for (const GcmVector& vector : kVectors) {
    AesGcm gcm(key_of(vector.key));
    std::string text(octets(vector.data).size(), 'x');
    const std::string tag = octets(vector.tag).substr(0, 12);
    EXPECT_TRUE(gcm.decrypt(octets(vector.iv), octets(vector.aad), octets(vector.data), tag, text));
    EXPECT_EQ(print_hex(text), print_hex(octets(vector.text))) << "test case " << vector.name;
  }
}

TEST(AesGcm, SaysNothingWhereAnyOctetChanged) {
  const GcmVector& vector = kVectors[3];
  AesGcm gcm(key_of(vector.key));
  const std::array<std::string, 4> parts{octets(vector.iv), octets(vector.aad), octets(vector.data),
                                         octets(vector.tag).substr(0, 12)};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t at = 0; at < parts[part].size(); ++at) {
      auto changed = parts;
      changed[part][at] = static_cast<char>(changed[part][at] ^ 1);
      std::string text(parts[2].size(), 'x');
      EXPECT_FALSE(gcm.decrypt(changed[0], changed[1], changed[2], changed[3], text));
      EXPECT_EQ(text, std::string(text.size(), '\0'));
    }
  }
}

TEST(AesGcm, OneContextSealsAndOpensInTurn) {
  AesGcm gcm(key_of(kKey));
  for (int turn = 0; turn < 3; ++turn) {
    for (const GcmVector& vector : {kVectors[2], kVectors[3]}) {
      std::string data = octets(vector.text);
      std::array<char, 12> tag{};
      gcm.encrypt(octets(vector.iv), octets(vector.aad), data, data, tag);
      EXPECT_EQ(print_hex(data), print_hex(octets(vector.data)));
      EXPECT_TRUE(
          gcm.decrypt(octets(vector.iv), octets(vector.aad), data, {tag.data(), tag.size()}, data));
      EXPECT_EQ(print_hex(data), print_hex(octets(vector.text)));
    }
  }
}

TEST(AesKey, IsWipedWhenItGoes) {
  alignas(AesKey) std::array<char, sizeof(AesKey)> place{};
  const std::string bytes = "sixteen secrets!";
  auto* key = new (place.data()) AesKey(std::span<const char, 16>(bytes.data(), 16));
  EXPECT_EQ(key->octets(), bytes);
  key->~AesKey();
  EXPECT_EQ(std::string(place.data(), place.size()), std::string(16, '\0'));
}

TEST(Hex, ReadsAndPrintsOctets) {
  EXPECT_EQ(print_hex(std::string("\x00\x7F\xDB", 3)), "007FDB");
  EXPECT_EQ(parse_hex("007fDb"), std::string("\x00\x7F\xDB", 3));
  EXPECT_EQ(parse_hex(""), "");
  EXPECT_EQ(parse_hex("0"), std::nullopt);
  EXPECT_EQ(parse_hex("0g"), std::nullopt);
  EXPECT_EQ(parse_hex("g0"), std::nullopt);
}

}  // namespace
}  // namespace p1rig::aes_gcm_test
