#include "simulator/state.h"

#include <algorithm>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

struct MediumRow {
  Medium medium;
  std::string_view name;
  Dimension dimension;
  std::string_view unit;
};

constexpr std::array<MediumRow, kMediumCount> kMedia = {{
    {Medium::kGas, "gas", Dimension::kVolume, "m3"},
    {Medium::kWater, "water", Dimension::kVolume, "m3"},
    {Medium::kHeat, "heat", Dimension::kHeat, "GJ"},
    {Medium::kCold, "cold", Dimension::kHeat, "GJ"},
    {Medium::kElectricity, "electricity", Dimension::kActiveEnergy, "kWh"},
    {Medium::kUnlinked, "unlinked", Dimension::kNone, ""},
}};

const MediumRow& row(Medium medium) { return kMedia[static_cast<std::size_t>(medium)]; }

}  // namespace

std::optional<std::size_t> serial_of(std::string_view identifier) {
  if (identifier.size() < kSerialSize) return std::nullopt;
  constexpr std::size_t kAddressSize = 16;
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); };
  const bool is_address = identifier.size() == kAddressSize &&
                          std::ranges::all_of(identifier, is_hex) &&
                          std::ranges::all_of(identifier.substr(0, kSerialSize), is_digit) &&
                          !std::ranges::all_of(identifier, is_digit);
  return is_address ? 0 : identifier.size() - kSerialSize;
}

std::string_view to_string(Medium medium) { return row(medium).name; }

std::optional<Medium> find_medium(std::string_view name) {
  for (const MediumRow& candidate : kMedia) {
    if (candidate.name == name) return candidate.medium;
  }
  return std::nullopt;
}

Dimension dimension_of(Medium medium) { return row(medium).dimension; }
std::string_view customary_unit(Medium medium) { return row(medium).unit; }

}  // namespace p1rig
