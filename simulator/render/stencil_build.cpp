#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "simulator/render/print_value.h"
#include "simulator/render/print_walk.h"
#include "simulator/render/stencil.h"

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

bool names_a_meter(const Hole& hole) {
  if (hole.source == Source::kDeviceId || hole.source == Source::kDeviceEan) return true;
  return hole.source == Source::kQuantity &&
         (hole.quantity == Quantity::kMeterId || hole.quantity == Quantity::kMeterName ||
          hole.quantity == Quantity::kMeterEan);
}

/// How many of the value's seconds make a growing quantity, 0 of one that does not grow evenly.
std::int64_t growing_per(const Hole& hole) {
  if (hole.source != Source::kQuantity) return 0;
  switch (hole.quantity) {
    case Quantity::kDemandImport:
    case Quantity::kDemandExport:
    case Quantity::kDemandReactiveImport:
    case Quantity::kDemandReactiveExport:
    case Quantity::kDemandApparentImport:
    case Quantity::kDemandApparentExport:
      return kDemandSeconds;
    default:
      return row_of(hole.quantity).kind == QuantityKind::kRegister ? 1 : 0;
  }
}

}  // namespace

/// Makes the text, and notes what its gaps are for.
class Stencil::Builder {
 public:
  Builder(Stencil& stencil, const Layout& layout, const MeterState& state)
      : stencil_(stencil), state_(state) {
    stencil.unset_time_ = layout.unset_time;
    stencil.failures_ = state.failures.size();
    stencil.peaks_ = state.peaks.size();
    for (const MbusDevice& device : state.devices) {
      stencil.devices_.push_back({device.medium, device.channel});
    }
    stencil.limits_.resize(kStencilClock + 1, 1);
    PrintWalk(layout, state, *this).run();
  }

  /// False if there can be no stencil.
  bool finish() {
    if (stencil_.crc_at_ == 0) stencil_.crc_at_ = stencil_.text_.size();
    const std::size_t covered = stencil_.crc_at_;
    const BitCrcs crcs(covered);
    for (auto& [widths, pieces] : pieces_) {
      stencil_.batches_.push_back({put_of(widths),
                                   static_cast<std::uint32_t>(stencil_.pieces_.size()),
                                   static_cast<std::uint32_t>(pieces.size())});
      for (StencilPiece& piece : pieces) {
        for (std::size_t i = 0; i < widths.size() && widths[i] > 0; ++i) {
          piece.crcs[i] = static_cast<std::uint32_t>(stencil_.crcs_.size());
          add_table(crcs, covered - piece.at[i], widths[i]);
        }
        stencil_.pieces_.push_back(piece);
      }
    }
    stencil_.windows_at_ = stencil_.limits_.size();
    const bool possible = stencil_.text_.size() <= UINT16_MAX && cover_gaps();
    stencil_.record_size_ = stencil_.windows_at_ +
                            stencil_.windows_.size() * (kStencilWindow / sizeof(std::uint32_t)) + 1;
    if (!has_crc_) stencil_.crc_at_ = 0;
    return possible && stencil_.record_size_ <= UINT16_MAX;
  }

  // What the walk shows.
  void text(const std::string& text) { stencil_.text_ += text; }
  void entry(const Obis&) {}
  void field() {}

  void crc(Segment::CrcForm form) {
    has_crc_ = true;
    stencil_.crc_at_ = stencil_.text_.size();
    stencil_.crc_form_ = form;
    stencil_.text_.append(4, '\0');
  }

  void hole(const Hole& hole, std::size_t index) {
    if (asks_for_text(hole)) return text_hole(hole, index);
    const std::int64_t value = value_of(hole, state_, index);
    const bool clock = hole.source == Source::kQuantity && hole.quantity == Quantity::kTime;
    if (clock && value != kUnsetTime) return clock_hole(hole, value);
    if (!clock && changes(hole)) {
      if (can_grow(hole)) return growing_hole(hole);
      gap(hole, index, {}, print(hole, value).size());
    } else {
      stencil_.constants_.push_back({hole, index, value, {}});
      stencil_.text_ += print(hole, value);
    }
    append_unit(hole, stencil_.text_);
  }

 private:
  std::string print(const Hole& hole, std::int64_t value) const {
    std::string printed;
    append_value(hole, value, stencil_.unset_time_, stencil_.zone_, printed);
    return printed;
  }

  void gap(const Hole& hole, std::size_t index, std::string before, std::size_t size) {
    stencil_.gaps_.push_back({hole, index, stencil_.text_.size(), size, std::move(before)});
    stencil_.text_.append(size, '\0');
  }

  void text_hole(const Hole& hole, std::size_t index) {
    std::string shown(text_of(hole, state_, index));
    // The gap begins at the serial number; what follows it differs, too.
    const auto serial = names_a_meter(hole) ? serial_of(shown) : std::nullopt;
    const std::size_t size = shown.size() - serial.value_or(0);
    if (serial) shown.resize(*serial);
    const bool hex = hole.format.kind == Kind::kHex;
    if (hex) {
      append_hex(shown, stencil_.text_);
    } else {
      stencil_.text_ += shown;
    }
    if (serial) return gap(hole, index, std::move(shown), (hex ? 2 : 1) * size);
    stencil_.constants_.push_back({hole, index, 0, std::move(shown)});
  }

