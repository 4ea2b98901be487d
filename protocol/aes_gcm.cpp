#include "protocol/aes_gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace p1rig {
namespace {

const unsigned char* octets_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// OpenSSL fails here only without memory or without AES: nothing that a caller could fix.
void require(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL: AES-128-GCM failed");
}

int size_of(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::length_error("AES-128-GCM: too many bytes");
  }
  return static_cast<int>(bytes.size());
}

}  // namespace

void wipe(std::span<char> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

AesKey::AesKey(std::span<const char, kSize> octets) : octets_{} {
  std::ranges::copy(octets, octets_.begin());
}

struct AesGcm::Context {
  EVP_CIPHER_CTX* evp = EVP_CIPHER_CTX_new();

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_CIPHER_CTX_free(evp); }  // wipes the key schedule

  /// From the IV through the last byte; what follows differs in the tag.
  void run(bool encrypt, std::string_view iv, std::string_view aad, std::string_view in,
           std::span<char> out) {
    if (iv.size() != kIvSize || out.size() != in.size()) {
      throw std::invalid_argument("AES-128-GCM: wrong sizes");
    }
    int written = 0;
    require(EVP_CipherInit_ex(evp, nullptr, nullptr, nullptr, octets_of(iv), encrypt ? 1 : 0));
    require(EVP_CipherUpdate(evp, nullptr, &written, octets_of(aad), size_of(aad)));
    if (in.empty()) return;
    require(EVP_CipherUpdate(evp, reinterpret_cast<unsigned char*>(out.data()), &written,
                             octets_of(in), size_of(in)));
  }

  /// True if all is well; for decryption, where the tag is right.
  bool finish() {
    unsigned char none[16];  // GCM leaves nothing over
    int written = 0;
    return EVP_CipherFinal_ex(evp, none, &written) == 1;
  }
};

AesGcm::AesGcm(const AesKey& key) : context_(std::make_unique<Context>()) {
  if (context_->evp == nullptr) throw std::bad_alloc();
  require(EVP_CipherInit_ex(context_->evp, EVP_aes_128_gcm(), nullptr, octets_of(key.octets()),
                            nullptr, 1));
}

AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

void AesGcm::encrypt(std::string_view iv, std::string_view aad, std::string_view text,
                     std::span<char> data, std::span<char> tag) {
  context_->run(true, iv, aad, text, data);
  require(context_->finish() ? 1 : 0);
  require(EVP_CIPHER_CTX_ctrl(context_->evp, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                              tag.data()));
}

bool AesGcm::decrypt(std::string_view iv, std::string_view aad, std::string_view data,
                     std::string_view tag, std::span<char> text) {
  context_->run(false, iv, aad, data, text);
  // OpenSSL only reads the tag; its interface is older than const.
  require(EVP_CIPHER_CTX_ctrl(context_->evp, EVP_CTRL_AEAD_SET_TAG, size_of(tag),
                              const_cast<char*>(tag.data())));
  if (context_->finish()) return true;
  wipe(text);
  return false;
}

}  // namespace p1rig
