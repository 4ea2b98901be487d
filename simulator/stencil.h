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

#include "simulator/layout.h"
#include "simulator/state.h"
#include "simulator/stencil_piece.h"
#include "simulator/zone.h"

namespace p1rig {

// How a meter prints a telegram each second in 50 ns, where render() takes a thousand.
//
// What a meter shows hardly ever changes but for the digits of what it measures and of its clock. So
// all else becomes one text, the stencil, which all meters share that are alike in it, and of each
// meter a record is kept: the numbers as they are printed, in groups of at most nine digits. Printing
// copies the text and puts the digits in, two or three at a time from a table.
//
// The CRC needs no pass over the bytes. With start 0 it is linear: that of the whole is the XOR of
// those of its parts, each with zeros for all the rest. So the text has one, worked out once, and each
// group of digits a table of its own, 2 KB for three digits; about 100 KB for a telegram of 30 values.

/// What grows evenly while nothing else happens: it is (amount + rate * seconds) / per, cut.
struct Growth {
  Quantity quantity;
  std::int64_t amount, rate, per;
};

class Stencil {
 public:
  /// For states that are as `like` in all but numbers that change, times and serial numbers. Nothing
  /// where the telegram is longer than a stencil can be.
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

  /// Some seconds on, at most a minute. False where the record must be taken anew: the clocks are
  /// put forward or back, or a demand reaches all nines.
  bool step(std::span<std::uint32_t> record, std::uint32_t seconds) const;

  /// Appends the telegram, from '/' to the line end after the CRC.
  void print(std::span<const std::uint32_t> record, std::string& out) const;

 private:
  class Builder;

  static constexpr std::size_t kSerialDigits = 6;

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
  struct Number {
    Hole hole;
    std::size_t index;
    std::uint32_t slot;     ///< of the lowest digits; those above follow
    std::uint32_t slots;    ///< how many
    std::uint64_t minimum;  ///< of what it prints; 0 but where the number of digits is not fixed
    bool negative;
  };
  struct Time {
    Hole hole;
    std::size_t index;
    std::uint32_t slot;  ///< of the date; that of the time of day follows
    char season;         ///< none where it is not printed
  };
  struct Serial {
    Hole hole;
    std::size_t index;
    std::uint32_t slot;
    std::string before;
  };
  struct Grower {
    Quantity quantity;
    std::uint32_t number;  ///< in numbers_
    std::uint32_t state;   ///< where rate, rest and divisor are in the record
  };
  /// Pieces whose groups have the same widths.
  struct Batch {
    PutPieces put;
    std::uint32_t begin, size;
  };

  explicit Stencil(const Zone& zone) : zone_(zone) {}
  bool same_constants(const MeterState& state) const;
  bool take_numbers(const MeterState& state, std::span<std::uint32_t> record) const;
  bool take_time(const Time& time, std::int64_t value, std::span<std::uint32_t> record) const;
  bool take_growth(const Grower& grower, const Growth* growth, const MeterState& state,
                   std::span<std::uint32_t> record) const;
  bool carry(const Grower& grower, std::uint64_t whole, std::span<std::uint32_t> record) const;

  Zone zone_;
  std::string text_;  ///< zeros where digits will stand
  std::uint16_t text_crc_ = 0;
  std::size_t crc_at_ = 0;  ///< where its digits are; 0 where the telegram has none
  Segment::CrcForm crc_form_ = Segment::CrcForm::kUpper;
  std::vector<Batch> batches_;
  std::vector<StencilPiece> pieces_;
  std::vector<std::uint16_t> crcs_;

  std::size_t record_size_ = 0;
  std::vector<std::uint32_t> limits_;  ///< what each word of a number stays below, by its slot
  std::vector<Time> clocks_;           ///< of message times
  std::vector<Grower> growers_;
  std::vector<Number> numbers_;
  std::vector<Time> times_;
  std::vector<Serial> serials_;
  std::vector<Constant> constants_;
  std::vector<Device> devices_;
  std::size_t failures_ = 0, peaks_ = 0;
};

/// The stencils of a layout, for all its meters in whatever thread.
class StencilShelf {
 public:
  /// One that fits, its record taken; nullptr where there is none, unless it may be made.
  std::shared_ptr<const Stencil> find(const Layout& layout, const Zone& zone,
                                      const MeterState& state, std::span<const Growth> growths,
                                      bool may_make, std::vector<std::uint32_t>& record,
                                      Stencil::Fit& fit);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Stencil>> stencils_;
};

/// Gives a layout a shelf; again after each change of the layout.
void prepare(Layout& layout);

}  // namespace p1rig
