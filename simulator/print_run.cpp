#include "simulator/print_run.h"

#include <algorithm>
#include <cstring>

#include "protocol/crc16.h"
#include "simulator/print_value.h"

namespace p1rig {
namespace {

constexpr std::size_t kTimeParts = 6;

// The widths that groups of numbers have most often, the last group's first.
enum Shape : std::uint32_t { kAny, k1, k3, k13, k31, k32, k332, k333, kSpread };
constexpr std::array<std::array<std::uint32_t, 3>, kSpread> kWidths = {
    {{}, {1}, {3}, {1, 3}, {3, 1}, {3, 2}, {3, 3, 2}, {3, 3, 3}}};

constexpr std::array<std::size_t, 4> kPowersOfTen = {1, 10, 100, 1000};

constexpr auto kDigits = [] {
  std::array<std::array<char, 4>, 1000> digits{};
  for (std::size_t n = 0; n < digits.size(); ++n) {
    digits[n] = {static_cast<char>('0' + n / 100), static_cast<char>('0' + n / 10 % 10),
                 static_cast<char>('0' + n % 10), '\0'};
  }
  return digits;
}();

/// The same with a '3' between them, as the hexadecimal octets of their characters have it.
constexpr auto kSpreadDigits = [] {
  std::array<std::array<char, 8>, 1000> digits{};
  for (std::size_t n = 0; n < digits.size(); ++n) {
    digits[n] = {kDigits[n][0], '3', kDigits[n][1], '3', kDigits[n][2]};
  }
  return digits;
}();
constexpr std::size_t kSpreadWidth = 5;

/// A group of digits into its place.
inline void put_digits(char* to, std::size_t value, unsigned width) {
  const char* digits = kDigits[value].data();
  if (width == 3) {
    std::memcpy(to, digits, 3);
  } else if (width == 2) {
    std::memcpy(to, digits + 1, 2);
  } else {
    *to = digits[2];
  }
}

/// What each bit of a byte adds to the CRC, by the number of bytes behind it.
class BitCrcs {
 public:
  explicit BitCrcs(std::size_t size) : behind_(size) {
    std::array<std::uint16_t, 8> crcs{};
    for (std::size_t bit = 0; bit < crcs.size(); ++bit) {
      const char byte = static_cast<char>(1U << bit);
      crcs[bit] = crc16(std::string_view(&byte, 1));
    }
    const char zero = 0;
    for (auto& entry : behind_) {
      entry = crcs;
      for (std::uint16_t& crc : crcs) crc = crc16(std::string_view(&zero, 1), crc);
    }
  }
  std::uint16_t of(unsigned char byte, std::size_t behind) const {
    unsigned crc = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      if ((byte >> bit & 1U) != 0) crc ^= behind_[behind][bit];
    }
    return static_cast<std::uint16_t>(crc);
  }

 private:
  std::vector<std::array<std::uint16_t, 8>> behind_;
};

}  // namespace

void PrintRun::add_group(std::size_t at, int width) {
  groups_.push_back({static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(width), 0});
}

void PrintRun::add_number(const Hole& hole, PrintInputs::Bank bank, std::size_t slot) {
  const int decimals = hole.format.kind == ValueFormat::Kind::kFixed ? hole.format.max_decimals : 0;
  const int whole = std::max<int>(hole.format.digits, decimals + 1) - decimals;
  Number number{};
  number.bank = bank;
  number.slot = static_cast<std::uint16_t>(slot);
  number.groups = static_cast<std::uint32_t>(groups_.size());
  const auto split = [&](std::size_t begin, int digits) {
    for (int end = digits; end > 0; end -= 3) {
      const int width = std::min(end, 3);
      add_group(begin + static_cast<std::size_t>(end - width), width);
    }
  };
  const std::size_t begin = text_.size();
  text_.append(static_cast<std::size_t>(whole), '\0');
  if (decimals > 0) {
    text_ += '.';
    split(text_.size(), decimals);
    text_.append(static_cast<std::size_t>(decimals), '\0');
  }
  split(begin, whole);
  if (!hole.unit.empty()) text_ += '*' + hole.unit;
  number.count = static_cast<std::uint32_t>(groups_.size()) - number.groups;
  number.shape = shape_of(number);

  const auto divisor = static_cast<std::uint64_t>(hole.divisor);
  while (divisor > std::uint64_t{1} << number.shift) ++number.shift;
  __extension__ using Wide = unsigned __int128;
  number.reciprocal =
      static_cast<std::uint64_t>((static_cast<Wide>(1) << (63 + number.shift)) / divisor + 1);
  number.bias = hole.cut ? 0 : divisor / 2;
  // A limit of 0 sends every value the long way.
  const bool simple = hole.factor == 1 && divisor < std::uint64_t{1} << 60;
  number.limit = simple ? static_cast<std::uint64_t>(hole.modulus) : 0;
  number.hole = static_cast<std::uint32_t>(holes_.size());
  holes_.push_back(hole);
  numbers_.push_back(number);
}

