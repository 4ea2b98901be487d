#include "simulator/line/uart_model.h"

#include <algorithm>
#include <bit>

#include "simulator/random.h"

namespace p1rig {
namespace {

constexpr int kOversampling = 16;

// After the first low sample, which comes up to one sample after the edge.
constexpr int kSamplesToMiddle = 7;

unsigned low_bits(unsigned value, int count) { return value & ((1U << count) - 1U); }

/// The parity bit that belongs to these data bits.
unsigned parity_bit(unsigned data, char parity) {
  const unsigned odd = static_cast<unsigned>(std::popcount(data)) % 2U;
  return parity == 'E' ? odd : 1U - odd;
}

}  // namespace

UartModel::UartModel(const LineSettings& meter, const LineSettings& reader, const UartPath& path)
    : meter_(meter),
      reader_(reader),
      path_(path),
      bit_seconds_(1.0 / (meter.baud * (1.0 + path.skew))),
      sample_step_(1.0 / (bit_seconds_ * reader.baud * kOversampling)),
      until_sample_(sample_step_ / 2) {}

void UartModel::send(std::string_view bytes, std::vector<UartByte>& received) {
  for (const char byte : bytes) {
    const unsigned data = low_bits(static_cast<unsigned char>(byte), meter_.data_bits);
    pass(false, 1, received);
    for (int i = 0; i < meter_.data_bits; ++i) pass(((data >> i) & 1U) != 0, 1, received);
    if (meter_.parity != 'N') pass(parity_bit(data, meter_.parity) != 0, 1, received);
    for (int i = 0; i < meter_.stop_bits; ++i) pass(true, 1, received);
  }
}

void UartModel::idle(std::chrono::nanoseconds duration, std::vector<UartByte>& received) {
  double bits = std::chrono::duration<double>(duration).count() / bit_seconds_;
  for (; bits > 0; bits -= 1) pass(true, std::min(bits, 1.0), received);
}

/// Holds a level on the line for that many bits of the meter, at most one.
void UartModel::pass(bool level, double bits, std::vector<UartByte>& received) {
  const bool seen = disturbed(level);
  while (until_sample_ < bits) {
    take_sample(seen, received);
    until_sample_ += sample_step_;
  }
  until_sample_ -= bits;
}

bool UartModel::disturbed(bool level) {
  bool seen = level != path_.inverted;
  if (path_.bit_error_rate > 0) {
    const std::uint64_t random = random_at(path_.noise_seed, bits_passed_) >> 11;
    if (static_cast<double>(random) * 0x1p-53 < path_.bit_error_rate) seen = !seen;
  }
  ++bits_passed_;
  return seen;
}

void UartModel::take_sample(bool level, std::vector<UartByte>& received) {
  if (state_ == State::kMark || state_ == State::kBreak) {
    if (level) {
      state_ = State::kMark;
    } else if (state_ == State::kMark) {
      state_ = State::kStart;
      samples_ = 0;
    }
    return;
  }
  ++samples_;
  if (state_ == State::kStart) {
    if (samples_ < kSamplesToMiddle) return;
    state_ = level ? State::kMark : State::kBits;
    samples_ = bits_taken_ = 0;
    shifted_ = 0;
    return;
  }
  if (samples_ < kOversampling) return;
  samples_ = 0;
  if (state_ == State::kStop) return end_character(level, received);
  shifted_ |= (level ? 1U : 0U) << bits_taken_;
  const int bits = reader_.data_bits + (reader_.parity == 'N' ? 0 : 1);
  if (++bits_taken_ == bits) state_ = State::kStop;
}

void UartModel::end_character(bool stop, std::vector<UartByte>& received) {
  const unsigned data = low_bits(shifted_, reader_.data_bits);
  UartByte byte{.value = static_cast<unsigned char>(data), .framing_error = !stop};
  if (reader_.parity != 'N') {
    byte.parity_error = shifted_ >> reader_.data_bits != parity_bit(data, reader_.parity);
  }
  byte.is_break = !stop && shifted_ == 0;
  received.push_back(byte);
  if (stop) {
    state_ = State::kMark;
  } else if (byte.is_break) {
    state_ = State::kBreak;
  } else {
    // The low level is the start bit of the next character, and its middle is here.
    state_ = State::kBits;
    bits_taken_ = 0;
    shifted_ = 0;
  }
}

std::vector<UartByte> receive_uart(std::string_view bytes, const LineSettings& meter,
                                   const LineSettings& reader, const UartPath& path) {
  // Long enough for what was begun to end, at either side's rate.
  const auto silence = std::chrono::nanoseconds(2'000'000'000LL * 12 /
                                                std::max(1, std::min(meter.baud, reader.baud)));
  UartModel model(meter, reader, path);
  std::vector<UartByte> received;
  model.idle(silence, received);
  model.send(bytes, received);
  model.idle(silence, received);
  return received;
}

std::string values_of(const std::vector<UartByte>& received) {
  std::string values;
  for (const UartByte& byte : received) values += static_cast<char>(byte.value);
  return values;
}

}  // namespace p1rig
