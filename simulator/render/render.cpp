#include "simulator/render/render.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/crc_algorithms.h"
#include "simulator/render/print_value.h"
#include "simulator/render/print_walk.h"
#include "simulator/render/stencil.h"

namespace p1rig {
namespace {

using Kind = ValueFormat::Kind;

/// Prints what the walk shows it, and says what it printed where somebody wants to know.
class Renderer {
 public:
  Renderer(const Layout& layout, const MeterState& state, const Zone& zone, std::string& out,
           Truth* truth)
      : layout_(layout), state_(state), zone_(zone), out_(out), truth_(truth), begin_(out.size()) {}

  void text(const std::string& text) {
    out_ += text;
    if (truth_ != nullptr) note_text(text);
  }

  void entry(const Obis& code) {
    field_open_ = false;
    if (truth_ != nullptr) truth_->push_back({code, {}});
  }

  void field() {
    if (truth_ != nullptr) truth_->back().fields.emplace_back();
    field_open_ = true;
    field_mixed_ = false;
    field_begin_ = out_.size();
  }

  void crc(Segment::CrcForm form) {
    const std::string_view covered = std::string_view(out_).substr(begin_);
    append_crc(crc_of(*layout_.crc_algorithm, covered), form, out_);
    field_open_ = false;  // no data line comes after it
  }

  void hole(const Hole& hole, std::size_t index) {
    TruthField* said = field_of_hole();
    switch (hole.format.kind) {
      case Kind::kTime:
      case Kind::kTime12:
      case Kind::kTime17:
        return fill_time(hole, value_of(hole, state_, index), said);
      case Kind::kString:
      case Kind::kHex:
        return fill_text(hole, text_of(hole, state_, index), said);
      default:
        return fill_number(hole, printed(hole, value_of(hole, state_, index)), said);
    }
  }

 private:
  /// A bracket with more in it than a hole says its whole text, up to the ')'.
  void note_text(std::string_view text) {
    if (!field_open_) return;
    const std::size_t end = std::min(text.find(')'), text.size());
    field_mixed_ = field_mixed_ || end > 0;
    if (field_mixed_) {
      TruthField said;
      said.text = out_.substr(field_begin_, out_.size() - text.size() + end - field_begin_);
      truth_->back().fields.back() = std::move(said);
    }
    field_open_ = end == text.size();
  }

  /// What the hole that comes now says; nullptr if it is not alone in a bracket.
  TruthField* field_of_hole() {
    if (truth_ == nullptr || !field_open_ || out_.size() != field_begin_) return nullptr;
    return &truth_->back().fields.back();
  }

  void fill_time(const Hole& hole, std::int64_t seconds, TruthField* said) {
    if (said != nullptr) {
      const bool unset = seconds == kUnsetTime;
      said->kind = unset ? TruthField::Kind::kUnset : TruthField::Kind::kTime;
      if (!unset) said->instant = std::chrono::sys_seconds{std::chrono::seconds{seconds}};
    }
    append_time(hole.format, seconds, layout_.unset_time, zone_, out_);
  }

  void fill_text(const Hole& hole, std::string_view text, TruthField* said) {
    const std::size_t begin = out_.size();
    if (hole.format.kind == Kind::kHex) {
      append_hex(text, out_);
    } else {
      out_ += text;
    }
    if (said != nullptr) said->text = out_.substr(begin);
  }

  void fill_number(const Hole& hole, std::int64_t number, TruthField* said) {
    if (said != nullptr) {
      said->kind = TruthField::Kind::kNumber;
      said->digits = number;
      said->decimals = hole.format.kind == Kind::kFixed ? hole.format.max_decimals : 0;
      said->unit = hole.unit;
    }
    append_number(hole.format, number, out_);
    append_unit(hole, out_);
  }

  const Layout& layout_;
  const MeterState& state_;
  const Zone& zone_;
  std::string& out_;
  Truth* truth_;
  std::size_t begin_;
  bool field_open_ = false;
  bool field_mixed_ = false;     ///< there is text in it
  std::size_t field_begin_ = 0;  ///< just after its '('
};

/// The largest value that a number's hole can print, such as "99.999 kW", where `value` is larger;
/// "0 kW" where it is negative and the format has no sign; nothing if it fits.
std::optional<std::string> limit_of(const Hole& hole, std::int64_t value) {
  const bool number = hole.format.kind == Kind::kFixed || hole.format.kind == Kind::kInteger;
  if (!number) return std::nullopt;
  const std::string unit = hole.unit.empty() ? "" : " " + hole.unit;
  if (value < 0 && !hole.format.may_be_negative) return "0" + unit;
  if (hole.modulus == 0 || in_last_digits(hole, value) < hole.modulus) return std::nullopt;
  std::string limit;
  append_number(hole.format, hole.modulus - 1, limit);
  return limit + unit;
}

}  // namespace

void render(const Layout& layout, const MeterState& state, const Zone& zone, std::string& telegram,
            Truth* truth) {
  if (truth != nullptr) truth->clear();
  Renderer renderer(layout, state, zone, telegram, truth);
  PrintWalk(layout, state, renderer).run();
}

std::optional<std::string> limit_passed(const Layout& layout, Quantity quantity,
                                        std::int64_t value) {
  for (const Hole* const hole : holes_of(layout, quantity)) {
    if (const auto limit = limit_of(*hole, value)) {
      return "this meter prints " + to_string(hole->format) + ", so " +
             (value < 0 ? "at least " : "at most ") + *limit;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> printed_apart(const Layout& layout, Quantity quantity, std::int64_t a,
                                          std::int64_t b) {
  const auto holes = holes_of(layout, quantity);
  if (holes.empty()) return std::nullopt;
  return printed(*holes.front(), a) - printed(*holes.front(), b);
}

bool SteadyPrinter::print(const Layout& layout, const Zone& zone, const MeterState& state,
                          std::span<const Growth> growths, std::string& telegram) {
  // Making a stencil costs as much as rendering 200 telegrams, and may be for no more than a few.
  constexpr int kRefreshesBetween = 32;
  auto fit = stencil_ == nullptr ? Stencil::Fit::kNone : stencil_->take(state, growths, record_);
  if (fit == Stencil::Fit::kNone && layout.stencils != nullptr) {
    const bool may_make = refreshes_ == 0;
    stencil_ = layout.stencils->find(layout, zone, state, growths, may_make, record_, fit);
    refreshes_ = may_make ? kRefreshesBetween : refreshes_;
  }
  refreshes_ = std::max(refreshes_ - 1, 0);
  if (fit == Stencil::Fit::kNone) {
    render(layout, state, zone, telegram);
  } else {
    stencil_->print(record_, telegram);
  }
  return fit == Stencil::Fit::kSteady;
}

bool SteadyPrinter::go_on(std::uint32_t seconds, std::string& telegram) {
  if (seconds > 0 && !stencil_->step(record_, seconds)) return false;
  stencil_->print(record_, telegram);
  return true;
}

}  // namespace p1rig
