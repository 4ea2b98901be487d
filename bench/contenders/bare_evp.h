#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/frame_cipher.h"

namespace p1rig::bench {

/// AES-128-GCM as OpenSSL has it and no more: ciphertext and tag, no frame; one context for all.
class BareEvp {
 public:
  BareEvp(std::string_view key_text, std::string_view title) {
    const auto keys = parse_frame_keys(key_text).value();
    aad_[0] = 0x30;
    std::ranges::copy(keys.authentication.octets(), aad_.begin() + 1);
    std::ranges::copy(title, iv_.begin());
    EVP_EncryptInit_ex(context_.get(), EVP_aes_128_gcm(), nullptr,
                       reinterpret_cast<const unsigned char*>(keys.encryption.octets().data()),
                       nullptr);
  }

  void encrypt(std::uint32_t counter, const std::string& text, std::string& out) {
    out.resize(text.size() + kTagSize);
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    for (std::size_t i = 0; i < 4; ++i) {
      iv_[8 + i] = static_cast<unsigned char>(counter >> (24 - 8 * i) & 0xFF);
    }
    int size = 0;
    EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv_.data());
    EVP_EncryptUpdate(context_.get(), nullptr, &size, aad_.data(), static_cast<int>(aad_.size()));
    EVP_EncryptUpdate(context_.get(), bytes, &size,
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context_.get(), bytes + size, &size);
    EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, bytes + text.size());
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_{EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free};
  std::array<unsigned char, 12> iv_{};
  std::array<unsigned char, 17> aad_{};
};

}  // namespace p1rig::bench
