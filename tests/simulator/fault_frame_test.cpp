// Every fault of sealed telegrams, byte for byte, against frames that OpenSSL seals here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulator/faults/fault.h"
#include "simulator/seal/seal.h"
#include "tests/simulator/bitwise_crc.h"

namespace p1rig::fault_frame_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::chrono::sys_seconds kNow{1'780'000'000s};

// --- what a frame must be -----------------------------------------------------------------------

struct Keys {
  std::string encryption, authentication;
};

std::string bytes_from(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += static_cast<char>(first + step * i);
  return bytes;
}

const Keys kKeys{bytes_from(0, 1), bytes_from(0, 0x11)};        // 00 01 … 0F, 00 11 … FF
const Keys kOther{bytes_from(0xFF, -1), kKeys.authentication};  // FF FE … F0
const std::string kTitle = "SAG\x01\x02\x03\x04\x05";

std::string big_endian(std::size_t number, int octets) {
  std::string bytes;
  while (octets-- > 0) bytes += static_cast<char>(number >> 8 * octets & 0xFF);
  return bytes;
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// Ciphertext and 12 octets of tag.
std::string encrypted(const Keys& keys, std::size_t counter, std::string_view text) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const std::string iv = kTitle + big_endian(counter, 4);
  const std::string aad = "\x30" + keys.authentication;
  std::string out(text.size() + 12, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  EXPECT_EQ(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, octets(keys.encryption),
                               octets(iv)),
            1);
  EVP_EncryptUpdate(context.get(), nullptr, &size, octets(aad), static_cast<int>(aad.size()));
  EVP_EncryptUpdate(context.get(), bytes, &size, octets(text), static_cast<int>(text.size()));
  EVP_EncryptFinal_ex(context.get(), bytes + size, &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 12, bytes + text.size());
  return out;
}

/// 82 and two octets, unless another field is given.
std::string frame_of(std::size_t counter, std::string_view text, const Keys& keys = kKeys,
                     const std::string& length = "") {
  return "\xDB\x08" + kTitle +
         (length.empty() ? "\x82" + big_endian(text.size() + 17, 2) : length) + "\x30" +
         big_endian(counter, 4) + encrypted(keys, counter, text);
}

/// True where the first frame, as long as its length says, has the tag that these keys give it.
bool opens(std::string_view bytes) {
  if (bytes.size() < 14 || bytes.substr(0, 2) != "\xDB\x08") return false;
  const auto octet = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  std::size_t at = 11, length = octet(10);
  if (length > 0x83 || length == 0x80) return false;
  if (length > 0x80) {
    const std::size_t end = at + length - 0x80;
    for (length = 0; at < end; ++at) length = length << 8 | octet(at);
  }
  if (length < 17 || bytes.size() < at + length || bytes[at] != '\x30') return false;
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const std::string iv = std::string(bytes.substr(2, 8)) + std::string(bytes.substr(at + 1, 4));
  const std::string aad = "\x30" + kKeys.authentication;
  const std::string_view text = bytes.substr(at + 5, length - 17);
  std::string tag(bytes.substr(at + length - 12, 12));
  std::string out(text.size() + 16, '\0');
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  EVP_DecryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, octets(kKeys.encryption),
                     octets(iv));
  EVP_DecryptUpdate(context.get(), nullptr, &size, octets(aad), static_cast<int>(aad.size()));
  EVP_DecryptUpdate(context.get(), into, &size, octets(text), static_cast<int>(text.size()));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 12, tag.data());
  return EVP_DecryptFinal_ex(context.get(), into + size, &size) == 1;
}

// --- what comes -----------------------------------------------------------------------------------

std::string with_crc(const std::string& body) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string telegram = body;
  for (const int shift : {12, 8, 4, 0}) {
    telegram += kDigits[test::bitwise_crc(body) >> shift & 15U];
  }
  return telegram + "\r\n";
}

