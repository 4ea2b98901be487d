#include "simulator/render/stencil.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "protocol/crc16.h"
#include "simulator/render/print_value.h"

namespace p1rig {
namespace {

constexpr std::uint32_t kMinute = 60;

std::int64_t time_in(std::span<const std::uint32_t> record) {
  std::int64_t time = 0;
  std::memcpy(&time, record.data() + kStencilTime, sizeof time);
  return time;
}

void set_time(std::span<std::uint32_t> record, std::int64_t time) {
  std::memcpy(record.data() + kStencilTime, &time, sizeof time);
}

constexpr auto kHexPairs = [] {
  std::array<std::array<std::array<char, 2>, 256>, 2> pairs{};
  for (std::size_t octet = 0; octet < 256; ++octet) {
    constexpr std::string_view kUpper = "0123456789ABCDEF", kLower = "0123456789abcdef";
    pairs[0][octet] = {kUpper[octet >> 4], kUpper[octet & 15]};
    pairs[1][octet] = {kLower[octet >> 4], kLower[octet & 15]};
  }
  return pairs;
}();

}  // namespace

bool Stencil::same_constants(const MeterState& state) const {
  if (state.failures.size() != failures_ || state.peaks.size() != peaks_) return false;
  const bool same_devices = std::ranges::equal(
      state.devices, devices_, [](const MbusDevice& device, const Device& other) {
        return device.medium == other.medium && device.channel == other.channel;
      });
  return same_devices && std::ranges::all_of(constants_, [&](const Constant& constant) {
           return asks_for_text(constant.hole)
                      ? text_of(constant.hole, state, constant.index) == constant.text
                      : value_of(constant.hole, state, constant.index) == constant.value;
         });
}

/// False if what is printed has another length than the gap.
bool Stencil::fill_gaps(const MeterState& state, std::span<std::uint32_t> record) const {
  std::string text = text_;
  std::string printed;
  for (const Gap& gap : gaps_) {
    printed.clear();
    std::string_view shown;
    if (asks_for_text(gap.hole)) {
      shown = text_of(gap.hole, state, gap.index);
      if (!shown.starts_with(gap.before)) return false;
      shown.remove_prefix(gap.before.size());
      if (gap.hole.format.kind == ValueFormat::Kind::kHex) {
        append_hex(shown, printed);
      } else {
        printed = shown;
      }
    } else {
      append_value(gap.hole, value_of(gap.hole, state, gap.index), unset_time_, zone_, printed);
    }
    if (printed.size() != gap.size) return false;
    printed.copy(text.data() + gap.at, gap.size);
  }
  std::uint32_t* to = record.data() + windows_at_;
  for (const std::uint16_t at : windows_) {
    std::memcpy(to, text.data() + at, kStencilWindow);
    to += kStencilWindow / sizeof *to;
  }
  *to = crc16(std::string_view(text).substr(0, crc_at_));
  return true;
}

bool Stencil::take_time(std::int64_t time, std::span<std::uint32_t> record) const {
  const Timestamp local = zone_.local(std::chrono::sys_seconds{std::chrono::seconds{time}});
  set_time(record, time);
  record[kStencilDate] = local.year * 10'000U + local.month * 100U + local.day;
  record[kStencilClock] = local.hour * 10'000U + local.minute * 100U + local.second;
  return season_ == '\0' || season_ == local.season;
}

bool Stencil::take_number(const Grower& grower, std::int64_t value,
                          std::span<std::uint32_t> record) const {
  auto rest = static_cast<std::uint64_t>(printed(grower.hole, value));
  for (std::uint32_t slot = grower.slot; slot < grower.slot + grower.slots; ++slot) {
    record[slot] = static_cast<std::uint32_t>(rest % limits_[slot]);
    rest /= limits_[slot];
  }
  return rest == 0;
}

/// False if the growth cannot be followed: the numbers are too large.
bool Stencil::take_growth(const Grower& grower, const Growth* growth, std::int64_t value,
                          std::span<std::uint32_t> record) {
  std::uint32_t& kept_rate = record[grower.state];
  std::uint32_t& kept_rest = record[grower.state + 1];
  kept_rate = kept_rest = 0;
  if (growth == nullptr || growth->rate == 0) return true;
  const Hole& hole = grower.hole;
  std::int64_t amount = 0, rate = 0;
  const bool too_large =
      __builtin_mul_overflow(growth->amount, hole.factor, &amount) ||
      __builtin_mul_overflow(growth->rate, hole.factor, &rate) ||
      (!hole.cut && __builtin_add_overflow(amount, hole.divisor / 2 * grower.per, &amount));
  if (too_large || amount < 0 || rate < 0 || rate > UINT32_MAX) return false;
  if (growth->per != grower.per || growth->amount / growth->per != value) return false;
  // What is above all nines stays there, and grows no more.
  if (!hole.cut && amount / grower.divisor >= hole.modulus - 1) return false;
  kept_rate = static_cast<std::uint32_t>(rate);
  kept_rest = static_cast<std::uint32_t>(amount % grower.divisor);
  return true;
}

Stencil::Fit Stencil::take(const MeterState& state, std::span<const Growth> growths,
                           std::span<std::uint32_t> record) const {
  if (!same_constants(state)) return Fit::kNone;
  const std::int64_t time = state[Quantity::kTime];
  if (ticks_ && (time == kUnsetTime || !take_time(time, record))) return Fit::kNone;
  if (!fill_gaps(state, record)) return Fit::kNone;
  bool steady = true;
  for (const Grower& grower : growers_) {
    const std::int64_t value = value_of(grower.hole, state, 0);
    if (!take_number(grower, value, record)) return Fit::kNone;
    const auto growth = std::ranges::find(growths, grower.hole.quantity, &Growth::quantity);
    steady =
        take_growth(grower, growth == growths.end() ? nullptr : &*growth, value, record) && steady;
  }
  steady = steady && std::ranges::none_of(growths, [&](const Growth& growth) {
             return growth.rate != 0 &&
                    std::ranges::find(gaps_, growth.quantity, [](const Gap& gap) {
                      return gap.hole.source == Source::kQuantity ? std::optional(gap.hole.quantity)
                                                                  : std::nullopt;
                    }) != gaps_.end();
           });
  return steady ? Fit::kSteady : Fit::kOnce;
}

bool Stencil::carry(const Grower& grower, std::uint64_t whole,
                    std::span<std::uint32_t> record) const {
  for (std::uint32_t slot = grower.slot; slot < grower.slot + grower.slots; ++slot) {
    const std::uint64_t sum = record[slot] + whole;
    record[slot] = static_cast<std::uint32_t>(sum % limits_[slot]);
    whole = sum / limits_[slot];
    if (whole == 0) return true;
  }
  return grower.hole.cut;  // a register begins again
}

bool Stencil::step(std::span<std::uint32_t> record, std::uint32_t seconds) const {
  for (const Grower& grower : growers_) {
    std::uint32_t* const state = record.data() + grower.state;
    const std::uint64_t sum = state[1] + std::uint64_t{state[0]} * seconds;
    if (sum < grower.divisor) {
      state[1] = static_cast<std::uint32_t>(sum);
      continue;
    }
    state[1] = static_cast<std::uint32_t>(sum % grower.divisor);
    if (!carry(grower, sum / grower.divisor, record)) return false;
  }
  if (!ticks_) return true;
  const std::int64_t time = time_in(record) + seconds;
  if (record[kStencilClock] % 100 + seconds >= kMinute) return take_time(time, record);
  record[kStencilClock] += seconds;
  set_time(record, time);
  return true;
}

void Stencil::print(std::span<const std::uint32_t> record, std::string& out) const {
  const std::size_t begin = out.size();
  out += text_;
  char* const text = out.data() + begin;
  const std::uint32_t* window = record.data() + windows_at_;
  for (const std::uint16_t at : windows_) {
    std::memcpy(text + at, window, kStencilWindow);
    window += kStencilWindow / sizeof *window;
  }
  unsigned crc = *window;
  for (const Batch& batch : batches_) {
    crc ^= batch.put({pieces_.data() + batch.begin, batch.size}, record.data(), crcs_.data(), text);
  }
  if (crc_at_ == 0) return;
  const auto& pairs = kHexPairs[crc_form_ == Segment::CrcForm::kLower ? 1 : 0];
  std::memcpy(text + crc_at_, pairs[crc >> 8].data(), 2);
  std::memcpy(text + crc_at_ + 2, pairs[crc & 0xFFU].data(), 2);
  if (crc_form_ != Segment::CrcForm::kUnpadded || crc >= 0x1000) return;
  const std::size_t zeros = crc >= 0x100 ? 1 : crc >= 0x10 ? 2 : 3;
  out.erase(begin + crc_at_, zeros);
}

std::shared_ptr<const Stencil> StencilShelf::find(const Layout& layout, const Zone& zone,
                                                  const MeterState& state,
                                                  std::span<const Growth> growths, bool may_make,
                                                  std::vector<std::uint32_t>& record,
                                                  Stencil::Fit& fit) {
  // As many as the meters of one layout can have different texts and lists of events at a time.
  constexpr std::size_t kMost = 32;
  const std::lock_guard lock(mutex_);
  const auto fits = [&](const std::shared_ptr<const Stencil>& stencil) {
    record.resize(stencil->record_size());
    fit = stencil->take(state, growths, record);
    return fit != Stencil::Fit::kNone;
  };
  for (const auto& stencil : stencils_) {
    if (fits(stencil)) return stencil;
  }
  if (!may_make) return nullptr;
  if (stencils_.size() == kMost) {
    const auto unused = std::ranges::find(stencils_, 1, &std::shared_ptr<const Stencil>::use_count);
    if (unused == stencils_.end()) return nullptr;
    stencils_.erase(unused);
  }
  auto made = Stencil::make(layout, zone, state);
  if (made == nullptr || !fits(made)) return nullptr;
  stencils_.push_back(made);
  return made;
}

}  // namespace p1rig
