#pragma once

#include <array>
#include <string_view>

#include "protocol/dialect_data.h"

// Known quirks of meters of several dialects, and words that the rows of all dialects share.

namespace p1rig {

inline constexpr std::string_view kAny = "*";
inline constexpr std::string_view kIe5 = "ISk5?2MIE5*";
inline constexpr std::string_view kAm550 = "ISK5?2M550*";
inline constexpr std::string_view kHeat = "NWA-* AUR?NWA-* WARMTELINK*";

inline constexpr std::string_view kLog = "1-0:99.97.0";
inline constexpr std::string_view kMonths = "0-0:98.1.0";
inline constexpr std::string_view kCurrents = "1-0:31.7.0 1-0:51.7.0 1-0:71.7.0";
inline constexpr std::string_view kReading = "0-?:24.2.1 0-?:24.2.3";
inline constexpr std::string_view kForm = "value-format unit-wrong unit-missing";

inline constexpr std::string_view kPublished = "published telegrams of such meters";

// The Netherlands, 2.2 and 3.0.
inline constexpr auto kDsmr3Quirks = std::to_array<FieldQuirk>({
    {"KMP5*", "character value-format", "0-0:96.1.1 0-?:96.1.0", "", "smeterd#19"},
    {"ISk5?2MT382* ISk5?2ME382*", "value-format", "0-0:96.13.0 0-0:96.13.1", "(S)",
     "athombv/node-dsmr-parser, an Iskra MT382"},
    {kAny, "obis-form", kAny, "", "openhab-addons#4485, basvdlei/gotsmart#7"},
    {kAny, kForm, "1-0:1.7.0 1-0:2.7.0", "(F(0,7)*W)", "basvdlei/gotsmart#7"},
    {kAny, kForm, "1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2", "(F(3,7)*kWh)", "basvdlei/gotsmart#7"},
});

// The Netherlands from 4.0 on.
inline constexpr auto kDsmrQuirks = std::to_array<FieldQuirk>({
    {kAm550, "bracket-count value-format", kLog, "(=)", "ndokter/dsmr_parser#67"},
    {kAm550, "value-format unit-missing time-unset", kReading, "(TST)(I8)",
     "dsmrreader/dsmr-reader#778"},
    {"KFM5KAIFA-METER", "time-unset", kLog, "", "openhab1-addons#4175"},
    {"KFM5KAIFA-METER Ene5?* XMX5*", "list-count continuation-line", kLog, "", kPublished},
    {"XMX5LGF*", "time-unset", kLog, "", "dsmrreader/dsmr-reader#1408"},
    {"Ene5?*", "time-unset unit-missing", kReading, "(TST)(=00000.000)", "ndokter/dsmr_parser#120"},
    {"XMX5LG*", "value-format", kReading, "(S13)(F8(3,3)*m3)", kPublished},
    {"XMX5LG*", "value-format unit-missing time-unset mbus-*", kReading, "(TST)(I10)", kPublished},
    {kHeat, "identification-form missing-object crc-unpadded", "", "",
     "ndokter/dsmr_parser#99, ndokter/dsmr_parser PR#173, home-assistant/core#168279"},
    {kHeat, "season-letter", kReading, "", "home-assistant/core#168279"},
});

// Belgium.
inline constexpr auto kMucsQuirks = std::to_array<FieldQuirk>({
    {"FLU5* SIB5*", "time-unset unit-missing", kReading, "(TST)(=00000.000)",
     "dsmrreader/dsmr-reader#919"},
    {kAny, "time-unset", "0-0:98.1.0 1-0:1.6.0", "", "ndokter/dsmr_parser PR#143"},
    {"FLU5* LGF5*", "value-format", kMonths,
     "(I1|I2)(=1-0:1.6.0)(=1-0:1.6.0){(TST)(TST|S18)(F5(3,3)*kW)}", kPublished},
    {kAny, "bracket-count fixed-text value-format list-count", kMonths, "(I1|I2)(=)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {kAny, "bracket-count value-format", kMonths, "(=)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {kAny, "bracket-count list-count", kMonths, "(I1|I2)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {"FLU5*", "version-object", "1-3:0.2.8", "(S5)", kPublished},
    {"FLU5* SIB5*", "value-format version-value", "0-0:96.1.4", "(X)", kPublished},
    {"SIB5*", "value-format unit-wrong", "0-0:17.0.0", "(F5(3,3)*kVA)", kPublished},
    {"SIB5*", "missing-object", "", "", kPublished},
    {kIe5, "value-format", "0-0:1.0.0", "(TST12)", "ndokter/dsmr_parser#152"},
    {kIe5, "missing-object", "", "", "ndokter/dsmr_parser#152, mhendriks/P1-Dongel-ESP32#87"},
    {kIe5, kForm, "1-0:1.6.0", "(F5(3,3)*kW)(TST12)", "mhendriks/P1-Dongel-ESP32#87"},
    {kIe5, "unit-wrong", "0-0:17.0.0", "(F4(1,1)*kVA)", "mhendriks/P1-Dongel-ESP32#87"},
    {kIe5, "value-format version-value", "0-0:96.1.4", "(X)", "mhendriks/P1-Dongel-ESP32#87"},
});

}  // namespace p1rig
