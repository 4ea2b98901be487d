#pragma once

#include <boost/crc.hpp>
#include <cstdint>
#include <string_view>

namespace p1rig::bench {

/// CRC-16/ARC as Boost has it: a byte at a time.
inline std::uint16_t boost_crc(std::string_view bytes) {
  boost::crc_16_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace p1rig::bench
