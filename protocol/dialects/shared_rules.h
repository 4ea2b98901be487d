#pragma once

#include <array>
#include <string_view>

#include "protocol/dialect_data.h"

// What the documents of several dialects have in common, split where they differ: each dialect joins
// what it has, in the order of its document.

namespace p1rig {

// The documents.
inline constexpr std::string_view k30 = "DSMR-P1 3.0 §5.11";
inline constexpr std::string_view k40 = "DSMR-P1 4.0.4 §5.12";
inline constexpr std::string_view k50 = "DSMR-P1 5.0.2 §6.12";
inline constexpr std::string_view kMucs14 = "e-MUCS H 1.3 §3.3.1";
inline constexpr std::string_view kMucs17 = "e-MUCS-P1 1.7.1";

// The Netherlands, 2.2 and 3.0.
inline constexpr auto kDsmr3Equipment = std::to_array<ObjectRule>({
    {"0-0:96.1.1", "(X)", k30, "equipment identifier"},
});

inline constexpr auto kDsmr3Tariff = std::to_array<ObjectRule>({
    {"0-0:96.14.0", "(S4)", k30, "tariff indicator"},
});

inline constexpr auto kDsmr3States = std::to_array<ObjectRule>({
    {"0-0:96.3.10", "(I1)", k30, "breaker state"},
    {"0-0:96.13.1", "(X)", k30, "message code"},
    {"0-0:96.13.0", "(X)", k30, "text message"},
});

inline constexpr auto kDsmr3Mbus = std::to_array<ObjectRule>({
    {"0-n:24.1.0", "(I)", k30, "M-Bus device type"},
    {"0-n:96.1.0", "(X)", k30, "M-Bus equipment identifier"},
    {"0-n:24.3.0", "(TST12)(X)(I2)(I1)(S10)(S2)(F8(0,3))", "DSMR-P1 3.0 §5.10",
     "last hourly M-Bus value"},
    {"0-n:24.3.1", "(TST12)(X)(I2)(I1)(S10)(S2)(F8(0,3))", "DSMR-P1 3.0 §5.10",
     "last hourly M-Bus value, cold"},
    {"0-n:24.4.0", "(I1)", k30, "valve state"},
});

// The Netherlands from 4.0 on, and what Belgium takes from there.
inline constexpr auto kDsmrVersion = std::to_array<ObjectRule>({
    {"1-3:0.2.8", "(S2)", k50, "P1 version"},
});

inline constexpr auto kDsmrMeter = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", k50, "message time"},
    {"0-0:96.1.1", "(X)", k50, "equipment identifier"},
    {"1-0:1.8.1", "(F9(3,3)*kWh)", k50, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F9(3,3)*kWh)", k50, "energy to the client, tariff 2"},
    {"1-0:2.8.1", "(F9(3,3)*kWh)", k50, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F9(3,3)*kWh)", k50, "energy by the client, tariff 2"},
    {"0-0:96.14.0", "(S4)", k50, "tariff indicator"},
    {"1-0:1.7.0", "(F5(3,3)*kW)", k50, "power to the client"},
    {"1-0:2.7.0", "(F5(3,3)*kW)", k50, "power by the client"},
});

inline constexpr auto kDsmr4Limiter = std::to_array<ObjectRule>({
    {"0-0:17.0.0", "(F4(1,1)*kW)", k40, "limiter threshold"},
});

inline constexpr auto kDsmr4Breaker = std::to_array<ObjectRule>({
    {"0-0:96.3.10", "(I1)", k40, "breaker state"},
});

inline constexpr auto kDsmrQuality = std::to_array<ObjectRule>({
    {"0-0:96.7.21", "(F5(0,0))", k50, "power failures"},
    {"0-0:96.7.9", "(F5(0,0))", k50, "long power failures"},
    {"1-0:99.97.0", "(I1|I2)(=0-0:96.7.19){(TST)(F10(0,0)*s)}", "DSMR-P1 5.0.2 §6.11",
     "log of long power failures"},
    {"1-0:32.32.0", "(F5(0,0))", k50, "voltage sags L1"},
    {"1-0:52.32.0", "(F5(0,0))", k50, "voltage sags L2"},
    {"1-0:72.32.0", "(F5(0,0))", k50, "voltage sags L3"},
    {"1-0:32.36.0", "(F5(0,0))", k50, "voltage swells L1"},
    {"1-0:52.36.0", "(F5(0,0))", k50, "voltage swells L2"},
    {"1-0:72.36.0", "(F5(0,0))", k50, "voltage swells L3"},
});

inline constexpr auto kDsmr4MessageCode = std::to_array<ObjectRule>({
    {"0-0:96.13.1", "(X)", k40, "message code"},
});

inline constexpr auto kDsmrMessage = std::to_array<ObjectRule>({
    {"0-0:96.13.0", "(X)", k50, "text message"},
});

