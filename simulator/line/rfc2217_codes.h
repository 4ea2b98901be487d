#pragma once

#include <cstdint>

namespace p1rig::rfc2217 {

// RFC 854, RFC 855.
inline constexpr std::uint8_t kSe = 240, kBreak = 243, kSb = 250, kWill = 251, kWont = 252,
                              kDo = 253, kDont = 254, kIac = 255;
inline constexpr std::uint8_t kBinary = 0, kGoAhead = 3, kComPort = 44;

// RFC 2217 §3: what a client sends; answers have 100 more.
inline constexpr std::uint8_t kSignature = 0, kSetBaud = 1, kSetDataSize = 2, kSetParity = 3,
                              kSetStopSize = 4, kSetControl = 5, kNotifyModemState = 7,
                              kSuspend = 8, kResume = 9, kSetLineStateMask = 10,
                              kSetModemStateMask = 11, kPurge = 12;
inline constexpr std::uint8_t kAnswer = 100;

// Values of SET-CONTROL.
inline constexpr std::uint8_t kNoFlowControl = 1, kDtrOn = 8, kDtrOff = 9, kRtsOn = 11,
                              kRtsOff = 12;

}  // namespace p1rig::rfc2217
