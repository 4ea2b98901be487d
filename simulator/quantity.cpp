#include "simulator/quantity.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "protocol/decimal.h"

namespace p1rig {
namespace {

constexpr auto kRows = std::to_array<QuantityRow>({
    {Quantity::kTime, "time", QuantityKind::kTime, "", Dimension::kNone,
     "message time, by the meter's clock"},
    {Quantity::kMeterId, "meter.id", QuantityKind::kText, "", Dimension::kNone,
     "equipment identifier"},
    {Quantity::kMeterName, "meter.name", QuantityKind::kText, "", Dimension::kNone,
     "logical device name (0-0:42.0.0)"},
    {Quantity::kMeterEan, "meter.ean", QuantityKind::kText, "", Dimension::kNone,
     "EAN of the connection"},
    {Quantity::kMeterVersion, "meter.version", QuantityKind::kText, "", Dimension::kNone,
     "version information"},
    {Quantity::kEnergyImport, "energy.import", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, all tariffs"},
    {Quantity::kEnergyImportT1, "energy.import.t1", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, tariff 1"},
    {Quantity::kEnergyImportT2, "energy.import.t2", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, tariff 2"},
    {Quantity::kEnergyImportT3, "energy.import.t3", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, tariff 3"},
    {Quantity::kEnergyImportT4, "energy.import.t4", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, tariff 4"},
    {Quantity::kEnergyImportT5, "energy.import.t5", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered to the client, tariff 5"},
    {Quantity::kEnergyExport, "energy.export", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, all tariffs"},
    {Quantity::kEnergyExportT1, "energy.export.t1", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, tariff 1"},
    {Quantity::kEnergyExportT2, "energy.export.t2", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, tariff 2"},
    {Quantity::kEnergyExportT3, "energy.export.t3", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, tariff 3"},
    {Quantity::kEnergyExportT4, "energy.export.t4", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, tariff 4"},
    {Quantity::kEnergyExportT5, "energy.export.t5", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy delivered by the client, tariff 5"},
    {Quantity::kEnergyAbsolute, "energy.absolute", QuantityKind::kRegister, "kWh",
     Dimension::kActiveEnergy, "active energy, import plus export (15.8.0)"},
    {Quantity::kReactiveImport, "reactive.import", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy import (3.8.0)"},
    {Quantity::kReactiveImportT1, "reactive.import.t1", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy import, tariff 1"},
    {Quantity::kReactiveImportT2, "reactive.import.t2", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy import, tariff 2"},
    {Quantity::kReactiveImportT3, "reactive.import.t3", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy import, tariff 3"},
    {Quantity::kReactiveImportT4, "reactive.import.t4", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy import, tariff 4"},
    {Quantity::kReactiveExport, "reactive.export", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy export (4.8.0)"},
    {Quantity::kReactiveExportT1, "reactive.export.t1", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy export, tariff 1"},
    {Quantity::kReactiveExportT2, "reactive.export.t2", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy export, tariff 2"},
    {Quantity::kReactiveExportT3, "reactive.export.t3", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy export, tariff 3"},
    {Quantity::kReactiveExportT4, "reactive.export.t4", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy export, tariff 4"},
    {Quantity::kReactiveQ1, "reactive.q1", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy of quadrant 1 (5.8.0)"},
    {Quantity::kReactiveQ2, "reactive.q2", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy of quadrant 2 (6.8.0)"},
    {Quantity::kReactiveQ3, "reactive.q3", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy of quadrant 3 (7.8.0)"},
    {Quantity::kReactiveQ4, "reactive.q4", QuantityKind::kRegister, "kvarh",
     Dimension::kReactiveEnergy, "reactive energy of quadrant 4 (8.8.0)"},
    {Quantity::kPowerImport, "power.import", QuantityKind::kInstant, "kW", Dimension::kActivePower,
     "active power import"},
    {Quantity::kPowerImportL1, "power.import.l1", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power import, phase L1"},
    {Quantity::kPowerImportL2, "power.import.l2", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power import, phase L2"},
    {Quantity::kPowerImportL3, "power.import.l3", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power import, phase L3"},
    {Quantity::kPowerExport, "power.export", QuantityKind::kInstant, "kW", Dimension::kActivePower,
     "active power export"},
    {Quantity::kPowerExportL1, "power.export.l1", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power export, phase L1"},
    {Quantity::kPowerExportL2, "power.export.l2", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power export, phase L2"},
    {Quantity::kPowerExportL3, "power.export.l3", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power export, phase L3"},
    {Quantity::kReactivePowerImport, "reactive_power.import", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power import"},
    {Quantity::kReactivePowerImportL1, "reactive_power.import.l1", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power import, phase L1"},
    {Quantity::kReactivePowerImportL2, "reactive_power.import.l2", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power import, phase L2"},
    {Quantity::kReactivePowerImportL3, "reactive_power.import.l3", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power import, phase L3"},
    {Quantity::kReactivePowerExport, "reactive_power.export", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power export"},
    {Quantity::kReactivePowerExportL1, "reactive_power.export.l1", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power export, phase L1"},
    {Quantity::kReactivePowerExportL2, "reactive_power.export.l2", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power export, phase L2"},
    {Quantity::kReactivePowerExportL3, "reactive_power.export.l3", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power export, phase L3"},
    {Quantity::kApparentPowerImport, "apparent_power.import", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power import"},
    {Quantity::kApparentPowerImportL1, "apparent_power.import.l1", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power import, phase L1"},
    {Quantity::kApparentPowerImportL2, "apparent_power.import.l2", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power import, phase L2"},
    {Quantity::kApparentPowerImportL3, "apparent_power.import.l3", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power import, phase L3"},
    {Quantity::kApparentPowerExport, "apparent_power.export", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power export"},
    {Quantity::kApparentPowerExportL1, "apparent_power.export.l1", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power export, phase L1"},
    {Quantity::kApparentPowerExportL2, "apparent_power.export.l2", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power export, phase L2"},
    {Quantity::kApparentPowerExportL3, "apparent_power.export.l3", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent power export, phase L3"},
    {Quantity::kPowerAbsolute, "power.absolute", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active power, import plus export (15.7.0)"},
    {Quantity::kPowerNet, "power.net", QuantityKind::kInstant, "kW", Dimension::kActivePower,
     "active power, import minus export, signed (16.7.0)"},
    {Quantity::kReactivePowerQ1, "reactive_power.q1", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power of quadrant 1 (5.7.0)"},
    {Quantity::kReactivePowerQ2, "reactive_power.q2", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power of quadrant 2 (6.7.0)"},
    {Quantity::kReactivePowerQ3, "reactive_power.q3", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power of quadrant 3 (7.7.0)"},
    {Quantity::kReactivePowerQ4, "reactive_power.q4", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive power of quadrant 4 (8.7.0)"},
    {Quantity::kVoltageL1, "voltage.l1", QuantityKind::kInstant, "V", Dimension::kVoltage,
     "voltage, phase L1"},
    {Quantity::kVoltageL2, "voltage.l2", QuantityKind::kInstant, "V", Dimension::kVoltage,
     "voltage, phase L2"},
    {Quantity::kVoltageL3, "voltage.l3", QuantityKind::kInstant, "V", Dimension::kVoltage,
     "voltage, phase L3"},
    {Quantity::kVoltageMax, "voltage.max", QuantityKind::kInstant, "V", Dimension::kVoltage,
     "highest phase voltage (12.7.0)"},
    {Quantity::kCurrentL1, "current.l1", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "current, phase L1"},
    {Quantity::kCurrentL2, "current.l2", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "current, phase L2"},
    {Quantity::kCurrentL3, "current.l3", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "current, phase L3"},
    {Quantity::kCurrentMax, "current.max", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "highest phase current (11.7.0)"},
    {Quantity::kCurrentSum, "current.sum", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "sum of the phase currents (90.7.0)"},
    {Quantity::kCurrentNeutral, "current.neutral", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "neutral current (91.7.0)"},
    {Quantity::kFrequency, "frequency", QuantityKind::kInstant, "Hz", Dimension::kFrequency,
     "grid frequency"},
    {Quantity::kFactor, "factor", QuantityKind::kInstant, "", Dimension::kNone,
     "power factor, signed by the direction of energy"},
    {Quantity::kFactorL1, "factor.l1", QuantityKind::kInstant, "", Dimension::kNone,
     "power factor, phase L1"},
    {Quantity::kFactorL2, "factor.l2", QuantityKind::kInstant, "", Dimension::kNone,
     "power factor, phase L2"},
    {Quantity::kFactorL3, "factor.l3", QuantityKind::kInstant, "", Dimension::kNone,
     "power factor, phase L3"},
    {Quantity::kFactorMin, "factor.min", QuantityKind::kInstant, "", Dimension::kNone,
     "lowest power factor of the interval (13.3.0)"},
    {Quantity::kAverageVoltageL1, "average.voltage.l1", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "ten-minute average voltage, phase L1 (x.24.0)"},
    {Quantity::kAverageVoltageL2, "average.voltage.l2", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "ten-minute average voltage, phase L2 (x.24.0)"},
    {Quantity::kAverageVoltageL3, "average.voltage.l3", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "ten-minute average voltage, phase L3 (x.24.0)"},
    {Quantity::kAveragePowerImport, "average.power.import", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "ten-minute average of the import (1.24.0)"},
    {Quantity::kAveragePowerNet, "average.power.net", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "ten-minute average of the net power, signed (16.24.0)"},
    {Quantity::kAveragePowerAbsolute, "average.power.absolute", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "ten-minute average of import plus export (15.24.0)"},
    {Quantity::kDemandPeriod, "demand.period", QuantityKind::kInstant, "s", Dimension::kDuration,
     "length of the demand interval (0.8.2)"},
    {Quantity::kDemandImport, "demand.import", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active import of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastImport, "demand.last.import", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active import of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxImport, "demand.max.import", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active import demand of the month (x.6.0)"},
    {Quantity::kDemandExport, "demand.export", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active export of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastExport, "demand.last.export", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "active export of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxExport, "demand.max.export", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active export demand of the month (x.6.0)"},
    {Quantity::kDemandMaxImportT1, "demand.max.import.t1", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active import demand of the month in tariff 1"},
    {Quantity::kDemandMaxImportT2, "demand.max.import.t2", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active import demand of the month in tariff 2"},
    {Quantity::kDemandMaxExportT1, "demand.max.export.t1", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active export demand of the month in tariff 1"},
    {Quantity::kDemandMaxExportT2, "demand.max.export.t2", QuantityKind::kInstant, "kW",
     Dimension::kActivePower, "highest active export demand of the month in tariff 2"},
    {Quantity::kDemandReactiveImport, "demand.reactive.import", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive import of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastReactiveImport, "demand.last.reactive.import", QuantityKind::kInstant,
     "kvar", Dimension::kReactivePower, "reactive import of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxReactiveImport, "demand.max.reactive.import", QuantityKind::kInstant,
     "kvar", Dimension::kReactivePower, "highest reactive import demand of the month (x.6.0)"},
    {Quantity::kDemandReactiveExport, "demand.reactive.export", QuantityKind::kInstant, "kvar",
     Dimension::kReactivePower, "reactive export of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastReactiveExport, "demand.last.reactive.export", QuantityKind::kInstant,
     "kvar", Dimension::kReactivePower, "reactive export of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxReactiveExport, "demand.max.reactive.export", QuantityKind::kInstant,
     "kvar", Dimension::kReactivePower, "highest reactive export demand of the month (x.6.0)"},
    {Quantity::kDemandApparentImport, "demand.apparent.import", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent import of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastApparentImport, "demand.last.apparent.import", QuantityKind::kInstant,
     "kVA", Dimension::kApparentPower, "apparent import of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxApparentImport, "demand.max.apparent.import", QuantityKind::kInstant,
     "kVA", Dimension::kApparentPower, "highest apparent import demand of the month (x.6.0)"},
    {Quantity::kDemandApparentExport, "demand.apparent.export", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "apparent export of this demand interval so far (x.4.0)"},
    {Quantity::kDemandLastApparentExport, "demand.last.apparent.export", QuantityKind::kInstant,
     "kVA", Dimension::kApparentPower, "apparent export of the last demand interval (x.5.0)"},
    {Quantity::kDemandMaxApparentExport, "demand.max.apparent.export", QuantityKind::kInstant,
     "kVA", Dimension::kApparentPower, "highest apparent export demand of the month (x.6.0)"},
    {Quantity::kPeakTime, "peak.time", QuantityKind::kTime, "", Dimension::kNone,
     "when this month's highest quarter-hour ended (1.6.0)"},
    {Quantity::kPeakPower, "peak.power", QuantityKind::kInstant, "kW", Dimension::kActivePower,
     "this month's highest quarter-hour average (1.6.0)"},
    {Quantity::kTariff, "tariff", QuantityKind::kCode, "", Dimension::kNone, "active tariff"},
    {Quantity::kBreaker, "breaker", QuantityKind::kCode, "", Dimension::kNone,
     "0 disconnected, 1 connected, 2 ready for reconnection"},
    {Quantity::kRelay1, "relay.1", QuantityKind::kCode, "", Dimension::kNone, "state of relay 1"},
    {Quantity::kRelay2, "relay.2", QuantityKind::kCode, "", Dimension::kNone, "state of relay 2"},
    {Quantity::kRelay3, "relay.3", QuantityKind::kCode, "", Dimension::kNone, "state of relay 3"},
    {Quantity::kRelay4, "relay.4", QuantityKind::kCode, "", Dimension::kNone, "state of relay 4"},
    {Quantity::kLimitPower, "limit.power", QuantityKind::kInstant, "kW", Dimension::kActivePower,
     "limiter threshold, active power"},
    {Quantity::kLimitApparent, "limit.apparent", QuantityKind::kInstant, "kVA",
     Dimension::kApparentPower, "limiter threshold, apparent power"},
    {Quantity::kLimitCurrent, "limit.current", QuantityKind::kInstant, "A", Dimension::kCurrent,
     "fuse supervision threshold"},
    {Quantity::kLimitCurrentExport, "limit.current.export", QuantityKind::kInstant, "A",
     Dimension::kCurrent, "fuse supervision threshold, export, signed"},
    {Quantity::kLimitCurrentL1, "limit.current.l1", QuantityKind::kInstant, "A",
     Dimension::kCurrent, "fuse supervision threshold, phase L1"},
    {Quantity::kLimitCurrentL2, "limit.current.l2", QuantityKind::kInstant, "A",
     Dimension::kCurrent, "fuse supervision threshold, phase L2"},
    {Quantity::kLimitCurrentL3, "limit.current.l3", QuantityKind::kInstant, "A",
     Dimension::kCurrent, "fuse supervision threshold, phase L3"},
    {Quantity::kGridConfiguration, "grid.configuration", QuantityKind::kCode, "", Dimension::kNone,
     "grid configuration, 230 or 400 (1-0:94.32.1)"},
    {Quantity::kCtRatio, "ct.ratio", QuantityKind::kInstant, "", Dimension::kNone,
     "current transformer ratio (1-0:0.4.2)"},
    {Quantity::kVtRatio, "vt.ratio", QuantityKind::kInstant, "", Dimension::kNone,
     "voltage transformer ratio (1-0:0.4.3)"},
    {Quantity::kFailuresShort, "failures.short", QuantityKind::kCounter, "", Dimension::kNone,
     "power failures in any phase (96.7.21)"},
    {Quantity::kFailuresLong, "failures.long", QuantityKind::kCounter, "", Dimension::kNone,
     "long power failures in any phase (96.7.9)"},
    {Quantity::kSagsL1, "sags.l1", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage sags, phase L1"},
    {Quantity::kSagsL2, "sags.l2", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage sags, phase L2"},
    {Quantity::kSagsL3, "sags.l3", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage sags, phase L3"},
    {Quantity::kSagsL1Duration, "sags.l1.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage sags, phase L1"},
    {Quantity::kSagsL2Duration, "sags.l2.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage sags, phase L2"},
    {Quantity::kSagsL3Duration, "sags.l3.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage sags, phase L3"},
    {Quantity::kSagsL1Magnitude, "sags.l1.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage sags, phase L1"},
    {Quantity::kSagsL2Magnitude, "sags.l2.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage sags, phase L2"},
    {Quantity::kSagsL3Magnitude, "sags.l3.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage sags, phase L3"},
    {Quantity::kSwellsL1, "swells.l1", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage swells, phase L1"},
    {Quantity::kSwellsL2, "swells.l2", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage swells, phase L2"},
    {Quantity::kSwellsL3, "swells.l3", QuantityKind::kCounter, "", Dimension::kNone,
     "voltage swells, phase L3"},
    {Quantity::kSwellsL1Duration, "swells.l1.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage swells, phase L1"},
    {Quantity::kSwellsL2Duration, "swells.l2.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage swells, phase L2"},
    {Quantity::kSwellsL3Duration, "swells.l3.duration", QuantityKind::kCounter, "s",
     Dimension::kDuration, "duration of the last of the voltage swells, phase L3"},
    {Quantity::kSwellsL1Magnitude, "swells.l1.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage swells, phase L1"},
    {Quantity::kSwellsL2Magnitude, "swells.l2.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage swells, phase L2"},
    {Quantity::kSwellsL3Magnitude, "swells.l3.magnitude", QuantityKind::kInstant, "V",
     Dimension::kVoltage, "magnitude of the last of the voltage swells, phase L3"},
    {Quantity::kMessageCode, "message.code", QuantityKind::kText, "", Dimension::kNone,
     "message code (96.13.1)"},
    {Quantity::kMessageText, "message.text", QuantityKind::kText, "", Dimension::kNone,
     "message text (96.13.0)"},
    {Quantity::kMessage2, "message.2", QuantityKind::kText, "", Dimension::kNone,
     "message text 2 (96.13.2)"},
    {Quantity::kMessage3, "message.3", QuantityKind::kText, "", Dimension::kNone,
     "message text 3 (96.13.3)"},
    {Quantity::kMessage4, "message.4", QuantityKind::kText, "", Dimension::kNone,
     "message text 4 (96.13.4)"},
    {Quantity::kMessage5, "message.5", QuantityKind::kText, "", Dimension::kNone,
     "message text 5 (96.13.5)"},
    {Quantity::kFirmwareVersion, "firmware.version", QuantityKind::kText, "", Dimension::kNone,
     "firmware version (1-0:0.2.0)"},
    {Quantity::kFirmwareSignature, "firmware.signature", QuantityKind::kText, "", Dimension::kNone,
     "firmware signature (1-0:0.2.8)"},
    {Quantity::kFirmwareAppVersion, "firmware.app.version", QuantityKind::kText, "",
     Dimension::kNone, "application firmware version (1-1:0.2.0)"},
    {Quantity::kFirmwareAppSignature, "firmware.app.signature", QuantityKind::kText, "",
     Dimension::kNone, "application firmware signature (1-1:0.2.8)"},
});

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].id) != i) return false;
  }
  return kRows.size() == kQuantityCount;
}
static_assert(rows_follow_the_enum(), "one row for each Quantity, in its order");

constexpr std::int64_t power_of_ten(int exponent) {
  std::int64_t result = 1;
  for (; exponent > 0; --exponent) result *= 10;
  return result;
}

}  // namespace

std::span<const QuantityRow> quantities() { return kRows; }

const QuantityRow& row_of(Quantity quantity) { return kRows[static_cast<std::size_t>(quantity)]; }

const QuantityRow* find_quantity(std::string_view name) {
  const auto row = std::ranges::find(kRows, name, &QuantityRow::name);
  return row == kRows.end() ? nullptr : &*row;
}

bool names_firmware(Quantity quantity) {
  return quantity == Quantity::kMeterVersion ||
         (quantity >= Quantity::kFirmwareVersion && quantity <= Quantity::kFirmwareAppSignature);
}

bool follows_from_loads(Quantity quantity) {
  switch (quantity) {
    case Quantity::kTime:
    case Quantity::kTariff:
    case Quantity::kDemandPeriod:
    case Quantity::kDemandImport:
    case Quantity::kDemandExport:
    case Quantity::kDemandReactiveImport:
    case Quantity::kDemandReactiveExport:
    case Quantity::kDemandApparentImport:
    case Quantity::kDemandApparentExport:
      return true;
    case Quantity::kCurrentNeutral:
      return false;
    default:
      return quantity >= Quantity::kPowerImport && quantity <= Quantity::kFactorMin;
  }
}

std::int64_t state_units_per_base_unit(Dimension dimension, QuantityKind kind) {
  switch (dimension) {
    case Dimension::kActiveEnergy:
    case Dimension::kReactiveEnergy:
    case Dimension::kApparentEnergy:
      return 3'600'000;
    case Dimension::kVolume:
      return 1'000'000;
    case Dimension::kHeat:
    case Dimension::kDuration:
      return 1;
    case Dimension::kNone:
      return kind == QuantityKind::kInstant ? 1000 : 1;
    default:
      return 1000;
  }
}

Result<std::int64_t> parse_state_value(Dimension dimension, QuantityKind kind,
                                       std::string_view customary_unit, std::string_view text) {
  const auto blank = text.find(' ');
  const std::string_view digits = text.substr(0, blank);
  const std::string_view spelling =
      blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
  const auto number = parse_decimal(digits);
  const std::string example = customary_unit.empty() ? "a number"
                                                     : "a number and a unit, such as \"1.5 " +
                                                           std::string(customary_unit) + "\"";
  if (!number) return fail("\"" + std::string(text) + "\" is not a value: expected " + example);
  int exponent = 0;
  if (dimension != Dimension::kNone || !spelling.empty()) {
    const auto unit = find_unit(spelling);
    if (!unit || unit->dimension != dimension) {
      return fail("\"" + std::string(text) + "\" has the wrong unit or none: expected " + example);
    }
    exponent = unit->exponent;
  }
  // value = digits / 10^decimals * 10^exponent base units
  const int shift = exponent - number->decimals;
  std::int64_t units = state_units_per_base_unit(dimension, kind);
  if (shift >= 0) {
    units *= power_of_ten(shift);
  } else {
    const std::int64_t divisor = power_of_ten(-shift);
    // digits * units / divisor, exactly
    const std::int64_t common = std::gcd(units, divisor);
    units /= common;
    if (number->digits % (divisor / common) != 0) {
      return fail("\"" + std::string(text) + "\" is more precise than the meter counts");
    }
    std::int64_t value = 0;
    if (__builtin_mul_overflow(number->digits / (divisor / common), units, &value)) {
      return fail("\"" + std::string(text) + "\" is too large");
    }
    return value;
  }
  std::int64_t value = 0;
  if (__builtin_mul_overflow(number->digits, units, &value)) {
    return fail("\"" + std::string(text) + "\" is too large");
  }
  return value;
}

Result<std::int64_t> parse_quantity_value(const QuantityRow& row, std::string_view text) {
  return parse_state_value(row.dimension, row.kind, row.unit, text);
}

}  // namespace p1rig
