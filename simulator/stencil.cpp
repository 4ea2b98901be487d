#include "simulator/stencil.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "simulator/print_value.h"

namespace p1rig {
namespace {

constexpr std::uint32_t kMinute = 60;

/// Where the message time is in a record of a clock that is set, in seconds since 1970.
std::int64_t time_in(std::span<const std::uint32_t> record) {
  std::int64_t time = 0;
  std::memcpy(&time, record.data(), sizeof time);
  return time;
}

void set_time(std::span<std::uint32_t> record, std::int64_t time) {
  std::memcpy(record.data(), &time, sizeof time);
}

std::optional<std::uint32_t> serial_of(std::string_view digits) {
  std::uint32_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
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

bool Stencil::take_numbers(const MeterState& state, std::span<std::uint32_t> record) const {
  for (const Number& number : numbers_) {
    const std::int64_t shown = printed(number.hole, value_of(number.hole, state, number.index));
    auto rest = static_cast<std::uint64_t>(shown < 0 ? -shown : shown);
    if ((shown < 0) != number.negative || rest < number.minimum) return false;
    for (std::uint32_t slot = number.slot; slot < number.slot + number.slots; ++slot) {
      record[slot] = static_cast<std::uint32_t>(rest % limits_[slot]);
      rest /= limits_[slot];
    }
    if (rest != 0) return false;
  }
  return true;
}

bool Stencil::take_time(const Time& time, std::int64_t value,
                        std::span<std::uint32_t> record) const {
  if (value == kUnsetTime) return false;
  const Timestamp local = zone_.local(std::chrono::sys_seconds{std::chrono::seconds{value}});
  record[time.slot] = local.year * 10'000U + local.month * 100U + local.day;
  record[time.slot + 1] = local.hour * 10'000U + local.minute * 100U + local.second;
  return time.season == '\0' || time.season == local.season;
}

/// False where the growth cannot be followed: the numbers are too large, or the number of digits
/// grows, too.
bool Stencil::take_growth(const Grower& grower, const Growth* growth, const MeterState& state,
                          std::span<std::uint32_t> record) const {
  const std::span<std::uint32_t> follow = record.subspan(grower.state, 3);
  follow[0] = follow[1] = 0;
  follow[2] = 1;
  if (growth == nullptr || growth->rate == 0) return true;
  const Hole& hole = numbers_[grower.number].hole;
  std::int64_t amount = 0, rate = 0, divisor = 0;
  const bool too_large =
      __builtin_mul_overflow(growth->amount, hole.factor, &amount) ||
      __builtin_mul_overflow(growth->rate, hole.factor, &rate) ||
      __builtin_mul_overflow(hole.divisor, growth->per, &divisor) ||
      (!hole.cut && __builtin_add_overflow(amount, hole.divisor / 2 * growth->per, &amount));
  if (too_large || amount < 0 || rate < 0 || rate > UINT32_MAX || divisor > UINT32_MAX) {
    return false;
  }
  if (hole.modulus == 0 || numbers_[grower.number].negative) return false;
  // What is above all nines stays there, and grows no more.
  if (!hole.cut && amount / divisor >= hole.modulus - 1) return false;
  if (value_of(hole, state, 0) != growth->amount / growth->per) return false;
  follow[0] = static_cast<std::uint32_t>(rate);
  follow[1] = static_cast<std::uint32_t>(amount % divisor);
  follow[2] = static_cast<std::uint32_t>(divisor);
  return true;
}

Stencil::Fit Stencil::take(const MeterState& state, std::span<const Growth> growths,
                           std::span<std::uint32_t> record) const {
  if (!same_constants(state)) return Fit::kNone;
  if (!clocks_.empty()) {
    set_time(record, state[Quantity::kTime]);
    for (const Time& clock : clocks_) {
      if (!take_time(clock, state[Quantity::kTime], record)) return Fit::kNone;
    }
  }
  for (const Time& time : times_) {
    if (!take_time(time, value_of(time.hole, state, time.index), record)) return Fit::kNone;
  }
  for (const Serial& serial : serials_) {
    const std::string_view text = text_of(serial.hole, state, serial.index);
    if (!text.starts_with(serial.before)) return Fit::kNone;
    const std::string_view digits = text.substr(serial.before.size());
    if (digits.size() != kSerialDigits) return Fit::kNone;
    const auto number = serial_of(digits);
    if (!number) return Fit::kNone;
    record[serial.slot] = *number;
  }
  if (!take_numbers(state, record)) return Fit::kNone;
  bool steady = true;
  for (const Grower& grower : growers_) {
    const auto growth = std::ranges::find(growths, grower.quantity, &Growth::quantity);
    steady =
        take_growth(grower, growth == growths.end() ? nullptr : &*growth, state, record) && steady;
  }
  return steady ? Fit::kSteady : Fit::kOnce;
}

bool Stencil::carry(const Grower& grower, std::uint64_t whole,
                    std::span<std::uint32_t> record) const {
  const Number& number = numbers_[grower.number];
  for (std::uint32_t slot = number.slot; slot < number.slot + number.slots; ++slot) {
    const std::uint64_t sum = record[slot] + whole;
    record[slot] = static_cast<std::uint32_t>(sum % limits_[slot]);
    whole = sum / limits_[slot];
    if (whole == 0) return true;
  }
  return number.hole.cut;  // a register begins again
}

bool Stencil::step(std::span<std::uint32_t> record, std::uint32_t seconds) const {
  for (const Grower& grower : growers_) {
    std::uint32_t* follow = record.data() + grower.state;
    const std::uint64_t sum = follow[1] + std::uint64_t{follow[0]} * seconds;
    const std::uint32_t divisor = follow[2];
    if (sum < divisor) {
      follow[1] = static_cast<std::uint32_t>(sum);
      continue;
    }
    follow[1] = static_cast<std::uint32_t>(sum % divisor);
    if (!carry(grower, sum / divisor, record)) return false;
  }
  if (clocks_.empty()) return true;
  const std::int64_t time = time_in(record) + seconds;
  set_time(record, time);
  return std::ranges::all_of(clocks_, [&](const Time& clock) {
    std::uint32_t& of_day = record[clock.slot + 1];
    if (of_day % 100 + seconds >= kMinute) return take_time(clock, time, record);
    of_day += seconds;
    return true;
  });
}

void Stencil::print(std::span<const std::uint32_t> record, std::string& out) const {
  const std::size_t begin = out.size();
  out += text_;
  char* const text = out.data() + begin;
  unsigned crc = text_crc_;
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

void prepare(Layout& layout) { layout.stencils = std::make_shared<StencilShelf>(); }

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