constexpr const char* kHead = "/Lux5\\253663629_D\r\n\r\n";  // 21
constexpr const char* kLines[] = {
    "1-3:0.2.8(42)\r\n",                           // 15
    "0-0:1.0.0(150604121500S)\r\n",                // 26
    "0-0:42.0.0(53414731313035303030303033)\r\n",  // 40
    "1-0:1.8.0(000025.653*kWh)\r\n",               // 27
    "1-0:2.8.0(000000.000*kWh)\r\n",               // 27
    "1-0:3.8.0(000014.854*kvarh)\r\n",             // 29
    "1-0:4.8.0(000019.128*kvarh)\r\n",             // 29
    "1-0:1.7.0(00.000*kW)\r\n",                    // 22
    "1-0:2.7.0(00.000*kW)\r\n",                    // 22
};

/// The telegram with this number; no two are alike.
std::string telegram(int number, std::size_t lines = std::size(kLines)) {
  std::string body = kHead;
  for (std::size_t i = 0; i < lines; ++i) body += kLines[i];
  const auto energy = body.find(".653");
  if (energy != std::string::npos) body.replace(energy, 4, "." + std::to_string(600 + number));
  return with_crc(body + "!");
}

FaultRequest parsed(std::string_view text) {
  const auto request = parse_fault(text);
  EXPECT_TRUE(request) << text << ": " << (request ? "" : request.error().message);
  return request.value_or(FaultRequest{});
}

/// Telegrams 1 to `count` as a meter with these faults sends them.
std::vector<Emission> emissions(const std::vector<std::string>& faults, int count,
                                std::uint64_t seed = 1, int from = 1) {
  std::vector<FaultRequest> requests;
  for (const std::string& fault : faults) requests.push_back(parsed(fault));
  const FrameKeys keys{AesKey(std::span<const char, 16>(kKeys.encryption.data(), 16)),
                       AesKey(std::span<const char, 16>(kKeys.authentication.data(), 16))};
  TelegramSealer sealer(keys, kTitle);
  sealer.remember_frames();
  std::vector<Emission> sent;
  for (int number = from; number < from + count; ++number) {
    Emission emission{.bytes = telegram(number)};
    apply_faults(requests, seed, static_cast<std::uint64_t>(number), kNow, emission,
                 [&](Emission& plain) { EXPECT_TRUE(sealer.seal(plain)); });
    sent.push_back(std::move(emission));
  }
  return sent;
}

using Stream = std::vector<std::string>;

Stream stream(const std::vector<std::string>& faults, int count, std::uint64_t seed = 1) {
  Stream all;
  for (const Emission& emission : emissions(faults, count, seed)) all.push_back(emission.bytes);
  return all;
}

std::string first(const std::string& fault, std::uint64_t seed = 1) {
  return stream({fault}, 1, seed)[0];
}

/// The text of the first telegram, and its frame with counter 0.
const std::string kText = telegram(1);
const std::string kFrame = frame_of(0, kText);
constexpr std::size_t kTextAt = 2 + 8 + 3 + 1 + 4;

// --- the faults -----------------------------------------------------------------------------------

void none_is_what_openssl_seals() {
  EXPECT_EQ(stream({}, 3), (Stream{kFrame, frame_of(1, telegram(2)), frame_of(2, telegram(3))}));
}

void wrong_key() {
  EXPECT_EQ(stream({"wrong-key,every=2"}, 3),
            (Stream{kFrame, frame_of(1, telegram(2), kOther), frame_of(2, telegram(3))}));
}

void wrong_authentication_key() {
  const Keys other{kKeys.encryption, bytes_from(0xFF, -0x11)};  // FF EE … 00
  EXPECT_EQ(stream({"wrong-authentication-key,every=2"}, 3),
            (Stream{kFrame, frame_of(1, telegram(2), other), frame_of(2, telegram(3))}));
  const Keys both{kOther.encryption, other.authentication};
  EXPECT_EQ(stream({"wrong-authentication-key", "wrong-key"}, 1), Stream{frame_of(0, kText, both)});
}

void key_change() {
  EXPECT_EQ(stream({"key-change,every=3"}, 7),
            (Stream{kFrame, frame_of(1, telegram(2)), frame_of(0, telegram(3), kOther),
                    frame_of(1, telegram(4), kOther), frame_of(2, telegram(5), kOther),
                    frame_of(0, telegram(6)), frame_of(1, telegram(7))}));
}

