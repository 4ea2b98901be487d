// Faults that change how a telegram is sealed.

#include <array>
#include <cstddef>

#include "simulator/emission.h"
#include "simulator/faults/fault_rows.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kSeal;

bool set_counter(Emission& emission, SealOrder::Counter counter, std::int64_t amount) {
  emission.seal.counter = counter;
  emission.seal.amount = static_cast<std::uint32_t>(amount);
  return true;
}

/// Leaves out data lines from the end until the telegram has at most that many bytes; one remains.
bool shorten(Emission& emission, std::size_t most) {
  std::string& bytes = emission.bytes;
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

bool fit(Emission& emission, std::size_t most, LengthForm form) {
  if (!shorten(emission, most)) return false;
  emission.seal.form = form;
  return true;
}

// What these forms can say, without counter, tag and 30.
constexpr std::size_t kMostInOneOctet = 0x7F - kFrameOverhead;
constexpr std::size_t kMostIn81 = 0xFF - kFrameOverhead;

bool use_other_key(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.other_key = true;
}

bool use_other_authentication_key(Emission& emission, const FaultRequest&, std::int64_t,
                                  std::uint64_t) {
  return emission.seal.other_authentication_key = true;
}

bool change_key(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.new_key = true;
}

bool replay_frame(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.replay = true;
}

bool repeat_counter(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(emission, SealOrder::Counter::kRepeat, amount);
}

bool step_back(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(emission, SealOrder::Counter::kBack, amount);
}

bool skip_counters(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(emission, SealOrder::Counter::kGap, amount);
}

bool reset_counter(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  return set_counter(emission, SealOrder::Counter::kReset, amount);
}

bool choose_control_bytes(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (emission.bytes.size() < kLeastForControlBytes) return false;
  return emission.seal.control_bytes = true;
}

bool fit_short_form(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(emission, kMostInOneOctet, LengthForm::kOne);
}

bool fit_form_81(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(emission, kMostIn81, LengthForm::k81);
}

bool fit_form_82(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return fit(emission, kMostIn81, LengthForm::k82);
}

bool use_form_83(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  emission.seal.form = LengthForm::k83;
  return true;
}

bool seal_twice(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.twice = true;
}

bool add_plain(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.plain_too = true;
}

bool leave_plain(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return emission.seal.plain = true;
}

constexpr auto kRows = std::to_array<FaultRow>({
    sealed_row("wrong-key", "sealed with another encryption key", "", 0, kStage, false,
               use_other_key),
    sealed_row("wrong-authentication-key", "sealed with another authentication key", "", 0, kStage,
               false, use_other_authentication_key),
    sealed_row("key-change", "another encryption key from now on, with counters from 0", "", 0,
               kStage, false, change_key),
    sealed_row("replay", "the previous frame again, instead of this telegram", "", 0, kStage, true,
               replay_frame),
    sealed_row("counter-repeat", "the counter of the previous frame, for another telegram", "", 0,
               kStage, true, repeat_counter),
    sealed_row("counter-back", "a lower counter than in the previous frame, once", "counters", 1,
               kStage, true, step_back),
    sealed_row("counter-gap", "counters are skipped", "counters", 1, kStage, true, skip_counters),
    sealed_row("counter-reset", "counters from 0, with the same key", "", 0, kStage, true,
               reset_counter),
    sealed_row("control-bytes",
               "a counter that puts '/', '!', DB, control bytes into the ciphertext", "", 0, kStage,
               true, choose_control_bytes),
    sealed_row("length-form-short", "a telegram of at most 110 bytes: its length is one byte", "",
               0, kStage, true, fit_short_form),
    sealed_row("length-form-81", "a telegram of at most 238 bytes, its length in the form 81", "",
               0, kStage, true, fit_form_81),
    sealed_row("length-form-82", "a telegram of at most 238 bytes, its length in the form 82", "",
               0, kStage, true, fit_form_82),
    sealed_row("length-form-83", "the length in the form 83, longer than necessary", "", 0, kStage,
               true, use_form_83),
    sealed_row("two-frames", "the telegram in two frames, back to back", "", 0, kStage, true,
               seal_twice),
    sealed_row("plain-too", "the plain telegram as well, right after its frame", "", 0, kStage,
               true, add_plain),
    sealed_row("unsealed", "the plain telegram instead of the sealed one", "", 0, kStage, true,
               leave_plain),
});

}  // namespace

std::span<const FaultRow> seal_faults() { return kRows; }

}  // namespace p1rig
