#include "simulator/line/telnet.h"

#include <algorithm>
#include <cstddef>

#include "simulator/line/rfc2217_codes.h"

namespace p1rig {
namespace {

using namespace rfc2217;

// The longest that means anything is a SIGNATURE; what follows is dropped.
constexpr std::size_t kLongestSub = 64;

char byte_of(std::uint8_t value) { return static_cast<char>(value); }

bool is_agreed(std::uint8_t option) {
  return option == kBinary || option == kGoAhead || option == kComPort;
}

std::string telnet(std::uint8_t command, std::uint8_t option) {
  return {byte_of(kIac), byte_of(command), byte_of(option)};
}

}  // namespace

TelnetDecoder::Event TelnetDecoder::take(std::uint8_t byte) {
  switch (state_) {
    case State::kData:
      if (byte != kIac) return Event::kData;
      state_ = State::kCommand;
      break;
    case State::kCommand:
      state_ = State::kData;
      if (byte == kIac) return Event::kData;
      if (byte == kSb) {
        sub_.clear();
        state_ = State::kSub;
      } else if (byte >= kWill) {
        command_ = byte;
        state_ = State::kOption;
      } else {
        return Event::kCommand;
      }
      break;
    case State::kOption:
      state_ = State::kData;
      return Event::kOption;
    case State::kSub:
      if (byte == kIac) {
        state_ = State::kSubCommand;
      } else if (sub_.size() < kLongestSub) {
        sub_ += byte_of(byte);
      }
      break;
    case State::kSubCommand:
      // SE, or a client that forgot it: the subnegotiation is over.
      state_ = byte == kIac ? State::kSub : State::kData;
      if (byte == kIac && sub_.size() < kLongestSub) sub_ += byte_of(byte);
      if (byte == kSe) return Event::kSubnegotiation;
      break;
  }
  return Event::kNone;
}

std::string TelnetOptions::answer_to(std::uint8_t command, std::uint8_t option) {
  const bool about_us = command == kDo || command == kDont;
  const bool wanted = command == kDo || command == kWill;
  bool& on = (about_us ? ours_ : theirs_)[option];
  const std::uint8_t yes = about_us ? kWill : kDo, no = about_us ? kWont : kDont;
  if (wanted && !is_agreed(option)) return telnet(no, option);
  if (wanted == on) return "";
  on = wanted;
  return telnet(wanted ? yes : no, option);
}

std::string TelnetOptions::offer(std::uint8_t command, std::uint8_t option) {
  (command == kWill ? ours_ : theirs_)[option] = true;
  return telnet(command, option);
}

std::string encode_telnet(std::string_view data) {
  std::string encoded;
  encoded.reserve(data.size() + static_cast<std::size_t>(std::ranges::count(data, byte_of(kIac))));
  for (const char byte : data) {
    encoded += byte;
    if (byte == byte_of(kIac)) encoded += byte;
  }
  return encoded;
}

std::string com_port(std::uint8_t code, std::string_view value) {
  return std::string{byte_of(kIac), byte_of(kSb), byte_of(kComPort), byte_of(code)} +
         encode_telnet(value) + byte_of(kIac) + byte_of(kSe);
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

}  // namespace p1rig
