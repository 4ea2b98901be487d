#include "simulator/line/rfc2217.h"

#include <algorithm>

#include "simulator/line/rfc2217_codes.h"

namespace p1rig {
namespace {

using namespace rfc2217;

// The longest that means anything is a SIGNATURE; what follows is dropped.
constexpr std::size_t kLongestSub = 64;

// The highest that any UART on a desk can do; 32 bits would not fit an int.
constexpr std::uint32_t kHighestBaud = 12'000'000;

char byte_of(std::uint8_t value) { return static_cast<char>(value); }
std::uint8_t value_of(char byte) { return static_cast<std::uint8_t>(byte); }

bool is_agreed(std::uint8_t option) {
  return option == kBinary || option == kGoAhead || option == kComPort;
}

std::string telnet(std::uint8_t command, std::uint8_t option) {
  return {byte_of(kIac), byte_of(command), byte_of(option)};
}

std::string com_port(std::uint8_t code, std::string_view value) {
  return std::string{byte_of(kIac), byte_of(kSb), byte_of(kComPort), byte_of(code)} +
         encode_rfc2217(value) + byte_of(kIac) + byte_of(kSe);
}

std::string com_port(std::uint8_t code, std::uint8_t value) {
  const char byte = byte_of(value);
  return com_port(code, {&byte, 1});
}

std::string baud_value(int baud) {
  const auto value = static_cast<std::uint32_t>(baud);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += byte_of(static_cast<std::uint8_t>(value >> shift & 0xFF));
  }
  return bytes;
}

}  // namespace

std::string encode_rfc2217(std::string_view data) {
  std::string encoded;
  encoded.reserve(data.size() + static_cast<std::size_t>(std::ranges::count(data, byte_of(kIac))));
  for (const char byte : data) {
    encoded += byte;
    if (value_of(byte) == kIac) encoded += byte;
  }
  return encoded;
}

Rfc2217Port::Outcome Rfc2217Port::take(std::string_view bytes) {
  Outcome outcome;
  const auto before = seen();
  for (const char byte : bytes) take_byte(value_of(byte), outcome);
  outcome.changed = before != seen();
  return outcome;
}

/// What the line is told of, where it changes.
std::tuple<LineSettings, bool, ModemLines, std::uint64_t, bool> Rfc2217Port::seen() const {
  return {settings_, settings_chosen_, lines_, break_count_, suspended_};
}

