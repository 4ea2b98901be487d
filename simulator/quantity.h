#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "protocol/unit.h"

namespace p1rig {

/// Everything that a hole of a profile can ask a meter for. Values are exact integers in the base
/// unit of their row; texts and times are kept apart (simulator/state.h).
enum class Quantity : std::uint8_t {
  kTime,
  kMeterId,
  kMeterName,
  kMeterEan,
  kMeterVersion,
  kEnergyImport,
  kEnergyImportT1,
  kEnergyImportT2,
  kEnergyImportT3,
  kEnergyImportT4,
  kEnergyImportT5,
  kEnergyExport,
  kEnergyExportT1,
  kEnergyExportT2,
  kEnergyExportT3,
  kEnergyExportT4,
  kEnergyExportT5,
  kEnergyAbsolute,
  kReactiveImport,
  kReactiveImportT1,
  kReactiveImportT2,
  kReactiveImportT3,
  kReactiveImportT4,
  kReactiveExport,
  kReactiveExportT1,
  kReactiveExportT2,
  kReactiveExportT3,
  kReactiveExportT4,
  kReactiveQ1,
  kReactiveQ2,
  kReactiveQ3,
  kReactiveQ4,
  kPowerImport,
  kPowerImportL1,
  kPowerImportL2,
  kPowerImportL3,
  kPowerExport,
  kPowerExportL1,
  kPowerExportL2,
  kPowerExportL3,
  kReactivePowerImport,
  kReactivePowerImportL1,
  kReactivePowerImportL2,
  kReactivePowerImportL3,
  kReactivePowerExport,
  kReactivePowerExportL1,
  kReactivePowerExportL2,
  kReactivePowerExportL3,
  kApparentPowerImport,
  kApparentPowerImportL1,
  kApparentPowerImportL2,
  kApparentPowerImportL3,
  kApparentPowerExport,
  kApparentPowerExportL1,
  kApparentPowerExportL2,
  kApparentPowerExportL3,
  kPowerAbsolute,
  kPowerNet,
  kReactivePowerQ1,
  kReactivePowerQ2,
  kReactivePowerQ3,
  kReactivePowerQ4,
  kVoltageL1,
  kVoltageL2,
  kVoltageL3,
  kVoltageMax,
  kCurrentL1,
  kCurrentL2,
  kCurrentL3,
  kCurrentMax,
  kCurrentSum,
  kCurrentNeutral,
  kFrequency,
  kFactor,
  kFactorL1,
  kFactorL2,
  kFactorL3,
  kFactorMin,
  kAverageVoltageL1,
  kAverageVoltageL2,
  kAverageVoltageL3,
  kAveragePowerImport,
  kAveragePowerNet,
  kAveragePowerAbsolute,
  kDemandPeriod,
  kDemandImport,
  kDemandLastImport,
  kDemandMaxImport,
  kDemandExport,
  kDemandLastExport,
  kDemandMaxExport,
  kDemandMaxImportT1,
  kDemandMaxImportT2,
  kDemandMaxExportT1,
  kDemandMaxExportT2,
  kDemandReactiveImport,
  kDemandLastReactiveImport,
  kDemandMaxReactiveImport,
  kDemandReactiveExport,
  kDemandLastReactiveExport,
  kDemandMaxReactiveExport,
  kDemandApparentImport,
  kDemandLastApparentImport,
  kDemandMaxApparentImport,
  kDemandApparentExport,
  kDemandLastApparentExport,
  kDemandMaxApparentExport,
  kPeakTime,
  kPeakPower,
  kTariff,
  kBreaker,
  kRelay1,
  kRelay2,
  kRelay3,
  kRelay4,
  kLimitPower,
  kLimitApparent,
  kLimitCurrent,
  kLimitCurrentExport,
  kLimitCurrentL1,
  kLimitCurrentL2,
  kLimitCurrentL3,
  kGridConfiguration,
  kCtRatio,
  kVtRatio,
  kFailuresShort,
  kFailuresLong,
  kSagsL1,
  kSagsL2,
  kSagsL3,
  kSagsL1Duration,
  kSagsL2Duration,
  kSagsL3Duration,
  kSagsL1Magnitude,
  kSagsL2Magnitude,
  kSagsL3Magnitude,
  kSwellsL1,
  kSwellsL2,
  kSwellsL3,
  kSwellsL1Duration,
  kSwellsL2Duration,
  kSwellsL3Duration,
  kSwellsL1Magnitude,
  kSwellsL2Magnitude,
  kSwellsL3Magnitude,
  kMessageCode,
  kMessageText,
  kMessage2,
  kMessage3,
  kMessage4,
  kMessage5,
  kFirmwareVersion,
  kFirmwareSignature,
  kFirmwareAppVersion,
  kFirmwareAppSignature,
};

enum class QuantityKind : std::uint8_t {
  kTime,      ///< an instant, printed in the meter's zone
  kText,      ///< bytes
  kRegister,  ///< only grows; printed cut, wraps
  kInstant,   ///< a momentary value; printed rounded half up, stops at all nines
  kCounter,   ///< an integer that only grows; wraps
  kCode       ///< an integer with a meaning
};

/// One row of the table that `p1rig quantities` lists.
struct QuantityRow {
  Quantity id;
  std::string_view name;  ///< as profiles write it
  QuantityKind kind;
  std::string_view unit;  ///< customary unit; empty for pure numbers, texts and times
  Dimension dimension;
  std::string_view meaning;
};

std::span<const QuantityRow> quantities();
const QuantityRow& row_of(Quantity quantity);
const QuantityRow* find_quantity(std::string_view name);

/// True for what a meter measures or takes from its clock at each moment, so that no scenario can
/// give it a value: powers, voltages, currents, the running demands, the tariff.
bool follows_from_loads(Quantity quantity);

/// True for texts that say which firmware a meter has.
bool names_firmware(Quantity quantity);

inline constexpr std::size_t kQuantityCount =
    static_cast<std::size_t>(Quantity::kFirmwareAppSignature) + 1;

/// How many of the state's integers make one base unit of the dimension: energies count mW s, so
/// 3,600,000 make a Wh; powers mW; voltages mV; currents mA; volumes cm3; heat J; durations s;
/// pure numbers thousandths where the quantity is instantaneous, else ones.
std::int64_t state_units_per_base_unit(Dimension dimension, QuantityKind kind);

/// The state's integer for a written value such as "1581.123 kWh" or "16.1 kW" or "2"; an error
/// that says what was expected where the unit does not fit or the value is not exact.
Result<std::int64_t> parse_quantity_value(const QuantityRow& row, std::string_view text);

/// The same for what has no row in the table, such as an M-Bus reading in m3 or GJ.
Result<std::int64_t> parse_state_value(Dimension dimension, QuantityKind kind,
                                       std::string_view customary_unit, std::string_view text);

}  // namespace p1rig
