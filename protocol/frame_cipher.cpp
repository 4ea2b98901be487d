#include "protocol/frame_cipher.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "protocol/hex.h"

namespace p1rig {
namespace {

constexpr std::size_t kDigits = 2 * AesKey::kSize;

std::array<char, AesGcm::kIvSize> make_iv(std::string_view title, std::uint32_t counter) {
  std::array<char, AesGcm::kIvSize> iv{};
  std::ranges::copy(title.substr(0, kTitleSize), iv.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    iv[kTitleSize + i] = static_cast<char>((counter >> (24 - 8 * i)) & 0xFFU);
  }
  return iv;
}

std::string_view view(const std::array<char, AesGcm::kIvSize>& iv) {
  return {iv.data(), iv.size()};
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

struct KeyLine {
  std::size_t number;
  std::string_view text;
};

std::vector<KeyLine> lines_with_keys(std::string_view text) {
  std::vector<KeyLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim_blanks(text.substr(0, end));
    if (!line.empty() && line.front() != '#') lines.push_back({number, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

tl::unexpected<Error> complain_of(const KeyLine& line, std::string_view name,
                                  const std::string& what) {
  return fail("line " + std::to_string(line.number) + ": expected 32 hexadecimal digits of the " +
              std::string(name) + " key, " + what);
}

Result<AesKey> parse_key(const KeyLine& line, std::string_view name) {
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    if (!hex_digit(line.text[i])) {
      return complain_of(line, name, "character " + std::to_string(i + 1) + " is not one");
    }
  }
  if (line.text.size() != kDigits) {
    return complain_of(line, name, "found " + std::to_string(line.text.size()));
  }
  std::array<char, AesKey::kSize> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const unsigned high = hex_digit(line.text[2 * i]).value_or(0);
    const unsigned low = hex_digit(line.text[2 * i + 1]).value_or(0);
    octets[i] = static_cast<char>(high << 4U | low);
  }
  const AesKey key(octets);
  wipe(octets);
  return key;
}

}  // namespace

AesKey printed_authentication_key() {
  std::array<char, AesKey::kSize> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<char>(0x11U * i);
  return AesKey(octets);
}

Result<FrameKeys> parse_frame_keys(std::string_view text) {
  const std::vector<KeyLine> lines = lines_with_keys(text);
  if (lines.empty()) return fail("contains no key: expected 32 hexadecimal digits");
  if (lines.size() > 2) {
    return fail("line " + std::to_string(lines[2].number) +
                ": expected an encryption key and an authentication key, found a third line");
  }
  const auto encryption = parse_key(lines[0], "encryption");
  if (!encryption) return tl::make_unexpected(encryption.error());
  if (lines.size() == 1) return FrameKeys{*encryption, printed_authentication_key()};
  const auto authentication = parse_key(lines[1], "authentication");
  if (!authentication) return tl::make_unexpected(authentication.error());
  return FrameKeys{*encryption, *authentication};
}

FrameCipher::FrameCipher(const FrameKeys& keys) : gcm_(keys.encryption) {
  aad_[0] = kFrameSecurity;
  std::ranges::copy(keys.authentication.octets(), aad_.begin() + 1);
}

void FrameCipher::seal(std::string_view title, std::uint32_t counter, std::string_view telegram,
                       std::string& frame, LengthForm form) {
  const std::size_t head = begin_frame(title, counter, telegram.size(), form, frame);
  const auto iv = make_iv(title, counter);
  const std::span<char> bytes(frame);
  gcm_.encrypt(view(iv), {aad_.data(), aad_.size()}, telegram, bytes.subspan(head, telegram.size()),
               bytes.last(kTagSize));
}

bool FrameCipher::open(const DlmsFrame& frame, std::string& telegram) {
  telegram.resize(frame.ciphertext.size());
  const auto iv = make_iv(frame.title, frame.counter);
  const bool right =
      gcm_.decrypt(view(iv), {aad_.data(), aad_.size()}, frame.ciphertext, frame.tag, telegram);
  if (!right) telegram.clear();
  return right;
}

std::string FrameCipher::key_check_value() {
  const auto iv = make_iv("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", kLastCounter);
  std::array<char, 4> octets{};
  std::array<char, kTagSize> tag{};
  gcm_.encrypt(view(iv), {}, {"\0\0\0\0", octets.size()}, octets, tag);
  return print_hex({octets.data(), octets.size()});
}

}  // namespace p1rig
