#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace p1rig {

/// Overwrites the bytes in a way that the compiler must not leave out.
void wipe(std::span<char> bytes);

/// A key of 16 bytes. It is wiped when it goes, and nothing prints or compares it.
class AesKey {
 public:
  static constexpr std::size_t kSize = 16;

  explicit AesKey(std::span<const char, kSize> octets);
  AesKey(const AesKey&) = default;
  AesKey& operator=(const AesKey&) = default;
  ~AesKey() { wipe(octets_); }

  /// For ciphers only.
  std::string_view octets() const { return {octets_.data(), octets_.size()}; }

 private:
  std::array<char, kSize> octets_;
};

/// AES-128-GCM with one key (NIST SP 800-38D). Setting up a key costs as much as sealing a short
/// telegram, so one context serves all messages. Not for two threads at once.
///
/// `iv` always has 12 bytes; a tag has as many as the span, up to 16. Data and text have the same
/// size and may be the same bytes.
class AesGcm {
 public:
  static constexpr std::size_t kIvSize = 12;

  explicit AesGcm(const AesKey& key);
  ~AesGcm();
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;

  void encrypt(std::string_view iv, std::string_view aad, std::string_view text,
               std::span<char> data, std::span<char> tag);

  /// False if the tag is not that of iv, aad and data; then `text` is wiped.
  bool decrypt(std::string_view iv, std::string_view aad, std::string_view data,
               std::string_view tag, std::span<char> text);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace p1rig
