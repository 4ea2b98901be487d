#include "simulator/line/rfc2217.h"

#include "simulator/line/rfc2217_codes.h"

namespace p1rig {
namespace {

using namespace rfc2217;

// The highest that any UART on a desk can do; 32 bits would not fit an int.
constexpr std::uint32_t kHighestBaud = 12'000'000;

std::uint8_t value_of(char byte) { return static_cast<std::uint8_t>(byte); }

}  // namespace

Rfc2217Port::Outcome Rfc2217Port::take(std::string_view bytes) {
  Outcome outcome;
  const auto before = seen();
  for (const char byte : bytes) take_byte(value_of(byte), outcome);
  outcome.changed = before != seen();
  return outcome;
}

/// What the line is notified of, if it changes.
std::tuple<LineSettings, bool, ModemLines, std::uint64_t, bool> Rfc2217Port::seen() const {
  return {settings_, settings_chosen_, lines_, break_count_, suspended_};
}

void Rfc2217Port::take_byte(std::uint8_t byte, Outcome& outcome) {
  switch (decoder_.take(byte)) {
    case TelnetDecoder::Event::kNone:
      break;
    case TelnetDecoder::Event::kData:
      outcome.written += static_cast<char>(byte);
      break;
    case TelnetDecoder::Event::kCommand:
      if (byte == kBreak) ++break_count_;  // gensio's client sends this instead of SET-CONTROL
      break;
    case TelnetDecoder::Event::kOption:
      take_option(byte, outcome);
      break;
    case TelnetDecoder::Event::kSubnegotiation:
      take_subnegotiation(outcome);
      break;
  }
}

void Rfc2217Port::take_option(std::uint8_t option, Outcome& outcome) {
  const std::string answer = options_.answer_to(decoder_.command(), option);
  outcome.answer += answer;
  if (!answer.empty() && option == kComPort && decoder_.command() == kWill) {
    outcome.answer += com_port(kAnswer + kNotifyModemState, std::uint8_t{0});
  }
}

void Rfc2217Port::take_subnegotiation(Outcome& outcome) {
  const std::string_view sub = decoder_.subnegotiation();
  if (sub.size() < 2 || value_of(sub[0]) != kComPort) return;
  outcome.answer += answer_to(value_of(sub[1]), sub.substr(2), outcome);
}

/// The answer, or nothing if none is due.
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

/// Accepts what P1 uses: mark and space parity and one and a half stop bits are refused.
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
