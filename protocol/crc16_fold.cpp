#include "protocol/crc16_fold.h"

#ifdef P1RIG_CRC_FOLDS

#include <immintrin.h>

#include "protocol/crc16_constants.h"

// CRC by carry-less multiplication, in the reflected domain: the bytes as they lie in memory are the
// coefficients of a polynomial from the highest on, and 16 of them are moved past those after them
// by two products with constants. As the CRC starts with 0, zeros in front change nothing: the bytes
// that are no whole block come first, moved to the end of a block, and there is no code for a tail.
//
// Everything is compiled for AVX at least: the same instructions in their SSE encoding run at half the
// speed while the upper halves of the registers are in use, as they are after AVX-512 code. No load
// reaches beyond the bytes, not even masked: next to an unmapped page that would be very slow.

#define P1RIG_PCLMUL __attribute__((target("avx,pclmul")))
#define P1RIG_VPCLMUL \
  __attribute__((target("avx,pclmul,avx2,avx512f,avx512bw,avx512vl,avx512vbmi,vpclmulqdq")))

namespace p1rig {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kWideBlock = 64;

/// 0 to 15 after sixteen indices that shuffle a zero in: loading at n moves bytes up by 16 - n.
constexpr auto kMoveUp = [] {
  std::array<std::uint8_t, 2 * kBlock> indices{};
  for (std::size_t i = 0; i < kBlock; ++i) {
    indices[i] = 0x80;
    indices[kBlock + i] = static_cast<std::uint8_t>(i);
  }
  return indices;
}();

constexpr auto kIndices = [] {
  std::array<std::uint8_t, kWideBlock> indices{};
  for (std::size_t i = 0; i < kWideBlock; ++i) indices[i] = static_cast<std::uint8_t>(i);
  return indices;
}();

P1RIG_PCLMUL inline __m128i load(const unsigned char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

/// The factors that move a block by `Bits`: its first half has 64 more to go.
template <unsigned Bits>
P1RIG_PCLMUL inline __m128i factors() {
  constexpr std::uint64_t kFirst = crc::shift_by(Bits + 64);
  constexpr std::uint64_t kSecond = crc::shift_by(Bits);
  return _mm_set_epi64x(static_cast<long long>(kSecond), static_cast<long long>(kFirst));
}

P1RIG_PCLMUL inline __m128i moved(__m128i block, __m128i by) {
  return _mm_xor_si128(_mm_clmulepi64_si128(block, by, 0x00),
                       _mm_clmulepi64_si128(block, by, 0x11));
}

/// The CRC of sixteen bytes.
P1RIG_PCLMUL inline std::uint16_t reduce(__m128i block) {
  constexpr std::uint64_t kMove = crc::shift_by(64);
  const __m128i move = _mm_set_epi64x(0, static_cast<long long>(kMove));
  const __m128i divide = _mm_set_epi64x(static_cast<long long>(crc::kReflectedPolynomial),
                                        static_cast<long long>(crc::kReciprocal));
  const __m128i of80 = _mm_clmulepi64_si128(block, move, 0x00);
  const __m128i of64 = _mm_xor_si128(block, _mm_clmulepi64_si128(of80, move, 0x00));
  const __m128i rest = _mm_xor_si128(of64, of80);
  const __m128i quotient = _mm_clmulepi64_si128(rest, divide, 0x01);
  const __m128i product = _mm_clmulepi64_si128(quotient, divide, 0x10);
  return static_cast<std::uint16_t>(_mm_extract_epi16(product, 4));
}

/// One byte by itself where a seed would reach beyond it.
inline bool step_first(const unsigned char*& bytes, std::size_t& size, std::uint16_t& seed,
                       std::size_t head) {
  if (seed == 0 || head != 1) return false;
  seed = crc_portable(bytes, 1, seed);
  ++bytes;
  --size;
  return true;
}

}  // namespace

bool has_pclmul() { return __builtin_cpu_supports("avx") && __builtin_cpu_supports("pclmul"); }

bool has_vpclmul() {
  return has_pclmul() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("vpclmulqdq");
}

P1RIG_PCLMUL std::uint16_t crc_pclmul(const unsigned char* bytes, std::size_t size,
                                      std::uint16_t seed) {
  if (size <= kBlock) return crc_portable(bytes, size, seed);
  std::size_t head = (size - 1) % kBlock + 1;
  if (step_first(bytes, size, seed, head)) head = kBlock;

  const __m128i first = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128(seed));
  __m128i a = _mm_setzero_si128(), b = a, c = a;
  __m128i d = _mm_shuffle_epi8(first, load(kMoveUp.data() + head));
  bytes += head;
  std::size_t blocks = (size - head) / kBlock;
  for (; blocks % 4 != 0; --blocks, bytes += kBlock) {
    a = b, b = c, c = d;
    d = load(bytes);
  }
  const __m128i by_four = factors<4 * 128>();
  for (; blocks > 0; blocks -= 4, bytes += 4 * kBlock) {
    a = _mm_xor_si128(moved(a, by_four), load(bytes));
    b = _mm_xor_si128(moved(b, by_four), load(bytes + kBlock));
    c = _mm_xor_si128(moved(c, by_four), load(bytes + 2 * kBlock));
    d = _mm_xor_si128(moved(d, by_four), load(bytes + 3 * kBlock));
  }
  const __m128i ab = _mm_xor_si128(moved(a, factors<3 * 128>()), moved(b, factors<2 * 128>()));
  const __m128i cd = _mm_xor_si128(moved(c, factors<128>()), d);
  return reduce(_mm_xor_si128(ab, cd));
}

