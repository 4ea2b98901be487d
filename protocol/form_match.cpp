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

#define P1RIG_AVX2 __attribute__((target("avx2")))

constexpr std::size_t kMiddleBlock = 32;

P1RIG_AVX2 inline __m256i load_middle(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

/// How far bytes are beyond their range.
P1RIG_AVX2 inline __m256i copy_middle(const char* bytes, const unsigned char* lowest,
                                      const unsigned char* range, char* copy) {
  const __m256i block = load_middle(bytes);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(copy), block);
  return _mm256_subs_epu8(_mm256_sub_epi8(block, load_middle(lowest)), load_middle(range));
}

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

struct Matcher {
  std::size_t bytes_at_once;
  CopyIfOfForm* matches;
};

#ifdef P1RIG_WIDE_FORMS

constexpr std::array kMatchers = {Matcher{kBlock, copy_if_of_form_portable},
                                  Matcher{kMiddleBlock, copy_if_of_form_avx2},
                                  Matcher{kWideBlock, copy_if_of_form_avx512}};

/// The widest that runs here beside that way of the CRC, which tells what instructions it may use.
const Matcher& widest_beside(const CrcPath& crc) {
  // "vpclmul" needs the same AVX-512.
  if (crc.name == "vpclmul") return kMatchers[2];
  return kMatchers[crc.name == "pclmul" && __builtin_cpu_supports("avx2") ? 1 : 0];
}

#else

constexpr std::array kMatchers = {Matcher{kBlock, copy_if_of_form_portable}};

const Matcher& widest_beside(const CrcPath&) { return kMatchers.front(); }

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

P1RIG_AVX2 bool copy_if_of_form_avx2(const char* bytes, const ByteForm& form, char* copy) {
  const auto [lowest, range, size] = form;
  const std::size_t last = size - kMiddleBlock;
  __m256i wrong = copy_middle(bytes + last, lowest + last, range + last, copy + last);
  for (std::size_t at = 0; at < last;) {
    const std::size_t end = std::min(at + kStride, last);
    for (; at < end; at += kMiddleBlock) {
      wrong = _mm256_or_si256(wrong, copy_middle(bytes + at, lowest + at, range + at, copy + at));
    }
    if (_mm256_testz_si256(wrong, wrong) == 0) return false;
  }
  return _mm256_testz_si256(wrong, wrong) != 0;
}

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

std::vector<CopyIfOfForm*> form_matchers() {
  const Matcher& widest = widest_beside(choose_crc_path(""));
  std::vector<CopyIfOfForm*> all;
  for (const Matcher& one : kMatchers) {
    if (one.bytes_at_once <= widest.bytes_at_once) all.push_back(one.matches);
  }
  return all;
}

std::size_t bytes_at_once() { return widest_beside(crc_path()).bytes_at_once; }

bool copy_if_of_form(const char* bytes, const ByteForm& form, char* copy) {
  // As crc_path() does it.
  static constinit std::atomic<CopyIfOfForm*> chosen = nullptr;
  CopyIfOfForm* matcher = chosen.load(std::memory_order_relaxed);
  if (matcher == nullptr) [[unlikely]] {
    matcher = widest_beside(crc_path()).matches;
    chosen.store(matcher, std::memory_order_relaxed);
  }
  return matcher(bytes, form, copy);
}

}  // namespace p1rig
