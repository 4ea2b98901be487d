#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "protocol/crc16.h"
#include "simulator/print_value.h"
#include "simulator/print_walk.h"
#include "simulator/stencil.h"

namespace p1rig {
namespace {

using Kind = ValueFormat::Kind;

constexpr std::array<std::uint32_t, 4> kPowersOfTen = {1, 10, 100, 1000};

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
  std::uint16_t of(char byte, std::size_t behind) const {
    unsigned crc = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      if ((static_cast<unsigned char>(byte) >> bit & 1U) != 0) crc ^= behind_[behind][bit];
    }
    return static_cast<std::uint16_t>(crc);
  }

 private:
  std::vector<std::array<std::uint16_t, 8>> behind_;
};

bool changes(const Hole& hole) {
  if (hole.source == Source::kDeviceTime || hole.source == Source::kDeviceReading) return true;
  if (hole.source != Source::kQuantity) return false;
  const QuantityKind kind = row_of(hole.quantity).kind;
  return kind == QuantityKind::kTime || kind == QuantityKind::kRegister ||
         kind == QuantityKind::kInstant || hole.quantity == Quantity::kTariff;
}

bool is_time(const Hole& hole) {
  return hole.format.kind == Kind::kTime || hole.format.kind == Kind::kTime12;
}

