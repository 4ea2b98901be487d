#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/render/layout.h"
#include "simulator/render/stencil_piece.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

// How a meter prints a telegram each second in 50 ns, where render() takes a thousand.
//
// What a meter shows hardly ever changes but for the digits of what it measures. So all else
// becomes one text, the stencil, with gaps, which all meters share that are alike in it. Of each
// meter a record is kept: 100 to 400 bytes for most profiles, 1108 for the one with most registers.
// What changes from minute to minute is stored as printed, and is copied eight bytes at a
// time. What changes from second to second, the clock and registers, is stored as numbers,
// printed digits at a time by tables.
//
// The CRC needs no pass over the bytes. With start 0 it is linear: that of the whole is the XOR of
// those of its parts, each with zeros for all the rest. So the record has that of all but the last
// numbers, and each group of their digits has a table of its own, 2 KB for three digits.

class Stencil {
 public:
  /// For states that are as `like` in all but measured values, times and the ends of identifiers.
  /// Nothing if the telegram is too long, or so short that there is nothing to gain.
  static std::shared_ptr<const Stencil> make(const Layout& layout, const Zone& zone,
                                             const MeterState& like);

  /// Of a meter's record, in words.
  std::size_t record_size() const { return record_size_; }

  enum class Fit {
    kNone,   ///< of this state the stencil cannot print the telegram
    kOnce,   ///< it can, but what grows cannot be followed
    kSteady  ///< it can, and step() leads on
  };
  /// Makes the record of a state. Unless it fits, the record is not to be used.
  Fit take(const MeterState& state, std::span<const Growth> growths,
           std::span<std::uint32_t> record) const;

  /// Some seconds on, at most a minute. False if the record must be taken anew: the clock is put
  /// forward or back, or a demand reaches all nines.
  bool step(std::span<std::uint32_t> record, std::uint32_t seconds) const;

  /// Appends the telegram, from '/' to the line end after the CRC.
  void print(std::span<const std::uint32_t> record, std::string& out) const;

 private:
  class Builder;

  /// What must be as it was, or the stencil does not fit.
  struct Constant {
    Hole hole;
    std::size_t index;
    std::int64_t value;
    std::string text;
  };
  struct Device {
    Medium medium;
    int channel;
  };
  /// What may be anything of the same length.
  struct Gap {
    Hole hole;
    std::size_t index;
    std::size_t at, size;
    std::string before;  ///< how the text of an identifier begins; the gap is for the rest
  };
  /// What grows evenly, a number of a fixed number of digits.
  struct Grower {
    Hole hole;
    std::uint32_t slot;   ///< of the lowest digits in a record; those above follow
    std::uint32_t slots;  ///< how many
    std::uint32_t state;  ///< where the rate and the rest are in a record
    std::uint32_t divisor;
    std::int64_t per;
  };
  /// Pieces whose groups have the same widths.
  struct Batch {
    PutPieces put;
    std::uint32_t begin, size;
  };

  explicit Stencil(const Zone& zone) : zone_(zone) {}
  bool same_constants(const MeterState& state) const;
  bool fill_gaps(const MeterState& state, std::span<std::uint32_t> record) const;
  bool take_time(std::int64_t time, std::span<std::uint32_t> record) const;
  bool take_number(const Grower& grower, std::int64_t value, std::span<std::uint32_t> record) const;
  static bool take_growth(const Grower& grower, const Growth* growth, std::int64_t value,
                          std::span<std::uint32_t> record);
  bool carry(const Grower& grower, std::uint64_t whole, std::span<std::uint32_t> record) const;

  Zone zone_;
  std::string unset_time_;
  std::vector<Device> devices_;
  std::size_t failures_ = 0, peaks_ = 0;
  std::vector<Constant> constants_;

  std::string text_;        ///< zeros where digits will stand
  std::size_t crc_at_ = 0;  ///< where its digits are; 0 where the telegram has none
  Segment::CrcForm crc_form_ = Segment::CrcForm::kUpper;
  std::vector<Batch> batches_;
  std::vector<StencilPiece> pieces_;
  std::vector<std::uint16_t> crcs_;
  std::vector<Gap> gaps_;
  std::vector<std::uint16_t> windows_;  ///< where the eight bytes begin that cover gaps
  std::vector<Grower> growers_;
  bool ticks_ = false;  ///< the telegram has a clock, and it is set
  char season_ = '\0';  ///< of that clock; none if it is not printed

  // A record has the time, as it is and in digits; the numbers, rates and rests of what grows; the
  // windows, two words each; and the CRC of all but clock and growing numbers.
  std::vector<std::uint32_t> limits_;  ///< what each word with digits stays below
  std::size_t windows_at_ = 0;
  std::size_t record_size_ = 0;
};

/// The stencils of a layout, for all its meters in whatever thread.
class StencilShelf {
 public:
  /// One that fits, its record taken; nullptr if there is none, unless it may be made.
  std::shared_ptr<const Stencil> find(const Layout& layout, const Zone& zone,
                                      const MeterState& state, std::span<const Growth> growths,
                                      bool may_make, std::vector<std::uint32_t>& record,
                                      Stencil::Fit& fit);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Stencil>> stencils_;
};

}  // namespace p1rig
