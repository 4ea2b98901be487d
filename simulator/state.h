#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/quantity.h"

namespace p1rig {

enum class Medium : std::uint8_t { kGas, kWater, kHeat, kCold, kElectricity, kUnlinked };
inline constexpr std::size_t kMediumCount = 6;

std::string_view to_string(Medium medium);
std::optional<Medium> find_medium(std::string_view name);

/// What a reading of the medium is counted in: m3 by cm3, GJ by J, kWh by mW s.
Dimension dimension_of(Medium medium);
std::string_view customary_unit(Medium medium);

/// The demand interval in s (e-MUCS-P1 1.7.1).
inline constexpr std::int64_t kDemandSeconds = 900;

/// A device on the meter's M-Bus, as it is shown now.
struct MbusDevice {
  Medium medium = Medium::kGas;
  int channel = 1;
  std::string id;
  std::string ean;
  std::optional<std::chrono::sys_seconds> time;  ///< of the capture; nothing if never
  std::int64_t reading = 0;
  std::int64_t valve = 1;
  bool operator==(const MbusDevice&) const = default;
};

/// A long power failure (DSMR-P1 5.0.2 §6.11): its end and how long it was.
struct Failure {
  std::optional<std::chrono::sys_seconds> end;  ///< nothing: the meter's clock was unset
  std::int64_t seconds = 0;
  bool operator==(const Failure&) const = default;
};

/// The highest quarter-hour of a month (e-MUCS-P1 1.7.1, object 0-0:98.1.0).
struct MonthPeak {
  std::chrono::sys_seconds month_end;
  std::optional<std::chrono::sys_seconds> time;
  std::int64_t power = 0;  ///< mW
  bool operator==(const MonthPeak&) const = default;
};

/// How many characters of an identifier are its serial number: meters of one kind differ in them.
inline constexpr std::size_t kSerialSize = 8;

/// Where in the identifier its serial number stands: its last characters, but of an address on the
/// M-Bus in hexadecimal the first, before the maker, version and medium that such devices share
/// (EN 13757-7). Nothing if it is shorter than that.
std::optional<std::size_t> serial_of(std::string_view identifier);

/// Stands for a time that the meter does not know.
inline constexpr std::int64_t kUnsetTime = INT64_MIN;

/// All that a meter shows at one moment. Plain integers: see state_units_per_base_unit().
struct MeterState {
  using Values = std::array<std::int64_t, kQuantityCount>;

  Values values{};  ///< times as seconds since 1970, or kUnsetTime
  std::map<Quantity, std::string> texts;
  std::optional<Values> month;      ///< the values at the end of the last month
  std::vector<Failure> failures;    ///< newest first, at most ten
  std::vector<MonthPeak> peaks;     ///< newest first, at most thirteen
  std::vector<MbusDevice> devices;  ///< in the order of their channels

  std::int64_t& operator[](Quantity quantity) { return values[static_cast<std::size_t>(quantity)]; }
  std::int64_t operator[](Quantity quantity) const {
    return values[static_cast<std::size_t>(quantity)];
  }
  bool operator==(const MeterState&) const = default;
};

}  // namespace p1rig
