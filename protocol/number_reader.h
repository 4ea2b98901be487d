#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace p1rig {

/// Reads the numbers of bytes whose form is known, so that they may be read without a look at what they
/// are: digits, and where the place says so a point among them.
class NumberReader {
 public:
  /// One of up to kMaxDigits. At least kMargin bytes are before its end.
  struct Place {
    std::int64_t* digits;  ///< all of them as one number go there
    std::size_t end;       ///< after the last digit
    std::size_t width;     ///< digits
    std::size_t decimals;  ///< of them after the point, at most kMaxDecimals; 0: there is none
  };
  static constexpr std::size_t kMaxDigits = 16;
  static constexpr std::size_t kMaxDecimals = 7;
  static constexpr std::size_t kMargin = kMaxDigits + 1;

  /// `bytes_at_once`: 64, four numbers at once; 32, two; 16, eight digits. At most bytes_at_once().
  explicit NumberReader(std::size_t bytes_at_once) : bytes_at_once_(bytes_at_once) {}

  void add(const Place& place);

  /// Reads all numbers of the bytes from `start` on, and no byte after the last of them.
  void read(const char* start) const;

 private:
  /// A number of up to 8 digits: those after the point, and those before it, at their bytes of the 8
  /// that end with the number or one byte before.
  struct Short {
    std::int64_t* digits;
    std::size_t end;
    std::uint64_t behind, before;
  };

  /// One of more: the last 8 as above, and those above them in the 8 bytes from `high`.
  struct Long {
    Short low;
    std::size_t high;
    std::uint64_t above;
  };

  /// Four numbers: each has 16 bytes, of which a shuffle makes 16 digits.
  struct Four {
    std::array<std::uint8_t, 64> shuffle;
    std::array<std::size_t, 4> begin;
    std::array<std::int64_t*, 4> digits;
    std::size_t count;
  };

  void add_wide(const Place& place);
  void read_fours(const char* start) const;
  void read_twos(const char* start) const;

  std::size_t bytes_at_once_;
  std::vector<Short> short_;
  std::vector<Long> long_;
  std::vector<Four> four_;
};

}  // namespace p1rig