void replay() {
  EXPECT_EQ(stream({"replay,every=2"}, 4),
            (Stream{kFrame, kFrame, frame_of(1, telegram(3)), frame_of(1, telegram(3))}));
  EXPECT_EQ(stream({"replay"}, 3), (Stream{kFrame, kFrame, kFrame})) << "the first is as ever";
  EXPECT_EQ(stream({"two-frames,every=2", "replay,every=3"}, 3)[2], frame_of(2, telegram(2)))
      << "of two frames, the last";
}

void counter_repeat() {
  EXPECT_EQ(stream({"counter-repeat,every=2"}, 4),
            (Stream{kFrame, frame_of(0, telegram(2)), frame_of(1, telegram(3)),
                    frame_of(1, telegram(4))}));
}

void counter_back() {
  const auto counters = [](const std::string& fault, int count) {
    std::vector<unsigned> all;
    for (const std::string& frame : stream({fault}, count)) {
      EXPECT_TRUE(opens(frame));
      all.push_back(static_cast<unsigned char>(frame[kTextAt - 1]));
    }
    return all;
  };
  EXPECT_EQ(counters("counter-back,every=4", 6), (std::vector<unsigned>{0, 1, 2, 1, 3, 4}));
  EXPECT_EQ(counters("counter-back=3,every=6", 7), (std::vector<unsigned>{0, 1, 2, 3, 4, 1, 5}));
  // Not to 0, which is a reset, and not where there is nothing between.
  EXPECT_EQ(counters("counter-back=9,every=4", 6), (std::vector<unsigned>{0, 1, 2, 1, 3, 4}));
  EXPECT_EQ(counters("counter-back", 6), (std::vector<unsigned>{0, 1, 2, 1, 1, 1}));
}

void counter_gap() {
  EXPECT_EQ(stream({"counter-gap=300,every=2"}, 3),
            (Stream{kFrame, frame_of(301, telegram(2)), frame_of(302, telegram(3))}));
  EXPECT_EQ(stream({"counter-gap"}, 2), (Stream{frame_of(1, kText), frame_of(3, telegram(2))}));
}

void counter_reset() {
  EXPECT_EQ(stream({"counter-reset,every=3"}, 4),
            (Stream{kFrame, frame_of(1, telegram(2)), frame_of(0, telegram(3)),
                    frame_of(1, telegram(4))}));
}

void control_bytes() {
  // The first counter that gives them all, looked for here.
  const auto has_all = [](const std::string& ciphertext) {
    for (const char c :
         {'\xDB', '/', '!', '\x11', '\x13', '\x0D', '\x0A', '\x03', '\x04', '\x1A', '\xFF'}) {
      if (ciphertext.find(c) == std::string::npos) return false;
    }
    return ciphertext.find("\n!") != std::string::npos;
  };
  std::size_t counter = 0;
  std::vector<std::string> expected;
  for (const int number : {1, 2}) {
    const auto good = [&] {
      std::string text = encrypted(kKeys, counter, telegram(number));
      text.resize(text.size() - 12);
      return has_all(text);
    };
    while (!good()) ++counter;
    expected.push_back(frame_of(counter++, telegram(number)));
  }
  EXPECT_GT(counter, 2U);
  EXPECT_EQ(stream({"control-bytes"}, 2), expected);
}

void length_forms() {
  // 21 + 15 + 26 + 40 + 7, and 27 more are too many for 110.
  const std::string three = telegram(1, 3);
  ASSERT_EQ(three.size(), 109U);
  EXPECT_EQ(first("length-form-short"), frame_of(0, three, kKeys, big_endian(109 + 17, 1)));
  // 21 + 15 + 26 + 40 + 27 + 27 + 29 + 29 + 7, and 22 more are too many for 238.
  const std::string seven = telegram(1, 7);
  ASSERT_EQ(seven.size(), 221U);
  EXPECT_EQ(first("length-form-81"), frame_of(0, seven, kKeys, "\x81" + big_endian(221 + 17, 1)));
  EXPECT_EQ(first("length-form-82"), frame_of(0, seven, kKeys, "\x82" + big_endian(221 + 17, 2)));
  EXPECT_EQ(first("length-form-83"),
            frame_of(0, kText, kKeys, "\x83" + big_endian(kText.size() + 17, 3)));
}

