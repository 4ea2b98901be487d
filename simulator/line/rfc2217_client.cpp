#include "simulator/line/rfc2217_client.h"

#include <utility>

#include "simulator/line/rfc2217.h"
#include "simulator/line/rfc2217_codes.h"

namespace p1rig {
namespace {

using namespace rfc2217;

constexpr std::size_t kLongestSub = 64;

char byte_of(std::uint8_t value) { return static_cast<char>(value); }

std::string telnet(std::uint8_t command, std::uint8_t option) {
  return {byte_of(kIac), byte_of(command), byte_of(option)};
}

std::string com_port(std::uint8_t code, std::string_view value) {
  return std::string{byte_of(kIac), byte_of(kSb), byte_of(kComPort), byte_of(code)} +
         encode_rfc2217(value) + byte_of(kIac) + byte_of(kSe);
}

std::string com_port(std::uint8_t code, int value) {
  return com_port(code, std::string(1, byte_of(static_cast<std::uint8_t>(value))));
}

std::string baud_value(int baud) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += byte_of(static_cast<std::uint8_t>(baud >> shift & 0xFF));
  }
  return bytes;
}

}  // namespace

std::string Rfc2217Client::greeting() {
  ours_[kComPort] = ours_[kBinary] = theirs_[kBinary] = theirs_[kGoAhead] = true;
  return telnet(kWill, kComPort) + telnet(kWill, kBinary) + telnet(kDo, kBinary) +
         telnet(kDo, kGoAhead);
}

Rfc2217Client::Outcome Rfc2217Client::request(bool active) {
  Outcome outcome;
  active_ = active;
  if (open_) set_lines(outcome);
  return outcome;
}

Rfc2217Client::Outcome Rfc2217Client::take(std::string_view bytes) {
  Outcome outcome;
  for (const char byte : bytes) take_byte(static_cast<std::uint8_t>(byte), outcome);
  return outcome;
}

void Rfc2217Client::take_byte(std::uint8_t byte, Outcome& outcome) {
  const auto hear = [&] {
    if (outcome.heard.empty() || outcome.heard.back().requested) outcome.heard.emplace_back();
    outcome.heard.back().data += byte_of(byte);
  };
  switch (state_) {
    case State::kData:
      if (byte == kIac) {
        state_ = State::kCommand;
      } else {
        hear();
      }
      break;
    case State::kCommand:
      state_ = State::kData;
      if (byte == kIac) {
        hear();
      } else if (byte == kSb) {
        sub_.clear();
        state_ = State::kSub;
      } else if (byte >= kWill) {
        command_ = byte;
        state_ = State::kOption;
      }
      break;
    case State::kOption:
      state_ = State::kData;
      take_option(byte, outcome);
      break;
    case State::kSub:
      if (byte == kIac) {
        state_ = State::kSubCommand;
      } else if (sub_.size() < kLongestSub) {
        sub_ += byte_of(byte);
      }
      break;
    case State::kSubCommand:
      state_ = byte == kIac ? State::kSub : State::kData;
      if (byte == kIac && sub_.size() < kLongestSub) sub_ += byte_of(byte);
      if (byte == kSe) take_subnegotiation(outcome);
      break;
  }
}

/// Answers only what was not said before: two sides that confirm confirmations never end (RFC 854).
void Rfc2217Client::take_option(std::uint8_t option, Outcome& outcome) {
  const bool about_us = command_ == kDo || command_ == kDont;
  const bool wanted = command_ == kDo || command_ == kWill;
  const std::uint8_t yes = about_us ? kWill : kDo, no = about_us ? kWont : kDont;
  bool& said = (about_us ? ours_ : theirs_)[option];
  const bool agreed = option == kBinary || option == kGoAhead || option == kComPort;
  if (wanted && !agreed) {
    outcome.answer += telnet(no, option);
  } else if (wanted && !said) {
    said = true;
    outcome.answer += telnet(yes, option);
  } else if (!wanted && said) {
    said = false;
    outcome.answer += telnet(no, option);
  }
  if (option == kComPort && about_us && !wanted) outcome.refused = true;
  if (option == kComPort && about_us && wanted) open_port(outcome);
}

void Rfc2217Client::open_port(Outcome& outcome) {
  if (std::exchange(open_, true)) return;
  outcome.answer +=
      com_port(kSetBaud, baud_value(settings_.baud)) + com_port(kSetDataSize, settings_.data_bits) +
      com_port(kSetParity, settings_.parity == 'N'   ? 1
                           : settings_.parity == 'O' ? 2
                                                     : 3) +
      com_port(kSetStopSize, settings_.stop_bits) + com_port(kSetControl, kNoFlowControl);
  set_lines(outcome);
}

/// The line that does not drive Data Request stays asserted: some dongles live on it.
void Rfc2217Client::set_lines(Outcome& outcome) {
  ModemLines lines{.rts = true, .dtr = true};
  if (requested_by(wiring_, lines) != active_) {
    const bool by_dtr = wiring_ == Wiring::kDtr || wiring_ == Wiring::kDtrInverted;
    (by_dtr ? lines.dtr : lines.rts) = false;
  }
  outcome.answer += com_port(kSetControl, lines.dtr ? kDtrOn : kDtrOff) +
                    com_port(kSetControl, lines.rts ? kRtsOn : kRtsOff);
  if (requested_by(wiring_, lines)) hear_request(true, outcome);
}

void Rfc2217Client::take_subnegotiation(Outcome& outcome) {
  if (sub_.size() != 3 || sub_[0] != byte_of(kComPort)) return;
  if (sub_[1] != byte_of(kSetControl + kAnswer)) return;
  const auto value = static_cast<std::uint8_t>(sub_[2]);
  if (value == kDtrOn || value == kDtrOff) confirmed_.dtr = value == kDtrOn;
  if (value == kRtsOn || value == kRtsOff) confirmed_.rts = value == kRtsOn;
  if (!active_ && !requested_by(wiring_, confirmed_)) hear_request(false, outcome);
}

void Rfc2217Client::hear_request(bool requested, Outcome& outcome) {
  if (requested_ == requested) return;
  requested_ = requested;
  outcome.heard.push_back({.requested = requested});
}

}  // namespace p1rig
