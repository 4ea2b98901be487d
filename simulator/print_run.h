#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/layout.h"
#include "simulator/zone.h"

namespace p1rig {

// A stretch of a telegram in which nothing but digits ever changes: its length
// is always the same. The text is copied as a whole, and each group of two or
// three digits is looked up in a table.
//
// The CRC needs no pass over the bytes. With start 0 it is linear: that of the
// whole is the XOR of those of its parts, each with zeros for all the rest. So
// the text has one, computed once, and each group of digits a table of its own,
// 2 KB for three digits; about 60 KB for a telegram of 30 values.

/// Where the integers of a state lie.
struct PrintInputs {
  enum Bank : std::uint8_t { kValues, kMonth, kCounts, kEntry };
  std::array<const std::int64_t*, 4> banks{};
};

class PrintRun {
 public:
  bool empty() const { return text_.empty(); }

  // Building, from the front.
  void add_text(std::string_view text) { text_ += text; }
  void add_number(const Hole& hole, PrintInputs::Bank bank, std::size_t slot);
  /// `unset` is as long as the time.
  void add_time(const Hole& hole, std::string_view unset, PrintInputs::Bank bank, std::size_t slot);
  /// The last six digits of a name, two hexadecimal digits for each.
  void add_serial(PrintInputs::Bank bank, std::size_t slot);
  /// After the last part: works out the CRCs.
  void finish();

  /// Appends the stretch, and takes the CRC from what is before it to its end.
  void write(const PrintInputs& inputs, const Zone& zone, std::string& out,
             std::uint16_t& crc) const;

 private:
  struct Group {
    std::uint32_t at;     ///< in the text
    std::uint32_t width;  ///< digits: 1 to 3, of serial numbers 3
    std::uint32_t crcs;   ///< the first of its table in crcs_
  };
  struct Number {
    PrintInputs::Bank bank;
    std::uint16_t slot;
    std::uint32_t groups;  ///< the last of its groups in groups_; those before it follow
    std::uint32_t count;
    std::uint32_t hole;  ///< in holes_
    // Dividing is multiplying with 2^(64 + shift) / divisor, exact for 63 bits.
    std::uint32_t shift;
    std::uint32_t shape;  ///< which widths its groups have
    std::uint64_t bias, reciprocal, limit;
  };
  struct Time {
    PrintInputs::Bank bank;
    std::uint16_t slot;
    std::uint32_t at;
    bool letter;
    std::uint32_t groups;  ///< the first of six in groups_
    std::uint16_t unset_crc, summer_crc, winter_crc;
    std::string unset;
  };

  void add_group(std::size_t at, int width);
  std::uint32_t shape_of(const Number& number) const;
  std::uint64_t long_way(const Number& number, std::int64_t value) const;
  unsigned put_any(const Number& number, std::uint64_t rest, char* text) const;
  unsigned write_number(const Number& number, std::int64_t value, const std::uint16_t* crcs,
                        char* text) const;
  unsigned write_time(const Time& time, std::int64_t value, const Zone& zone, char* text) const;

  std::string text_;  ///< zeros where digits will stand
  std::vector<Hole> holes_;
  std::vector<Number> numbers_;
  std::vector<Time> times_;
  std::vector<Group> groups_;
  std::vector<std::uint16_t> crcs_;
  std::uint16_t text_crc_ = 0;
  /// What each four bits of the CRC before become behind this stretch.
  std::array<std::array<std::uint16_t, 16>, 4> moved_{};
};

}  // namespace p1rig