/// As many bytes as the form can say stay, and one more is too many.
void length_forms_are_filled() {
  const auto shortened = [](std::string_view fault, std::size_t lines, std::size_t more) {
    std::string text = telegram(1, lines);
    text.insert(text.find("\r\n"), std::string(more, 'x'));
    Emission emission{.bytes = with_crc(text.substr(0, text.size() - 6))};
    const std::vector<FaultRequest> requests = {parsed(fault)};
    apply_faults(requests, 1, 1, kNow, emission);
    return emission.bytes.size();
  };
  EXPECT_EQ(shortened("length-form-short", 3, 1), 110U);
  EXPECT_EQ(shortened("length-form-short", 3, 2), 111U - 40);
  EXPECT_EQ(shortened("length-form-short", 9, 1), 110U);
  EXPECT_EQ(shortened("length-form-short", 9, 2), 111U - 40);
  for (const std::string_view fault : {"length-form-81", "length-form-82"}) {
    EXPECT_EQ(shortened(fault, 7, 17), 238U);
    EXPECT_EQ(shortened(fault, 7, 18), 239U - 29);
  }
}

void two_frames() {
  EXPECT_EQ(stream({"two-frames,every=2"}, 3),
            (Stream{kFrame, frame_of(1, telegram(2)) + frame_of(2, telegram(2)),
                    frame_of(3, telegram(3))}));
  EXPECT_EQ(stream({"counter-reset", "two-frames"}, 1)[0], kFrame + frame_of(1, kText));
}

void plain_too() {
  EXPECT_EQ(stream({"plain-too,every=2"}, 3),
            (Stream{kFrame, frame_of(1, telegram(2)) + telegram(2), frame_of(2, telegram(3))}));
}

void unsealed() {
  EXPECT_EQ(stream({"unsealed,every=2"}, 4),
            (Stream{kFrame, telegram(2), frame_of(1, telegram(3)), telegram(4)}));
  const std::string until = "unsealed,until=2026-05-28T20:26:41Z";
  EXPECT_EQ(first(until), kText) << "a switch";
  EXPECT_EQ(first("unsealed,from=2026-05-28T20:26:41Z"), kFrame);
}

/// Only these bytes differ from the frame, in so many bits, and in time all of them do.
void flips(const std::string& id, std::size_t begin, std::size_t end) {
  std::set<std::size_t> seen;
  for (const int amount : {1, 2, 7}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      const std::string bytes = first(id + "=" + std::to_string(amount), seed);
      ASSERT_EQ(bytes.size(), kFrame.size());
      int bits = 0;
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        const int here = __builtin_popcount(static_cast<unsigned char>(bytes[at] ^ kFrame[at]));
        bits += here;
        if (here > 0) {
          EXPECT_TRUE(at >= begin && at < end) << id << " at " << at;
          seen.insert(at);
        }
      }
      EXPECT_EQ(bits, amount) << id << " seed " << seed;
    }
  }
  EXPECT_GT(seen.size(), std::min<std::size_t>(end - begin, 100) - 1);
}

void lengths_are_wrong() {
  const auto with_length = [](std::size_t length) {
    std::string frame = kFrame;
    return frame.replace(11, 2, big_endian(length, 2));
  };
  const std::size_t right = kText.size() + 17;
  EXPECT_EQ(first("length-too-long"), with_length(right + 16));
  EXPECT_EQ(first("length-too-long=300"), with_length(right + 300));
  EXPECT_EQ(first("length-too-short"), with_length(right - 16));
  EXPECT_EQ(first("length-too-short=1"), with_length(right - 1));
  // In one octet and in three likewise; the form stays.
  const std::string three = telegram(1, 3);
  EXPECT_EQ(stream({"length-form-short", "length-too-long=1"}, 1)[0],
            frame_of(0, three, kKeys, "\x7F"));
  EXPECT_EQ(stream({"length-form-short", "length-too-long=2"}, 1)[0],
            frame_of(0, three, kKeys, "\x7E"))
      << "80 would be another form";
  EXPECT_EQ(stream({"length-form-83", "length-too-short=20"}, 1)[0],
            frame_of(0, kText, kKeys, "\x83" + big_endian(right - 20, 3)));
}

