#include "simulator/line/rfc2217_client.h"

#include <utility>

#include "simulator/line/rfc2217_codes.h"

namespace p1rig {
namespace {

using namespace rfc2217;

std::uint8_t octet(int value) { return static_cast<std::uint8_t>(value); }

}  // namespace

std::string Rfc2217Client::greeting() {
  return options_.offer(kWill, kComPort) + options_.offer(kWill, kBinary) +
         options_.offer(kDo, kBinary) + options_.offer(kDo, kGoAhead);
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
  switch (decoder_.take(byte)) {
    case TelnetDecoder::Event::kNone:
    case TelnetDecoder::Event::kCommand:
      break;
    case TelnetDecoder::Event::kData:
      if (outcome.heard.empty() || outcome.heard.back().requested) outcome.heard.emplace_back();
      outcome.heard.back().data += static_cast<char>(byte);
      break;
    case TelnetDecoder::Event::kOption:
      take_option(byte, outcome);
      break;
    case TelnetDecoder::Event::kSubnegotiation:
      take_subnegotiation(outcome);
      break;
  }
}

void Rfc2217Client::take_option(std::uint8_t option, Outcome& outcome) {
  outcome.answer += options_.answer_to(decoder_.command(), option);
  if (option == kComPort && decoder_.command() == kDont) outcome.refused = true;
  if (option == kComPort && decoder_.command() == kDo) open_port(outcome);
}

void Rfc2217Client::open_port(Outcome& outcome) {
  if (std::exchange(open_, true)) return;
  const int parity = settings_.parity == 'N' ? 1 : settings_.parity == 'O' ? 2 : 3;
  outcome.answer +=
      com_port(kSetBaud, baud_value(settings_.baud)) +
      com_port(kSetDataSize, octet(settings_.data_bits)) + com_port(kSetParity, octet(parity)) +
      com_port(kSetStopSize, octet(settings_.stop_bits)) + com_port(kSetControl, kNoFlowControl);
  set_lines(outcome);
}

/// The line that does not drive Data Request stays asserted: it powers some dongles.
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
  const std::string_view sub = decoder_.subnegotiation();
  if (sub.size() != 3 || octet(sub[0]) != kComPort) return;
  if (octet(sub[1]) != kSetControl + kAnswer) return;
  const std::uint8_t value = octet(sub[2]);
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