std::uint32_t PrintRun::shape_of(const Number& number) const {
  for (std::uint32_t shape = k1; shape < kSpread; ++shape) {
    const auto& widths = kWidths[shape];
    bool same = number.count <= widths.size();
    for (std::size_t i = 0; same && i < widths.size(); ++i) {
      same = widths[i] == (i < number.count ? groups_[number.groups + i].width : 0);
    }
    if (same) return shape;
  }
  return kAny;
}

void PrintRun::add_serial(PrintInputs::Bank bank, std::size_t slot) {
  Number number{};
  number.bank = bank;
  number.slot = static_cast<std::uint16_t>(slot);
  number.groups = static_cast<std::uint32_t>(groups_.size());
  number.limit = 1;
  constexpr int kSerialDigits = 6;
  for (int end = kSerialDigits; end > 0; end -= 3) {
    add_group(text_.size() + 2 * static_cast<std::size_t>(end) - kSpreadWidth, 3);
    number.shape = kSpread;
    ++number.count;
    number.limit *= 1000;
  }
  for (int i = 0; i < kSerialDigits; ++i) text_ += std::string_view(i % 3 == 0 ? "3\0" : "\0\0", 2);
  number.reciprocal = (std::uint64_t{1} << 63) + 1;
  Hole hole;
  hole.modulus = static_cast<std::int64_t>(number.limit);
  hole.cut = true;
  number.hole = static_cast<std::uint32_t>(holes_.size());
  holes_.push_back(hole);
  numbers_.push_back(number);
}

void PrintRun::add_time(const Hole& hole, std::string_view unset, PrintInputs::Bank bank,
                        std::size_t slot) {
  Time time{};
  time.bank = bank;
  time.slot = static_cast<std::uint16_t>(slot);
  time.at = static_cast<std::uint32_t>(text_.size());
  time.letter = hole.format.kind == ValueFormat::Kind::kTime;
  time.groups = static_cast<std::uint32_t>(groups_.size());
  time.unset = unset;
  for (std::size_t part = 0; part < kTimeParts; ++part) add_group(text_.size() + 2 * part, 2);
  text_.append(2 * kTimeParts + (time.letter ? 1 : 0), '\0');
  times_.push_back(std::move(time));
}

void PrintRun::finish() {
  const std::size_t size = text_.size();
  const BitCrcs crcs(size);
  const auto of = [&](char byte, std::size_t at) {
    return static_cast<unsigned>(crcs.of(static_cast<unsigned char>(byte), size - 1 - at));
  };
  text_crc_ = crc16(text_);
  const auto table = [&](Group& group, bool spread) {
    group.crcs = static_cast<std::uint32_t>(crcs_.size());
    for (std::size_t value = 0; value < kPowersOfTen[group.width]; ++value) {
      std::array<char, 8> digits{};
      put_digits(digits.data(), value, group.width);
      if (spread) digits = kSpreadDigits[value];
      unsigned crc = 0;
      for (std::size_t i = 0; i < (spread ? kSpreadWidth : group.width); ++i) {
        crc ^= of(digits[i], group.at + i);
      }
      crcs_.push_back(static_cast<std::uint16_t>(crc));
    }
  };
  for (const Number& number : numbers_) {
    for (std::size_t i = 0; i < number.count; ++i) {
      table(groups_[number.groups + i], number.shape == kSpread);
    }
  }
  for (const Time& time : times_) {
    for (std::size_t i = 0; i < kTimeParts; ++i) table(groups_[time.groups + i], false);
  }
  for (Time& time : times_) {
    unsigned crc = 0;
    for (std::size_t i = 0; i < time.unset.size(); ++i) crc ^= of(time.unset[i], time.at + i);
    time.unset_crc = static_cast<std::uint16_t>(crc);
    if (!time.letter) continue;
    time.summer_crc = static_cast<std::uint16_t>(of('S', time.at + 2 * kTimeParts));
    time.winter_crc = static_cast<std::uint16_t>(of('W', time.at + 2 * kTimeParts));
  }
  const std::string zeros(size, '\0');
  for (std::size_t nibble = 0; nibble < moved_.size(); ++nibble) {
    for (std::size_t value = 0; value < 16; ++value) {
      moved_[nibble][value] = crc16(zeros, static_cast<std::uint16_t>(value << 4 * nibble));
    }
  }
}