namespace {

P1RIG_VPCLMUL inline __m512i load_wide(const unsigned char* bytes) {
  return _mm512_loadu_si512(bytes);
}

template <unsigned Bits>
P1RIG_VPCLMUL inline __m512i wide_factors() {
  return _mm512_broadcast_i32x4(factors<Bits>());
}

/// block moved, and `onto` added.
P1RIG_VPCLMUL inline __m512i moved_onto(__m512i block, __m512i by, __m512i onto) {
  return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(block, by, 0x00),
                                   _mm512_clmulepi64_epi128(block, by, 0x11), onto, 0x96);
}

}  // namespace

P1RIG_VPCLMUL std::uint16_t crc_vpclmul(const unsigned char* bytes, std::size_t size,
                                        std::uint16_t seed) {
  if (size <= kWideBlock) return crc_pclmul(bytes, size, seed);
  std::size_t head = (size - 1) % kWideBlock + 1;
  if (step_first(bytes, size, seed, head)) head = kWideBlock;

  const __m512i first =
      _mm512_xor_si512(load_wide(bytes), _mm512_zextsi128_si512(_mm_cvtsi32_si128(seed)));
  const auto gap = static_cast<unsigned>(kWideBlock - head);
  const __m512i from =
      _mm512_sub_epi8(load_wide(kIndices.data()), _mm512_set1_epi8(static_cast<char>(gap)));
  __m512i a = _mm512_setzero_si512(), b = a, c = a;
  __m512i d = _mm512_maskz_permutexvar_epi8(~std::uint64_t{0} << gap, from, first);
  bytes += head;
  std::size_t blocks = (size - head) / kWideBlock;
  for (; blocks % 4 != 0; --blocks, bytes += kWideBlock) {
    a = b, b = c, c = d;
    d = load_wide(bytes);
  }
  const __m512i by_four = wide_factors<4 * 512>();
  for (; blocks > 0; blocks -= 4, bytes += 4 * kWideBlock) {
    a = moved_onto(a, by_four, load_wide(bytes));
    b = moved_onto(b, by_four, load_wide(bytes + kWideBlock));
    c = moved_onto(c, by_four, load_wide(bytes + 2 * kWideBlock));
    d = moved_onto(d, by_four, load_wide(bytes + 3 * kWideBlock));
  }
  const __m512i cd = moved_onto(c, wide_factors<512>(), d);
  const __m512i bcd = moved_onto(b, wide_factors<2 * 512>(), cd);
  const __m512i all = moved_onto(a, wide_factors<3 * 512>(), bcd);

  // Three of its four blocks are moved onto the last.
  const __m512i by = _mm512_inserti32x4(
      _mm512_inserti32x4(_mm512_inserti32x4(_mm512_setzero_si512(), factors<3 * 128>(), 0),
                         factors<2 * 128>(), 1),
      factors<128>(), 2);
  const __m512i last = _mm512_maskz_mov_epi64(0xC0, all);
  const __m512i sum = moved_onto(all, by, last);
  const __m256i half =
      _mm256_xor_si256(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
  return reduce(_mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

}  // namespace p1rig

#endif