  void clock_hole(const Hole& hole, std::int64_t value) {
    stencil_.ticks_ = true;
    for (const std::uint32_t slot : {kStencilDate, kStencilClock}) {
      stencil_.text_.append(6, '\0');
      put_pieces(6, 0, [&] { return slot; });
    }
    if (hole.format.kind != Kind::kTime) return;
    stencil_.season_ =
        stencil_.zone_.local(std::chrono::sys_seconds{std::chrono::seconds{value}}).season;
    stencil_.text_ += stencil_.season_;
  }

  static std::uint64_t divisor_of(const Hole& hole) {
    std::uint64_t divisor = 0;
    const bool too_large = __builtin_mul_overflow(hole.divisor, growing_per(hole), &divisor);
    return too_large ? UINT64_MAX : divisor;
  }

  /// True for a number that grows, always has so many digits and no sign.
  static bool can_grow(const Hole& hole) {
    return growing_per(hole) != 0 && hole.modulus > 0 && !hole.format.may_be_negative &&
           divisor_of(hole) <= UINT32_MAX;
  }

  void growing_hole(const Hole& hole) {
    const std::uint32_t decimals = hole.format.kind == Kind::kFixed ? hole.format.max_decimals : 0;
    const std::uint32_t digits = std::max<std::uint32_t>(hole.format.digits, decimals + 1);
    std::string& text = stencil_.text_;
    text.append(digits - decimals, '\0');
    if (decimals > 0) text.append(1, '.').append(decimals, '\0');
    Grower grower{
        hole, words(), 0, 0, static_cast<std::uint32_t>(divisor_of(hole)), growing_per(hole)};
    put_pieces(digits, decimals, [&] { return words(); });
    grower.slots = words() - grower.slot;
    grower.state = words();
    stencil_.limits_.resize(stencil_.limits_.size() + 2);
    stencil_.growers_.push_back(std::move(grower));
    append_unit(hole, text);
  }

  std::uint32_t words() const { return static_cast<std::uint32_t>(stencil_.limits_.size()); }

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
      if (piece.slot == words()) stencil_.limits_.push_back(0);
      stencil_.limits_[piece.slot] = limit;
      pieces_[widths].push_back(piece);
    }
  }

  /// What each number of a group adds to the CRC, with so many bytes from its first to the end.
  void add_table(const BitCrcs& crcs, std::size_t to_end, std::size_t width) {
    std::array<std::array<std::uint16_t, 10>, 3> of_digit{};
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t digit = 0; digit < 10; ++digit) {
        of_digit[3 - width + i][digit] = crcs.of(static_cast<char>('0' + digit), to_end - 1 - i);
      }
    }
    for (std::size_t n = 0; n < kPowersOfTen[width]; ++n) {
      stencil_.crcs_.push_back(static_cast<std::uint16_t>(
          of_digit[0][n / 100] ^ of_digit[1][n / 10 % 10] ^ of_digit[2][n % 10]));
    }
  }

  /// Lays windows over all gaps and over no digit that grows. False if these are too close.
  bool cover_gaps() {
    const std::size_t size = stencil_.text_.size();
    std::vector<bool> grows(size + 1, false);
    grows[size] = true;
    for (const auto& [widths, pieces] : pieces_) {
      for (const StencilPiece& piece : pieces) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
          for (std::size_t digit = 0; digit < widths[i]; ++digit) grows[piece.at[i] + digit] = true;
        }
      }
    }
    std::size_t covered = 0;
    for (const Gap& gap : stencil_.gaps_) {
      for (std::size_t at = std::max(gap.at, covered); at < gap.at + gap.size; at = covered) {
        const auto begin = grows.begin() + static_cast<std::ptrdiff_t>(at);
        covered =
            std::min(at + kStencilWindow,
                     static_cast<std::size_t>(std::find(begin, grows.end(), true) - grows.begin()));
        if (covered < kStencilWindow) return false;
        const std::size_t window = covered - kStencilWindow;
        const auto first = grows.begin() + static_cast<std::ptrdiff_t>(window);
        if (std::find(first, first + kStencilWindow, true) != first + kStencilWindow) return false;
        stencil_.windows_.push_back(static_cast<std::uint16_t>(window));
      }
    }
    return true;
  }

  Stencil& stencil_;
  const MeterState& state_;
  bool has_crc_ = false;
  std::map<GroupWidths, std::vector<StencilPiece>> pieces_;
};

std::shared_ptr<const Stencil> Stencil::make(const Layout& layout, const Zone& zone,
                                             const MeterState& like) {
  // The tables of digits are of CRC-16/ARC.
  if (layout.crc_algorithm != &crc_algorithms().front()) return nullptr;
  std::shared_ptr<Stencil> stencil(new Stencil(zone));
  Builder builder(*stencil, layout, like);
  return builder.finish() ? stencil : nullptr;
}

}  // namespace p1rig
