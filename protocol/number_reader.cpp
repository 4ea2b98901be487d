#include "protocol/number_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "protocol/form_match.h"

#ifdef P1RIG_WIDE_FORMS
#include <immintrin.h>
#endif

namespace p1rig {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kLane = 16;

std::uint64_t load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWord);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// The number whose digits are the bytes of `word`, 0 to 9 each, the first the highest.
std::int64_t eight_digits(std::uint64_t word) {
  constexpr std::uint64_t kEvenPairs = 0x000000FF000000FF;
  constexpr std::uint64_t kFirstAndThird = 100 + (1000000ULL << 32);
  constexpr std::uint64_t kSecondAndFourth = 1 + (10000ULL << 32);
  const std::uint64_t pairs = word * 10 + (word >> 8);
  return static_cast<std::int64_t>(
      ((pairs & kEvenPairs) * kFirstAndThird + ((pairs >> 16) & kEvenPairs) * kSecondAndFourth) >>
      32);
}

/// Keeps the values of the digits from the `first` to the one before `last`, counted from the end of
/// eight.
std::uint64_t digit_mask(std::size_t first, std::size_t last) {
  std::uint64_t mask = 0;
  for (std::size_t i = first; i < std::min(last, kWord); ++i) {
    mask |= std::uint64_t{0x0F} << 8 * (kWord - 1 - i);
  }
  return mask;
}

}  // namespace

void NumberReader::add(const Place& place) {
  const auto [digits, end, width, decimals] = place;
  const std::size_t point = decimals > 0 ? 1 : 0;
  if (bytes_at_once_ > kLane && width + point <= kLane) return add_wide(place);
  Short low{digits, end, digit_mask(0, width), 0};
  if (decimals > 0) {
    low.behind = digit_mask(0, decimals);
    low.before = digit_mask(decimals, width);
  }
  if (width <= kWord) {
    short_.push_back(low);
  } else {
    long_.push_back({low, end - 2 * kWord - point, digit_mask(0, width - kWord)});
  }
}

void NumberReader::add_wide(const Place& place) {
  constexpr std::uint8_t kZero = 0x80;
  if (four_.empty() || four_.back().count == 4) {
    four_.emplace_back();
    four_.back().shuffle.fill(kZero);
    // The places without a number read what the first one does.
    four_.back().begin.fill(place.end - kLane);
    four_.back().count = 0;
  }
  Four& four = four_.back();
  const std::size_t lane = four.count++;
  four.begin[lane] = place.end - kLane;
  four.digits[lane] = place.digits;
  for (std::size_t i = 0; i < place.width; ++i) {  // from the last digit on
    const std::size_t point = place.decimals > 0 && i >= place.decimals ? 1 : 0;
    four.shuffle[kLane * (lane + 1) - 1 - i] = static_cast<std::uint8_t>(kLane - 1 - i - point);
  }
}

void NumberReader::read(const char* start) const {
  const auto low_of = [start](const Short& number) {
    const char* const end = start + number.end;
    return eight_digits((load(end - kWord) & number.behind) |
                        (load(end - kWord - 1) & number.before));
  };
  for (const Short& number : short_) *number.digits = low_of(number);
  for (const Long& number : long_) {
    constexpr std::int64_t kHigh = 100'000'000;
    *number.low.digits =
        eight_digits(load(start + number.high) & number.above) * kHigh + low_of(number.low);
  }
  if (four_.empty()) return;
  bytes_at_once_ == 4 * kLane ? read_fours(start) : read_twos(start);
}

#ifdef P1RIG_WIDE_FORMS

namespace {

#define P1RIG_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

#define P1RIG_AVX2 __attribute__((target("avx2")))

P1RIG_AVX2 inline __m256i two_lanes(const char* first, const char* second) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(second));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

}  // namespace

P1RIG_AVX512 void NumberReader::read_fours(const char* start) const {
  const __m512i digit = _mm512_set1_epi8(0x0F);
  const __m512i tens = _mm512_set1_epi16(0x010A);
  const __m512i hundreds = _mm512_set1_epi32(0x00010064);
  const __m512i ten_thousands = _mm512_set1_epi32(0x00012710);
  const __m512i high = _mm512_set1_epi64(100'000'000);
  for (const Four& four : four_) {
    const __m256i first = two_lanes(start + four.begin[0], start + four.begin[1]);
    const __m256i second = two_lanes(start + four.begin[2], start + four.begin[3]);
    const __m512i text = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    const __m512i digits =
        _mm512_and_si512(_mm512_shuffle_epi8(text, _mm512_loadu_si512(four.shuffle.data())), digit);
    const __m512i fours = _mm512_madd_epi16(_mm512_maddubs_epi16(digits, tens), hundreds);
    // Of each lane, the number of the first eight digits and that of the last, twice.
    const __m512i eights = _mm512_madd_epi16(_mm512_packus_epi32(fours, fours), ten_thousands);
    const __m512i numbers =
        _mm512_add_epi64(_mm512_mul_epu32(eights, high), _mm512_srli_epi64(eights, 32));
    alignas(64) std::array<std::int64_t, 8> all;
    _mm512_store_si512(all.data(), numbers);
    for (std::size_t i = 0; i < four.count; ++i) *four.digits[i] = all[2 * i];
  }
}

P1RIG_AVX2 void NumberReader::read_twos(const char* start) const {
  const __m256i digit = _mm256_set1_epi8(0x0F);
  const __m256i tens = _mm256_set1_epi16(0x010A);
  const __m256i hundreds = _mm256_set1_epi32(0x00010064);
  const __m256i ten_thousands = _mm256_set1_epi32(0x00012710);
  const __m256i high = _mm256_set1_epi64x(100'000'000);
  for (const Four& four : four_) {
    for (std::size_t first = 0; first < four.count; first += 2) {
      const __m256i text = two_lanes(start + four.begin[first], start + four.begin[first + 1]);
      const __m256i shuffle =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(four.shuffle.data() + first * kLane));
      const __m256i digits = _mm256_and_si256(_mm256_shuffle_epi8(text, shuffle), digit);
      const __m256i fours = _mm256_madd_epi16(_mm256_maddubs_epi16(digits, tens), hundreds);
      const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), ten_thousands);
      const __m256i numbers =
          _mm256_add_epi64(_mm256_mul_epu32(eights, high), _mm256_srli_epi64(eights, 32));
      alignas(32) std::array<std::int64_t, 4> all;
      _mm256_store_si256(reinterpret_cast<__m256i*>(all.data()), numbers);
      for (std::size_t i = 0; i < std::min<std::size_t>(2, four.count - first); ++i) {
        *four.digits[first + i] = all[2 * i];
      }
    }
  }
}

#else

void NumberReader::read_fours(const char*) const {}
void NumberReader::read_twos(const char*) const {}

#endif

}  // namespace p1rig