inline constexpr auto kDsmrVoltages = std::to_array<ObjectRule>({
    {"1-0:32.7.0", "(F4(1,1)*V)", k50, "voltage L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", k50, "voltage L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", k50, "voltage L3"},
});

inline constexpr auto kDsmrCurrents = std::to_array<ObjectRule>({
    {"1-0:31.7.0", "(F3(0,0)*A)", k50, "current L1"},
    {"1-0:51.7.0", "(F3(0,0)*A)", k50, "current L2"},
    {"1-0:71.7.0", "(F3(0,0)*A)", k50, "current L3"},
});

inline constexpr auto kDsmrPowers = std::to_array<ObjectRule>({
    {"1-0:21.7.0", "(F5(3,3)*kW)", k50, "power to the client L1"},
    {"1-0:41.7.0", "(F5(3,3)*kW)", k50, "power to the client L2"},
    {"1-0:61.7.0", "(F5(3,3)*kW)", k50, "power to the client L3"},
    {"1-0:22.7.0", "(F5(3,3)*kW)", k50, "power by the client L1"},
    {"1-0:42.7.0", "(F5(3,3)*kW)", k50, "power by the client L2"},
    {"1-0:62.7.0", "(F5(3,3)*kW)", k50, "power by the client L3"},
});

inline constexpr auto kDsmrMbus = std::to_array<ObjectRule>({
    {"0-n:24.1.0", "(F3(0,0))", k50, "M-Bus device type"},
    {"0-n:96.1.0", "(X)", k50, "M-Bus equipment identifier"},
    {"0-n:24.2.1", "(TST)(F(2,3)*m3|GJ|kWh)", "DSMR-P1 5.0.2 §6.10", "last M-Bus value"},
});

inline constexpr auto kDsmr4Valve = std::to_array<ObjectRule>({
    {"0-n:24.4.0", "(I1)", k40, "valve state"},
});

// Belgium.
inline constexpr auto kMucsVersion = std::to_array<ObjectRule>({
    {"0-0:96.1.4", "(S5)", kMucs14, "P1 version"},
});

inline constexpr auto kMucsPeaks = std::to_array<ObjectRule>({
    {"1-0:1.4.0", "(F5(3,3)*kW)", kMucs17, "average of this quarter-hour"},
    {"1-0:1.6.0", "(TST)(F5(3,3)*kW)", kMucs17, "peak of this month"},
    {"0-0:98.1.0", "(I1|I2)(=1-0:1.6.0)(=1-0:1.6.0){(TST)(TST)(F5(3,3)*kW)}", kMucs17,
     "peaks of 13 months"},
});

inline constexpr auto kMucsCurrents = std::to_array<ObjectRule>({
    {"1-0:31.7.0", "(F5(2,2)*A)", kMucs17, "current L1"},
    {"1-0:51.7.0", "(F5(2,2)*A)", kMucs17, "current L2"},
    {"1-0:71.7.0", "(F5(2,2)*A)", kMucs17, "current L3"},
});

inline constexpr auto kMucsLimits = std::to_array<ObjectRule>({
    {"0-0:17.0.0", "(F4(1,1)*kW)", kMucs14, "limiter threshold"},
    {"1-0:31.4.0", "(F3(0,0)*A)", kMucs14, "fuse threshold"},
});

inline constexpr auto kMucsMbusIdentifier = std::to_array<ObjectRule>({
    {"0-n:96.1.1", "(X)", kMucs14, "M-Bus equipment identifier 2"},
});

inline constexpr auto kMucsMbusReading = std::to_array<ObjectRule>({
    {"0-n:24.2.3", "(TST)(F8(3,3)|F8(2,2)*m3)", kMucs14, "last M-Bus value, uncorrected"},
});

/// The mandatory objects.
inline constexpr std::string_view kDsmr3Minimum =
    "0-0:96.1.1 1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2 0-0:96.14.0 1-0:1.7.0";
inline constexpr std::string_view kDsmrMinimum =
    "1-3:0.2.8 0-0:1.0.0 0-0:96.1.1 1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2 0-0:96.14.0 "
    "1-0:1.7.0 1-0:2.7.0";
inline constexpr std::string_view kMucsMinimum =
    "0-0:96.1.4 0-0:96.1.1 0-0:1.0.0 1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2 0-0:96.14.0 "
    "1-0:1.7.0 1-0:2.7.0 0-0:96.3.10 0-0:17.0.0 1-0:31.4.0 0-0:96.13.0";

/// Those who send Belgian telegrams only; Iskra's IE.5 need not name a version (dsmr_parser#152).
inline constexpr std::string_view kMucsMakers = "FLU5* SIB5* ISk5?2MIE5*";

}  // namespace p1rig