/// Groups of whatever widths.
unsigned PrintRun::put_any(const Number& number, std::uint64_t rest, char* text) const {
  unsigned crc = 0;
  for (std::size_t i = 0; i < number.count; ++i) {
    const Group& group = groups_[number.groups + i];
    const std::uint64_t digits = rest % kPowersOfTen[group.width];
    rest /= kPowersOfTen[group.width];
    put_digits(text + group.at, digits, group.width);
    crc ^= crcs_[group.crcs + digits];
  }
  return crc;
}

/// For values below zero or beyond their limit, and where one unit of the state makes more printed.
[[gnu::noinline, gnu::cold]] std::uint64_t PrintRun::long_way(const Number& number,
                                                              std::int64_t value) const {
  return static_cast<std::uint64_t>(printed(holes_[number.hole], value));
}

[[gnu::always_inline]] inline unsigned PrintRun::write_number(const Number& number,
                                                              std::int64_t value,
                                                              const std::uint16_t* crcs,
                                                              char* text) const {
  __extension__ using Wide = unsigned __int128;
  const auto magnitude = static_cast<std::uint64_t>(value);
  const std::uint64_t doubled = (magnitude + number.bias) << 1;
  auto rest = static_cast<std::uint64_t>(static_cast<Wide>(doubled) * number.reciprocal >> 64) >>
              number.shift;
  if (magnitude > std::uint64_t{1} << 62 || rest >= number.limit) [[unlikely]] {
    rest = long_way(number, value);
  }
  const Group* group = groups_.data() + number.groups;
  // Groups whose widths the compiler knows, nine digits at most: it divides 32 bits by constants.
  const auto put = [&]<bool kSpreadOut, unsigned... kWidth>() {
    auto left = static_cast<std::uint32_t>(rest);
    std::size_t count = sizeof...(kWidth);
    unsigned crc = 0;
    const auto put_one = [&]<unsigned kOne>() {
      constexpr auto kPower = static_cast<std::uint32_t>(kPowersOfTen[kOne]);
      const std::uint32_t above = --count > 0 ? left / kPower : 0;
      const std::uint32_t digits = left - above * kPower;
      if constexpr (kSpreadOut) {
        std::memcpy(text + group->at, kSpreadDigits[digits].data(), kSpreadWidth);
      } else {
        put_digits(text + group->at, digits, kOne);
      }
      crc ^= crcs[group->crcs + digits];
      left = above;
      ++group;
    };
    (put_one.template operator()<kWidth>(), ...);
    return crc;
  };
  switch (number.shape) {
    case k1:
      return put.template operator()<false, 1>();
    case k3:
      return put.template operator()<false, 3>();
    case k13:
      return put.template operator()<false, 1, 3>();
    case k31:
      return put.template operator()<false, 3, 1>();
    case k32:
      return put.template operator()<false, 3, 2>();
    case k332:
      return put.template operator()<false, 3, 3, 2>();
    case k333:
      return put.template operator()<false, 3, 3, 3>();
    case kSpread:
      return put.template operator()<true, 3, 3>();
    default:
      return put_any(number, rest, text);
  }
}

inline unsigned PrintRun::write_time(const Time& time, std::int64_t value, const Zone& zone,
                                     char* text) const {
  if (value == kUnsetTime) {
    std::memcpy(text + time.at, time.unset.data(), time.unset.size());
    return time.unset_crc;
  }
  const Timestamp local = zone.local(std::chrono::sys_seconds{std::chrono::seconds{value}});
  const std::array<std::uint8_t, kTimeParts> parts = {local.year, local.month,  local.day,
                                                      local.hour, local.minute, local.second};
  unsigned crc = 0;
  const Group* groups = groups_.data() + time.groups;
  for (std::size_t i = 0; i < kTimeParts; ++i) {
    put_digits(text + groups[i].at, parts[i], 2);
    crc ^= crcs_[groups[i].crcs + parts[i]];
  }
  if (!time.letter) return crc;
  text[time.at + 2 * kTimeParts] = local.season;
  return crc ^ (local.season == 'S' ? time.summer_crc : time.winter_crc);
}

void PrintRun::write(const PrintInputs& inputs, const Zone& zone, std::string& out,
                     std::uint16_t& crc) const {
  const std::size_t begin = out.size();
  out += text_;
  char* const text = out.data() + begin;
  const unsigned before = crc;
  unsigned sum = text_crc_ ^ moved_[0][before & 15U] ^ moved_[1][before >> 4 & 15U] ^
                 moved_[2][before >> 8 & 15U] ^ moved_[3][before >> 12];
  const std::uint16_t* const crcs = crcs_.data();
  for (const Number& number : numbers_) {
    sum ^= write_number(number, inputs.banks[number.bank][number.slot], crcs, text);
  }
  for (const Time& time : times_) {
    sum ^= write_time(time, inputs.banks[time.bank][time.slot], zone, text);
  }
  crc = static_cast<std::uint16_t>(sum);
}

}  // namespace p1rig
