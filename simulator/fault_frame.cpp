// Faults that change how a telegram is sealed, and the parts of its frame.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "simulator/fault_edits.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

// DB 08, title, length field, 30, counter, ciphertext, tag: see protocol/dlms_frame.h.
constexpr std::size_t kTitleAt = 2;
constexpr std::size_t kLengthAt = kTitleAt + kTitleSize;
constexpr std::size_t kCounterSize = 4;

/// Where the length field ends: 30 and the counter stand between it and the ciphertext.
std::size_t length_end(const Passage& passage) { return passage.frame.text - kCounterSize - 1; }

/// Flips that many different bits of the bytes from `begin` to `end`.
bool flip_within(Passage& passage, std::size_t begin, std::size_t end, std::int64_t amount,
                 std::uint64_t random) {
  if (passage.frame.size == 0 || amount > static_cast<std::int64_t>(8 * (end - begin)))
    return false;
  std::vector<std::size_t> bits(8 * (end - begin));
  std::iota(bits.begin(), bits.end(), std::size_t{0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(amount); ++i) {
    const auto left = static_cast<std::int64_t>(bits.size() - i);
    const auto pick = static_cast<std::size_t>(random_below(random_at(random, i), left));
    std::swap(bits[i], bits[i + pick]);
    char& byte = passage.bytes[begin + bits[i] / 8];
    byte = static_cast<char>(byte ^ (1 << bits[i] % 8));
  }
  return true;
}

/// Adds to the number in the length field, in as many octets as it has.
bool change_length(Passage& passage, std::int64_t by) {
  if (passage.frame.size == 0) return false;
  const std::size_t end = length_end(passage);
  const bool one_octet = end - kLengthAt == 1;
  std::int64_t length = 0;
  for (std::size_t at = kLengthAt + (one_octet ? 0 : 1); at < end; ++at) {
    length = length << 8 | static_cast<unsigned char>(passage.bytes[at]);
  }
  const std::int64_t most = one_octet ? 0x7F : (std::int64_t{1} << 8 * (end - kLengthAt - 1)) - 1;
  length += by;
  if (length < 0 || length > most) return false;
  for (std::size_t at = end; at-- > kLengthAt + (one_octet ? 0 : 1); length >>= 8) {
    passage.bytes[at] = static_cast<char>(length & 0xFF);
  }
  return true;
}

bool set_counter(Passage& passage, SealOrder::Counter counter, std::int64_t amount) {
  passage.seal.counter = counter;
  passage.seal.amount = static_cast<std::uint32_t>(amount);
  return true;
}

/// Leaves out data lines from the end until the telegram has at most that many bytes; one remains.
bool shorten(Passage& passage, std::size_t most) {
  std::string& bytes = passage.bytes;
  if (bytes.size() <= most) return true;
  const auto blank = bytes.find("\r\n\r\n");
  const auto bang = bytes.rfind("\r\n!");
  if (blank == std::string::npos || bang == std::string::npos || bang < blank + 4) return false;
  const std::size_t footer = bytes.size() - (bang + 2);
  std::size_t end = blank + 4;
  for (auto next = bytes.find("\r\n", end); next <= bang && next + 2 + footer <= most;
       next = bytes.find("\r\n", end)) {
    end = next + 2;
  }
  if (end == blank + 4) return false;
  bytes.erase(end, bang + 2 - end);
  return true;
}

bool fit(Passage& passage, std::size_t most, LengthForm form) {
  if (!shorten(passage, most)) return false;
  passage.seal.form = form;
  return true;
}

// What these forms can say, without counter, tag and 30.
constexpr std::size_t kMostInOneOctet = 0x7F - kFrameOverhead;
constexpr std::size_t kMostIn81 = 0xFF - kFrameOverhead;

}  // namespace

bool use_other_key(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.other_key = true;
}

bool use_other_authentication_key(Passage& passage, const FaultRequest&, std::int64_t,
                                  std::uint64_t) {
  return passage.seal.other_authentication_key = true;
}

bool replay_frame(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.replay = true;
}

bool repeat_counter(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(passage, SealOrder::Counter::kRepeat, amount);
}

bool step_back(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(passage, SealOrder::Counter::kBack, amount);
}

bool skip_counters(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(passage, SealOrder::Counter::kGap, amount);
}

bool reset_counter(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(passage, SealOrder::Counter::kReset, amount);
}

bool change_key(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.new_key = true;
}

bool choose_control_bytes(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (passage.bytes.size() < kLeastForControlBytes) return false;
  return passage.seal.control_bytes = true;
}

bool fit_short_form(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(passage, kMostInOneOctet, LengthForm::kOne);
}

bool fit_form_81(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(passage, kMostIn81, LengthForm::k81);
}

bool fit_form_82(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(passage, kMostIn81, LengthForm::k82);
}

bool use_form_83(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  passage.seal.form = LengthForm::k83;
  return true;
}

bool seal_twice(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.twice = true;
}

bool add_plain(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.plain_too = true;
}

bool leave_plain(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  return passage.seal.plain = true;
}

bool flip_title(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  return flip_within(passage, kTitleAt, kLengthAt, amount, random);
}

bool flip_length(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  return flip_within(passage, kLengthAt, length_end(passage), amount, random);
}

bool flip_counter(Passage& passage, const FaultRequest&, std::int64_t amount,
                  std::uint64_t random) {
  const std::size_t end = passage.frame.text;
  return flip_within(passage, end - kCounterSize, end, amount, random);
}

bool flip_ciphertext(Passage& passage, const FaultRequest&, std::int64_t amount,
                     std::uint64_t random) {
  return flip_within(passage, passage.frame.text, passage.frame.size - kTagSize, amount, random);
}

bool flip_tag(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  return flip_within(passage, passage.frame.size - kTagSize, passage.frame.size, amount, random);
}

bool raise_length(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return change_length(passage, amount);
}

bool lower_length(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return change_length(passage, -amount);
}

}  // namespace p1rig