void frames_are_split() {
  const std::size_t size = kFrame.size();
  const auto pauses = [](std::vector<std::size_t> offsets, std::chrono::milliseconds each) {
    std::vector<Pause> all;
    for (const std::size_t offset : offsets) all.push_back({offset, each});
    return all;
  };
  const Emission sent = emissions({"split-frame=2s"}, 1)[0];
  EXPECT_EQ(sent.bytes, kFrame);
  EXPECT_EQ(sent.pauses, pauses({1, kTextAt, (kTextAt + size) / 2, size - 12}, 2s));
  EXPECT_EQ(emissions({"split-frame", "cut-tail=12"}, 1)[0].pauses,
            pauses({1, kTextAt, (kTextAt + size) / 2}, 1500ms));
  EXPECT_EQ(emissions({"stall=1s,at=byte:20", "split-frame=2s"}, 1)[0].pauses.at(2),
            (Pause{20, 1s}));
}

using Check = void (*)();
const std::map<std::string_view, Check> kChecks = {
    {"wrong-key", wrong_key},
    {"wrong-authentication-key", wrong_authentication_key},
    {"key-change", key_change},
    {"replay", replay},
    {"counter-repeat", counter_repeat},
    {"counter-back", counter_back},
    {"counter-gap", counter_gap},
    {"counter-reset", counter_reset},
    {"control-bytes", control_bytes},
    {"length-form-short",
     [] {
       length_forms();
       length_forms_are_filled();
     }},
    {"length-form-81", length_forms},
    {"length-form-82", length_forms},
    {"length-form-83", length_forms},
    {"two-frames", two_frames},
    {"plain-too", plain_too},
    {"unsealed", unsealed},
    {"flip-title", [] { flips("flip-title", 2, 10); }},
    {"flip-length", [] { flips("flip-length", 10, 13); }},
    {"flip-counter", [] { flips("flip-counter", 14, 18); }},
    {"flip-ciphertext", [] { flips("flip-ciphertext", kTextAt, kFrame.size() - 12); }},
    {"flip-tag", [] { flips("flip-tag", kFrame.size() - 12, kFrame.size()); }},
    {"length-too-long", lengths_are_wrong},
    {"length-too-short", lengths_are_wrong},
    {"split-frame", frames_are_split},
};

// --- the tests ------------------------------------------------------------------------------------

TEST(FrameFault, NoneIsWhatOpenSslSeals) { none_is_what_openssl_seals(); }

TEST(FrameFault, DoesWhatItsRowSays) {
  for (const auto& [id, check] : kChecks) {
    SCOPED_TRACE(id);
    check();
  }
}

TEST(FrameFault, EveryRowHasATest) {
  std::set<std::string_view> tested, known;
  for (const auto& [id, check] : kChecks) tested.insert(id);
  for (const FaultRow& row : faults()) {
    if (row.sealed_only) known.insert(row.id);
  }
  EXPECT_EQ(tested, known);
}

TEST(FrameFault, TheTagIsRightOrWrongAsItsRowSays) {
  ASSERT_TRUE(opens(kFrame));
  for (const FaultRow& row : faults()) {
    if (!row.sealed_only || row.id == "unsealed") continue;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      EXPECT_EQ(opens(first(std::string(row.id), seed)), row.crc_stays_right)
          << row.id << ", " << seed;
    }
  }
}

TEST(FrameFault, TextFaultsAreWithinTheSeal) {
  std::string body = kText.substr(0, kText.size() - 6);
  body.replace(body.find("(00.000*kW"), 10, "(00000*W");
  EXPECT_EQ(first("watts,at=1-0:1.7.0"), frame_of(0, with_crc(body)));
}

