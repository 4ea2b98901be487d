#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace p1rig {

/// Takes a telnet stream apart, byte by byte (RFC 854, RFC 855). Any bytes are taken, and what is
/// kept of them is bounded.
class TelnetDecoder {
 public:
  enum class Event {
    kNone,            ///< nothing is complete
    kData,            ///< the byte is one of the data
    kCommand,         ///< the byte is a command of its own, such as BREAK
    kOption,          ///< the byte is the option that command() is about
    kSubnegotiation,  ///< subnegotiation() is whole
  };
  Event take(std::uint8_t byte);

  /// WILL, WONT, DO or DONT, of the option told last.
  std::uint8_t command() const { return command_; }
  /// The option's code and what it says; cut where it is longer than any that means something.
  std::string_view subnegotiation() const { return sub_; }

 private:
  enum class State { kData, kCommand, kOption, kSub, kSubCommand };

  State state_ = State::kData;
  std::uint8_t command_ = 0;
  std::string sub_;
};

/// Which telnet options are on, for us and for the other side. BINARY, SUPPRESS-GO-AHEAD and
/// COM-PORT-OPTION are agreed to, everything else is refused.
class TelnetOptions {
 public:
  /// What to answer; nothing if nothing changes, since two sides that confirm each other's
  /// confirmations never end (RFC 854).
  std::string answer_to(std::uint8_t command, std::uint8_t option);

  /// Says that we will, or that the other side shall: the agreement to it needs no answer.
  std::string offer(std::uint8_t command, std::uint8_t option);

 private:
  std::array<bool, 256> ours_{}, theirs_{};
};

/// Data as they go over telnet: 0xFF is doubled (RFC 854, RFC 2217 §3).
std::string encode_telnet(std::string_view data);

/// A subnegotiation of COM-PORT-OPTION (RFC 2217 §3).
std::string com_port(std::uint8_t code, std::string_view value);
std::string com_port(std::uint8_t code, std::uint8_t value);

/// The value of SET-BAUDRATE: four bytes, the highest first (RFC 2217 §3).
std::string baud_value(int baud);

}  // namespace p1rig