void Rfc2217Port::take_byte(std::uint8_t byte, Outcome& outcome) {
  switch (state_) {
    case State::kData:
      if (byte == kIac) {
        state_ = State::kCommand;
      } else {
        ++outcome.received;
      }
      break;
    case State::kCommand:
      state_ = State::kData;
      if (byte == kIac) {
        ++outcome.received;
      } else if (byte == kSb) {
        sub_.clear();
        state_ = State::kSub;
      } else if (byte == kBreak) {  // gensio's client sends this instead of SET-CONTROL
        ++break_count_;
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
      state_ = State::kSub;
      if (byte == kIac) {
        if (sub_.size() < kLongestSub) sub_ += byte_of(byte);
      } else {
        // SE, or a client that forgot it: what follows is no subnegotiation any more.
        state_ = State::kData;
        if (byte == kSe) take_subnegotiation(outcome);
      }
      break;
  }
}

/// Answers changes only: two sides that confirm each other's confirmations never end (RFC 854).
void Rfc2217Port::take_option(std::uint8_t option, Outcome& outcome) {
  const bool about_us = command_ == kDo || command_ == kDont;
  const bool wanted = command_ == kDo || command_ == kWill;
  bool& on = (about_us ? ours_ : theirs_)[option];
  const std::uint8_t yes = about_us ? kWill : kDo, no = about_us ? kWont : kDont;
  if (wanted && !is_agreed(option)) {
    outcome.answer += telnet(no, option);
  } else if (wanted != on) {
    on = wanted;
    outcome.answer += telnet(wanted ? yes : no, option);
    if (wanted && option == kComPort && !about_us) {
      outcome.answer += com_port(kAnswer + kNotifyModemState, std::uint8_t{0});
    }
  }
}

void Rfc2217Port::take_subnegotiation(Outcome& outcome) {
  if (sub_.size() < 2 || value_of(sub_[0]) != kComPort) return;
  const std::uint8_t code = value_of(sub_[1]);
  outcome.answer += answer_to(code, std::string_view(sub_).substr(2), outcome);
}

/// The answer, or nothing where none is due.
std::string Rfc2217Port::answer_to(std::uint8_t code, std::string_view value, Outcome& outcome) {
  if (code == kSignature) return value.empty() ? com_port(kAnswer, "p1rig") : "";
  if (code == kSuspend || code == kResume) {
    suspended_ = code == kSuspend;
    return "";
  }
  if (value.empty()) return "";
  const std::uint8_t first = value_of(value[0]);
  const auto reply = static_cast<std::uint8_t>(code + kAnswer);
  switch (code) {
    case kSetBaud:
      if (value.size() != 4) return "";
      set_baud(value);
      return com_port(reply, baud_value(settings_.baud));
    case kSetDataSize:
    case kSetParity:
    case kSetStopSize:
      if (first != 0) set_framing(code, first);
      return com_port(reply, framing_value(code));
    case kSetControl:
      return com_port(reply, set_control(first));
    case kSetLineStateMask:
    case kSetModemStateMask:
      return com_port(reply, first);  // neither state ever changes
    case kPurge:
      outcome.purge = outcome.purge || first == 1 || first == 3;
      return com_port(reply, first);
    default:
      return "";
  }
}

void Rfc2217Port::set_baud(std::string_view value) {
  std::uint32_t baud = 0;
  for (const char byte : value) baud = baud << 8 | value_of(byte);
  if (baud == 0 || baud > kHighestBaud) return;  // 0 only asks
  settings_.baud = static_cast<int>(baud);
  settings_chosen_ = true;
}

/// Takes what P1 knows of: mark and space parity and one and a half stop bits are refused.
void Rfc2217Port::set_framing(std::uint8_t code, std::uint8_t value) {
  LineSettings wanted = settings_;
  if (code == kSetDataSize && value >= 5 && value <= 8) {
    wanted.data_bits = value;
  } else if (code == kSetParity && value <= 3) {
    wanted.parity = "NOE"[value - 1];
  } else if (code == kSetStopSize && value <= 2) {
    wanted.stop_bits = value;
  } else {
    return;
  }
  settings_ = wanted;
  settings_chosen_ = true;
}

std::uint8_t Rfc2217Port::framing_value(std::uint8_t code) const {
  if (code == kSetDataSize) return static_cast<std::uint8_t>(settings_.data_bits);
  if (code == kSetStopSize) return static_cast<std::uint8_t>(settings_.stop_bits);
  return settings_.parity == 'N' ? 1 : settings_.parity == 'O' ? 2 : 3;
}

/// Sets what `value` says and returns what holds then (RFC 2217 §3, SET-CONTROL). Flow control is
/// noted, and changes nothing: P1 has none.
std::uint8_t Rfc2217Port::set_control(std::uint8_t value) {
  switch (value) {
    case 5:
    case 6:
      if (value == 5 && !break_) ++break_count_;
      break_ = value == 5;
      break;
    case 8:
    case 9:
      lines_.dtr = value == 8;
      break;
    case 11:
    case 12:
      lines_.rts = value == 11;
      break;
    case 1:
    case 2:
    case 3:
    case 17:
    case 19:
      outbound_flow_ = value;
      break;
    case 14:
    case 15:
    case 16:
    case 18:
      inbound_flow_ = value;
      break;
    default:
      break;
  }
  if (value >= 4 && value <= 6) return break_ ? 5 : 6;
  if (value >= 7 && value <= 9) return lines_.dtr ? 8 : 9;
  if (value >= 10 && value <= 12) return lines_.rts ? 11 : 12;
  const bool inbound = (value >= 13 && value <= 16) || value == 18;
  return inbound ? inbound_flow_ : outbound_flow_;
}

}  // namespace p1rig