// Bytes get lost in a frame as in a telegram.
TEST(FrameFault, ByteFaultsTakeFramesToo) {
  EXPECT_EQ(first("cut-tail"), kFrame.substr(0, kFrame.size() - 100));
  EXPECT_EQ(first("cut-head=9"), kFrame.substr(9));
  EXPECT_EQ(first("drop-byte,at=byte:0"), kFrame.substr(1));
  EXPECT_EQ(first("drop-byte=3,at=byte:20"), kFrame.substr(0, 20) + kFrame.substr(23));
  EXPECT_EQ(first("noise=5").substr(5), kFrame);
  EXPECT_EQ(stream({"silence"}, 2), (Stream{"", ""}));
  // Without a place, anywhere but at DB, whatever looks like a '!' or a line end.
  std::set<std::size_t> dropped;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::string bytes = first("drop-byte", seed);
    ASSERT_EQ(bytes.size(), kFrame.size() - 1);
    dropped.insert(
        static_cast<std::size_t>(std::ranges::mismatch(bytes, kFrame).in1 - bytes.begin()));
  }
  EXPECT_GE(*dropped.begin(), 1U);
  EXPECT_GT(*dropped.rbegin(), kFrame.size() - 12);
  EXPECT_GT(dropped.size(), kFrame.size() / 2);
}

// A tag may end with what would be a line end elsewhere.
TEST(FrameFault, ATagThatEndsWithLineFeedIsCutToo) {
  int met = 0;
  const auto whole = stream({}, 1000);
  const auto cut = stream({"cut-tail=1"}, 1000);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    met += whole[i].back() == '\n' || whole[i].back() == '\r' ? 1 : 0;
    EXPECT_EQ(cut[i], whole[i].substr(0, whole[i].size() - 1));
  }
  EXPECT_GT(met, 0);
}

std::string refusal(std::string_view fault, bool sealed, const std::string& text = kText) {
  const auto why = cannot_apply(parsed(fault), Emission{.bytes = text}, sealed);
  return why ? why->message : "";
}

TEST(FrameFault, APlainMeterHasNone) {
  for (const FaultRow& row : faults()) {
    if (!row.sealed_only) continue;
    EXPECT_EQ(
        refusal(row.id, false),
        std::string(row.id) + ": applies only to sealed telegrams; this meter sends plain ones");
    EXPECT_EQ(refusal(row.id, true), "") << row.id;
    EXPECT_THAT(refusal(std::string(row.id) + ",at=byte:5", true),
                HasSubstr("does not accept at="));
  }
}

TEST(FrameFault, ASealedMeterHasNeitherLinesNorCrcOutside) {
  std::set<std::string_view> impossible;
  for (const FaultRow& row : faults()) {
    const bool no_such_object = row.id == "swap-peak" || row.id == "mbus-order" ||
                                row.id == "long-message" || row.id == "slash-and-bang";
    if (!no_such_object && !refusal(row.id, true).empty()) impossible.insert(row.id);
  }
  EXPECT_EQ(impossible,
            (std::set<std::string_view>{"crc", "crc-wrong", "crc-missing", "crc-lower-case",
                                        "crc-unpadded", "glue", "lose-footer"}));
  EXPECT_EQ(refusal("crc-wrong", true),
            "crc-wrong: cannot be applied to this meter's telegrams: sealed, they have neither "
            "data lines nor a CRC");
  EXPECT_NE(refusal("stall,at=1-0:1.7.0", true), "");
  EXPECT_NE(refusal("stall,at=line:1", true), "");
  EXPECT_EQ(refusal("stall,at=byte:19", true), "");
}

TEST(FrameFault, SaysBeforehandThatItCannotApply) {
  EXPECT_EQ(refusal("flip-tag=96", true), "");
  EXPECT_EQ(refusal("flip-tag=97", true),
            "flip-tag: cannot be applied to this meter's telegrams: 97 bits are too many")
      << "a tag has 12 octets";
  EXPECT_NE(refusal("flip-counter=33", true), "");
  EXPECT_NE(refusal("length-too-long=65536", true), "");
  EXPECT_NE(refusal("length-too-short=9999", true), "");
  EXPECT_NE(refusal("control-bytes", true, telegram(1, 7)), "") << "221 bytes have no room";
  // An identification that leaves no room for a data line.
  const std::string longer =
      with_crc("/Lux5" + std::string(90, 'x') + "\r\n\r\n" + kLines[0] + "!");
  EXPECT_NE(refusal("length-form-short", true, longer), "");
  EXPECT_EQ(refusal("length-form-81", true, longer), "");
}

}  // namespace
}  // namespace p1rig::fault_frame_test
