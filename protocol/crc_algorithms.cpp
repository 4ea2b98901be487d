#include "protocol/crc_algorithms.h"

#include <algorithm>
#include <array>

#include "protocol/crc16.h"

namespace p1rig {
namespace {

constexpr std::array kAlgorithms{
    CrcAlgorithm{"arc", "CRC-16/ARC", 0x8005, 0x0000, true, 0x0000},
    CrcAlgorithm{"x-25", "CRC-16/X-25", 0x1021, 0xFFFF, true, 0xFFFF},
    CrcAlgorithm{"ccitt-false", "CRC-16/CCITT-FALSE", 0x1021, 0xFFFF, false, 0x0000},
    CrcAlgorithm{"xmodem", "CRC-16/XMODEM", 0x1021, 0x0000, false, 0x0000},
    CrcAlgorithm{"kermit", "CRC-16/KERMIT", 0x1021, 0x0000, true, 0x0000},
    CrcAlgorithm{"mcrf4xx", "CRC-16/MCRF4XX", 0x1021, 0xFFFF, true, 0x0000},
    CrcAlgorithm{"genibus", "CRC-16/GENIBUS", 0x1021, 0xFFFF, false, 0xFFFF},
    CrcAlgorithm{"modbus", "CRC-16/MODBUS", 0x8005, 0xFFFF, true, 0x0000},
    CrcAlgorithm{"usb", "CRC-16/USB", 0x8005, 0xFFFF, true, 0xFFFF},
    CrcAlgorithm{"maxim", "CRC-16/MAXIM", 0x8005, 0x0000, true, 0xFFFF},
    CrcAlgorithm{"buypass", "CRC-16/BUYPASS", 0x8005, 0x0000, false, 0x0000},
    CrcAlgorithm{"cms", "CRC-16/CMS", 0x8005, 0xFFFF, false, 0x0000},
    CrcAlgorithm{"dnp", "CRC-16/DNP", 0x3D65, 0x0000, true, 0xFFFF},
    CrcAlgorithm{"en-13757", "CRC-16/EN-13757", 0x3D65, 0x0000, false, 0xFFFF},
};

constexpr std::uint16_t reflect(std::uint16_t value) {
  unsigned result = 0;
  for (unsigned bit = 0; bit < 16; ++bit) result |= (value >> bit & 1U) << (15 - bit);
  return static_cast<std::uint16_t>(result);
}

using Table = std::array<std::uint16_t, 256>;

/// What each byte makes of a register of zeros.
constexpr Table table_of(const CrcAlgorithm& algorithm) {
  Table table{};
  const unsigned reversed = reflect(algorithm.polynomial);
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned rest = algorithm.reflected ? byte : byte << 8;
    for (int bit = 0; bit < 8; ++bit) {
      if (algorithm.reflected) {
        rest = (rest >> 1) ^ ((rest & 1U) != 0 ? reversed : 0U);
      } else {
        rest = (rest << 1) ^ ((rest & 0x8000U) != 0 ? algorithm.polynomial : 0U);
      }
    }
    table[byte] = static_cast<std::uint16_t>(rest);
  }
  return table;
}

constexpr auto kTables = [] {
  std::array<Table, kAlgorithms.size()> tables{};
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i] = table_of(kAlgorithms[i]);
  return tables;
}();

}  // namespace

std::span<const CrcAlgorithm> crc_algorithms() { return kAlgorithms; }

const CrcAlgorithm* find_crc_algorithm(std::string_view name) {
  const auto* const found = std::ranges::find(kAlgorithms, name, &CrcAlgorithm::name);
  return found == kAlgorithms.end() ? nullptr : found;
}

std::uint16_t crc_of(const CrcAlgorithm& algorithm, std::string_view bytes) {
  if (&algorithm == kAlgorithms.data()) return crc16(bytes);
  const Table& table = kTables[static_cast<std::size_t>(&algorithm - kAlgorithms.data())];
  unsigned rest = algorithm.start;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (algorithm.reflected) {
      rest = (rest >> 8) ^ table[(rest ^ byte) & 0xFFU];
    } else {
      rest = ((rest << 8) & 0xFFFFU) ^ table[(rest >> 8) ^ byte];
    }
  }
  return static_cast<std::uint16_t>(rest ^ algorithm.final_xor);
}

}  // namespace p1rig