bool names_a_meter(const Hole& hole) {
  return hole.source == Source::kDeviceId ||
         (hole.source == Source::kQuantity && hole.quantity == Quantity::kMeterId);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

/// Makes the text, and notes what its gaps are for.
class Stencil::Builder {
 public:
  Builder(Stencil& stencil, const Layout& layout, const MeterState& state)
      : stencil_(stencil), layout_(layout), state_(state) {
    stencil.failures_ = state.failures.size();
    stencil.peaks_ = state.peaks.size();
    for (const MbusDevice& device : state.devices) {
      stencil.devices_.push_back({device.medium, device.channel});
    }
    if (state[Quantity::kTime] != kUnsetTime) {
      slots_ = 2;  // where step() keeps the time
      clock_ = take_slots(2);
    }
    PrintWalk(layout, state, *this).run();
    stencil.record_size_ = slots_;
  }

  bool fits() const { return stencil_.text_.size() <= UINT16_MAX && slots_ <= UINT16_MAX; }

  void finish() {
    std::string& text = stencil_.text_;
    const std::size_t size = stencil_.crc_at_ != 0 ? stencil_.crc_at_ : text.size();
    const BitCrcs crcs(size);
    stencil_.text_crc_ = crc16(std::string_view(text).substr(0, size));
    for (auto& [widths, pieces] : pieces_) {
      stencil_.batches_.push_back({put_of(widths),
                                   static_cast<std::uint32_t>(stencil_.pieces_.size()),
                                   static_cast<std::uint32_t>(pieces.size())});
      for (StencilPiece& piece : pieces) {
        const bool spread = widths == kSpreadDigits;
        for (std::size_t i = 0; i < widths.size() && widths[i] > 0; ++i) {
          piece.crcs[i] = static_cast<std::uint32_t>(stencil_.crcs_.size());
          add_table(crcs, size, piece.at[i], spread ? 3 : widths[i], spread ? 2 : 1);
        }
        stencil_.pieces_.push_back(piece);
      }
    }
  }

  // What the walk shows.
  void text(const std::string& text) { stencil_.text_ += text; }
  void entry(const Obis&) {}
  void field() {}

  void crc(Segment::CrcForm form) {
    stencil_.crc_at_ = stencil_.text_.size();
    stencil_.crc_form_ = form;
    stencil_.text_.append(4, '\0');
  }

  void hole(const Hole& hole, std::size_t index) {
    if (asks_for_text(hole)) return text_hole(hole, index);
    const std::int64_t value = value_of(hole, state_, index);
    if (!changes(hole) || value == kUnsetTime) {
      stencil_.constants_.push_back({hole, index, value, {}});
      if (is_time(hole)) {
        return append_time(hole.format, value, layout_.unset_time, stencil_.zone_, stencil_.text_);
      }
      append_number(hole.format, printed(hole, value), stencil_.text_);
      return append_unit(hole);
    }
    if (is_time(hole)) return time_hole(hole, index, value);
    number_hole(hole, index, printed(hole, value));
  }

 private:
  std::uint32_t take_slots(std::uint32_t count) { return std::exchange(slots_, slots_ + count); }

  void append_unit(const Hole& hole) {
    if (!hole.unit.empty()) (stencil_.text_ += '*') += hole.unit;
  }

  void text_hole(const Hole& hole, std::size_t index) {
    std::string_view shown = text_of(hole, state_, index);
    const bool hex = hole.format.kind == Kind::kHex;
    const bool serial = hex && names_a_meter(hole) && shown.size() >= kSerialDigits &&
                        std::ranges::all_of(shown.substr(shown.size() - kSerialDigits), is_digit);
    if (serial) shown.remove_suffix(kSerialDigits);
    if (hex) {
      append_hex(shown, stencil_.text_);
    } else {
      stencil_.text_ += shown;
    }
    if (!serial) return stencil_.constants_.push_back({hole, index, 0, std::string(shown)});
    const std::uint32_t slot = take_slots(1);
    stencil_.serials_.push_back({hole, index, slot, std::string(shown)});
    const auto begin = static_cast<std::uint16_t>(stencil_.text_.size() + 1);
    for (std::size_t i = 0; i < kSerialDigits; ++i) stencil_.text_ += std::string_view("3\0", 2);
    pieces_[kSpreadDigits].push_back(
        {static_cast<std::uint16_t>(slot), {static_cast<std::uint16_t>(begin + 6), begin}, {}});
  }

  void time_hole(const Hole& hole, std::size_t index, std::int64_t value) {
    const bool clock = hole.source == Source::kQuantity && hole.quantity == Quantity::kTime;
    Time time{hole, index, clock ? clock_ : take_slots(2), '\0'};
    for (const std::uint32_t slot : {time.slot, time.slot + 1}) {
      stencil_.text_.append(6, '\0');
      put_pieces(6, 0, [&] { return slot; });
    }
    if (hole.format.kind == Kind::kTime) {
      time.season =
          stencil_.zone_.local(std::chrono::sys_seconds{std::chrono::seconds{value}}).season;
      stencil_.text_ += time.season;
    }
    (clock ? stencil_.clocks_ : stencil_.times_).push_back(std::move(time));
  }

  void number_hole(const Hole& hole, std::size_t index, std::int64_t shown) {
    const std::uint32_t decimals = hole.format.kind == Kind::kFixed ? hole.format.max_decimals : 0;
    const std::uint32_t least = std::max<std::uint32_t>(hole.format.digits, decimals + 1);
    Number number{hole, index, 0, 0, 0, shown < 0};
    std::uint32_t digits = 1;
    std::uint64_t power = 1;  // ten to one less
    const auto magnitude = static_cast<std::uint64_t>(shown < 0 ? -shown : shown);
    for (; magnitude / 10 >= power || digits < least; ++digits) {
      power *= 10;
      if (digits >= least) number.minimum = power;
    }
    if (number.negative) stencil_.text_ += '-';
    number.slot = add_digits(digits, decimals);
    number.slots = slots_ - number.slot;
    append_unit(hole);
    if (hole.source == Source::kQuantity) {
      const QuantityKind kind = row_of(hole.quantity).kind;
      const bool demand = hole.quantity >= Quantity::kDemandImport &&
                          hole.quantity <= Quantity::kDemandMaxApparentExport;
      if (kind == QuantityKind::kRegister || demand) {
        stencil_.growers_.push_back(
            {hole.quantity, static_cast<std::uint32_t>(stencil_.numbers_.size()), take_slots(3)});
      }
    }
    stencil_.numbers_.push_back(std::move(number));
  }

  /// A gap for so many digits, with a point before the last of them, and slots for them. Returns the
  /// first of these.
  std::uint32_t add_digits(std::uint32_t digits, std::uint32_t decimals) {
    std::string& text = stencil_.text_;
    text.append(digits - decimals, '\0');
    if (decimals > 0) text.append(1, '.').append(decimals, '\0');
    const std::uint32_t first = slots_;
    put_pieces(digits, decimals, [&] { return take_slots(1); });
    return first;
  }

  /// Parts what the text ends in into pieces, from behind; the point parts groups.
  template <class NextSlot>
  void put_pieces(std::uint32_t digits, std::uint32_t decimals, NextSlot&& next_slot) {
    std::size_t end = stencil_.text_.size();
    while (digits > 0) {
      StencilPiece piece{static_cast<std::uint16_t>(next_slot()), {}, {}};
      GroupWidths widths{};
      std::uint32_t limit = 1;
      for (std::size_t group = 0; group < widths.size() && digits > 0; ++group) {
        const std::uint32_t width = std::min({digits, decimals > 0 ? decimals : digits, 3U});
        end -= width;
        piece.at[group] = static_cast<std::uint16_t>(end);
        widths[group] = static_cast<std::uint8_t>(width);
        limit *= kPowersOfTen[width];
        digits -= width;
        if (decimals == 0) continue;
        decimals -= width;
        if (decimals == 0) --end;
      }
      stencil_.limits_.resize(std::max<std::size_t>(stencil_.limits_.size(), piece.slot + 1U), 1);
      stencil_.limits_[piece.slot] = limit;
      pieces_[widths].push_back(piece);
    }
  }

  /// What each number of a group adds to the CRC.
  void add_table(const BitCrcs& crcs, std::size_t size, std::size_t at, std::size_t width,
                 std::size_t stride) {
    std::array<std::array<std::uint16_t, 10>, 3> of_digit{};
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t digit = 0; digit < 10; ++digit) {
        of_digit[3 - width + i][digit] =
            crcs.of(static_cast<char>('0' + digit), size - 1 - (at + stride * i));
      }
    }
    for (std::size_t n = 0; n < kPowersOfTen[width]; ++n) {
      stencil_.crcs_.push_back(static_cast<std::uint16_t>(
          of_digit[0][n / 100] ^ of_digit[1][n / 10 % 10] ^ of_digit[2][n % 10]));
    }
  }

  Stencil& stencil_;
  const Layout& layout_;
  const MeterState& state_;
  std::uint32_t slots_ = 0;
  std::uint32_t clock_ = 0;
  std::map<GroupWidths, std::vector<StencilPiece>> pieces_;
};

std::shared_ptr<const Stencil> Stencil::make(const Layout& layout, const Zone& zone,
                                             const MeterState& like) {
  std::shared_ptr<Stencil> stencil(new Stencil(zone));
  Builder builder(*stencil, layout, like);
  if (!builder.fits()) return nullptr;
  builder.finish();
  return stencil;
}

}  // namespace p1rig
