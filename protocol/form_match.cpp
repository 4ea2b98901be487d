#include "protocol/form_match.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "protocol/crc16_paths.h"

#ifdef P1RIG_WIDE_FORMS
#include <immintrin.h>
#endif

// The last block overlaps the one before it, so that no load reaches beyond the bytes, not even masked:
// next to an unmapped page that would be very slow.

namespace p1rig {
namespace {

// The way of the CRC that needs the same instructions; other machines have none of that name.
constexpr std::string_view kWidePath = "vpclmul";

// How many bytes are compared before deciding whether to continue.
constexpr std::size_t kStride = 256;

// Compilers turn these into what the machine has for 16 bytes.
constexpr std::size_t kBlock = 16;
using Block = unsigned char __attribute__((vector_size(kBlock)));
using Words = unsigned long long __attribute__((vector_size(kBlock)));

inline Block load(const void* bytes) {
  Block block;
  std::memcpy(&block, bytes, kBlock);
  return block;
}

/// Not zero where a byte is out of its range.
inline Words copy_block(const char* bytes, const unsigned char* lowest, const unsigned char* range,
                        char* copy) {
  const Block block = load(bytes);
  std::memcpy(copy, &block, kBlock);
  const Block above = block - load(lowest);
  return reinterpret_cast<Words>(above > load(range));
}

inline bool is_zero(Words words) { return (words[0] | words[1]) == 0; }

#ifdef P1RIG_WIDE_FORMS

#define P1RIG_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

constexpr std::size_t kWideBlock = 64;

P1RIG_AVX512 inline __m512i load_wide(const void* bytes) { return _mm512_loadu_si512(bytes); }

/// How far bytes are beyond their range.
P1RIG_AVX512 inline __m512i copy_wide(const char* bytes, const unsigned char* lowest,
                                      const unsigned char* range, char* copy) {
  const __m512i block = load_wide(bytes);
  _mm512_storeu_si512(copy, block);
  return _mm512_subs_epu8(_mm512_sub_epi8(block, load_wide(lowest)), load_wide(range));
}

#endif

#ifdef P1RIG_WIDE_FORMS
constexpr std::array kMatchers = {copy_if_of_form_portable, copy_if_of_form_avx512};
#else
constexpr std::array kMatchers = {copy_if_of_form_portable};
#endif

}  // namespace

bool copy_if_of_form_portable(const char* bytes, const ByteForm& form, char* copy) {
  const auto [lowest, range, size] = form;
  const std::size_t last = size - kBlock;
  for (std::size_t at = 0; at < last;) {
    const std::size_t end = std::min(at + kStride, last);
    Words wrong{};
    for (; at < end; at += kBlock) {
      wrong |= copy_block(bytes + at, lowest + at, range + at, copy + at);
    }
    if (!is_zero(wrong)) return false;
  }
  return is_zero(copy_block(bytes + last, lowest + last, range + last, copy + last));
}

#ifdef P1RIG_WIDE_FORMS

P1RIG_AVX512 bool copy_if_of_form_avx512(const char* bytes, const ByteForm& form, char* copy) {
  const auto [lowest, range, size] = form;
  const std::size_t last = size - kWideBlock;
  __m512i wrong = copy_wide(bytes + last, lowest + last, range + last, copy + last);
  for (std::size_t at = 0; at < last;) {
    const std::size_t end = std::min(at + kStride, last);
    for (; at < end; at += kWideBlock) {
      wrong = _mm512_or_si512(wrong, copy_wide(bytes + at, lowest + at, range + at, copy + at));
    }
    if (_mm512_test_epi8_mask(wrong, wrong) != 0) return false;
  }
  return _mm512_test_epi8_mask(wrong, wrong) == 0;
}

#endif

std::span<CopyIfOfForm* const> form_matchers() {
  const CrcPath& fastest = choose_crc_path("");
  return std::span(kMatchers).first(fastest.name == kWidePath ? kMatchers.size() : 1);
}

bool forms_are_wide() { return crc_path().name == kWidePath; }

bool copy_if_of_form(const char* bytes, const ByteForm& form, char* copy) {
  // As crc_path() does it.
  static constinit std::atomic<CopyIfOfForm*> chosen = nullptr;
  CopyIfOfForm* matcher = chosen.load(std::memory_order_relaxed);
  if (matcher == nullptr) [[unlikely]] {
    matcher = forms_are_wide() ? kMatchers.back() : kMatchers.front();
    chosen.store(matcher, std::memory_order_relaxed);
  }
  return matcher(bytes, form, copy);
}

}  // namespace p1rig
