#include "protocol/crc16.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include "protocol/crc16_constants.h"
#include "protocol/crc16_fold.h"
#include "protocol/crc16_paths.h"

namespace p1rig {
namespace {

/// Sixteen bytes at once, of which only the first two wait for what was before.
std::uint16_t portable(const unsigned char* bytes, std::size_t size, std::uint16_t seed) {
  const auto& tables = crc::kTables;
  unsigned rest = seed;
  for (; size >= crc::kSlices; size -= crc::kSlices, bytes += crc::kSlices) {
    unsigned next = tables[15][bytes[0] ^ (rest & 0xFFU)] ^ tables[14][bytes[1] ^ (rest >> 8)];
#pragma GCC unroll 14
    for (std::size_t i = 2; i < crc::kSlices; ++i) next ^= tables[crc::kSlices - 1 - i][bytes[i]];
    rest = next;
  }
  for (; size > 0; --size) rest = (rest >> 8) ^ tables[0][(rest ^ *bytes++) & 0xFFU];
  return static_cast<std::uint16_t>(rest);
}

constexpr std::array kPaths = {
#ifdef P1RIG_CRC_FOLDS
    CrcPath{"vpclmul", has_vpclmul, crc_vpclmul},
    CrcPath{"pclmul", has_pclmul, crc_pclmul},
#endif
    CrcPath{"portable", [] { return true; }, portable},
};

}  // namespace

std::uint16_t crc_portable(const unsigned char* bytes, std::size_t size, std::uint16_t seed) {
  return portable(bytes, size, seed);
}

std::span<const CrcPath> crc_paths() { return kPaths; }

const CrcPath& choose_crc_path(std::string_view name) {
  const auto found = std::ranges::find_if(kPaths, [&](const CrcPath& path) {
    return path.runs_here() && (name.empty() || name == path.name);
  });
  return found == kPaths.end() ? kPaths.back() : *found;
}

const CrcPath& crc_path() {
  // Not a static with an initialiser, whose guard would be asked at each telegram. Two callers
  // at the same time find the same.
  static constinit std::atomic<const CrcPath*> chosen = nullptr;
  const CrcPath* path = chosen.load(std::memory_order_relaxed);
  if (path == nullptr) [[unlikely]] {
    const char* name = std::getenv("P1RIG_CPU");
    path = &choose_crc_path(name == nullptr ? "" : name);
    chosen.store(path, std::memory_order_relaxed);
  }
  return *path;
}

std::uint16_t crc16(std::string_view bytes, std::uint16_t seed) {
  return crc_path().crc(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), seed);
}

std::string to_hex(std::uint16_t crc) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(crc >> shift) & 0xF];
  return text;
}

}  // namespace p1rig
