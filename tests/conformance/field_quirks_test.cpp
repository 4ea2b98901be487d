#include "conformance/judge/field_quirks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/lint.h"
#include "tests/conformance/telegrams.h"

// What meters of the field send otherwise than their documents say: by dialect and identification,
// the line as it was seen, and what lint has to make of it: a quirk with its source, or nothing.

namespace p1rig::field_quirks_test {
namespace {

enum class Expected { kQuirk, kAccepted };

constexpr Expected kQuirk = Expected::kQuirk;
constexpr Expected kAccepted = Expected::kAccepted;

struct Row {
  const char* dialect;
  const char* identification;
  std::string code;   ///< empty: what is seen is no line
  std::string value;  ///< brackets and all; for no line the rule
  Expected expected;
  const char* source = "";   ///< what the quirk's source has to name
  const char* without = "";  ///< a line that is not there
};

const std::string kThousandFf(1024, '\xFF');

std::vector<Row> rows() {
  return {
      // The Netherlands (FACTS §3.5, §7).
      {"dsmr-5.0", "ISK5\\2M550T-1011", "1-0:99.97.0", "()", kQuirk, "dsmr_parser#67"},
      {"dsmr-5.0", "ISK5\\2M550E-1014", "1-0:99.97.0", "()", kQuirk, "dsmr_parser#67"},
      {"dsmr-5.0", "ISK5\\2M550T-1013", "0-1:24.2.1", "(700101010000W)(00000000)", kQuirk,
       "dsmr-reader#778"},
      {"dsmr-4.2", "KFM5KAIFA-METER", "1-0:99.97.0",
       "(1)(0-0:96.7.19)(000101000001W)(2147483647*s)", kQuirk, "openhab1-addons#4175"},
      {"dsmr-4.2", "KFM5KAIFA-METER", "1-0:99.97.0",
       "(5)(0-0:96.7.19)(251208152415W)(0000000240*s)(250708151004S)(0000000301*s)", kQuirk,
       "published"},
      {"dsmr-5.0", "Ene5\\XS210 ESMR 5.0", "1-0:99.97.0", "(2)(0-0:96.7.19)", kQuirk, "published"},
      {"dsmr-5.0", "XMX5LGF0010462718305", "1-0:99.97.0",
       "(1)(0-0:96.7.19)(000101000000W)(0000000240*s)", kQuirk, "dsmr-reader#1408"},
      {"dsmr-5.0", "ISK5\\2M550T-1012", "1-0:99.97.0", "(0)(0-0:96.7.19)", kAccepted},
      // Oldest first.
      {"dsmr-5.0", "ISK5\\2M550T-1012", "1-0:99.97.0",
       "(2)(0-0:96.7.19)(250708151004S)(0000000301*s)(251208152415W)(2147483647*s)", kAccepted},
      {"dsmr-5.0", "Ene5\\T210-D ESMR5.0", "0-1:24.2.1", "(632525252525S)(00000.000)", kQuirk,
       "dsmr_parser#120"},
      {"dsmr-5.0", "Ene5\\T210-D ESMR5.0", "1-0:42.1.0", "(00000)", kAccepted},
      {"dsmr-4.0", "XMX5LGBBFFB231047518", "0-1:24.2.1", "(150701120000s)(00845.206*m3)", kQuirk,
       "published"},
      {"dsmr-4.2", "XMX5LGBBFG1009283746", "0-1:24.2.1", "(000101000000W)(0000000000)", kQuirk,
       "published"},
      {"dsmr-4.2", "XMX5XMXAA1001318264", "1-0:31.7.0", "(005.1*A)", kQuirk, "published"},
      {"dsmr-5.0", "NWA-WARMTELINK", "", "identification-form", kQuirk, "dsmr_parser#99"},
      {"dsmr-5.0", "WARMTELINK-XX\\", "", "identification-form", kQuirk, "core#168279"},
      {"dsmr-5.0", "AUR2NWA-0001", "", "identification-form", kQuirk, "dsmr_parser PR#173"},
      {"dsmr-5.0", "NWA-WARMTELINK", "0-2:24.2.1", "(260715123000W)(240.860*m3)", kQuirk,
       "core#168279", "0-0:1.0.0"},
      {"dsmr-5.0", "NWA-WARMTELINK", "0-0:1.1.0", "(260415083136W)", kAccepted},
      {"dsmr-2.2", "KMP5 ZABF001587315111", "0-0:96.1.1", "(5A\xC3\xFF)", kQuirk, "smeterd#19"},
      {"dsmr-2.2", "ISk5\\2MT382-1003", "0-0:96.13.0", "(test-/-test)", kQuirk, "MT382"},
      {"dsmr-2.2", "ISk5\\2MT382-1003", "0-0:17.0.0", "(0999.00*kW)", kAccepted},
      {"dsmr-2.2", "ISk5\\2MT382-1003", "0-1:24.1.0", "(3)", kAccepted},
      {"dsmr-2.2", "KMP5 ZABF001587315111", "0-0:17.0.0", "(999*A)", kAccepted},
      {"dsmr-2.2", "ACE5", "1-0:15.7.0*255", "(000123*W)", kQuirk, "openhab-addons#4485"},
      {"dsmr-2.2", "ACE5ACE4KGPRS", "0-0:96.14.0", "(01)", kQuirk, "openhab-addons#4485"},
      {"dsmr-2.2", "ACE5ACE4KGPRS", "0-0:17.0.0", "(0085*A)", kQuirk, "openhab-addons#4485"},
      {"dsmr-2.2", "ACE5ACE4KGPRS", "0-3:96.1.0", "(12345678         )", kQuirk,
       "openhab-addons#4485"},
      {"dsmr-2.2", "ACE5ACE4KGPRS", "", "missing-object", kQuirk, "openhab-addons#4485",
       "1-0:1.8.2"},
      {"dsmr-2.2", "ACE5ACE4KGPRS", "7-0:23.1.0",
       "(01238.740*m3)(19-01-01 00:00:00)\n7-0:23.1.0(01238.770*m3)(19-01-01 01:00:00)", kQuirk,
       "openhab-addons#4485"},
      {"de-q3d", "ESY5Q3DA1004 V3.04", "1-0:1.8.0*255", "(00032549.5061662*kWh)", kQuirk,
       "dsmr_parser PR#92"},
      {"de-q3d", "ESY5Q3DA1004 V3.04", "1-0:1.7.0", "(001688.21*W)", kAccepted},
      {"dsmr-2.2", "ESY5", "1-0:1.7.0", "(000123.45*W)", kQuirk, "gotsmart#7"},
      {"dsmr-2.2", "ESY5", "1-0:1.8.1", "(00012345.6789012*kWh)", kQuirk, "gotsmart#7"},
      {"dsmr-3.0", "ISk5\\2MT382-1003", "0-1:24.3.0", "(230326210000)(08)(60)(1)(0-1:24.2.1)(m3)",
       kAccepted},
      // Belgium (FACTS §3.5, §4.4, §7).
      {"emucs-1.7", "FLU5\\253769484_A", "0-1:24.2.3", "(632525252525W)(00000.000)", kQuirk,
       "dsmr-reader#919"},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0",
       "(1)(1-0:1.6.0)(1-0:1.6.0)(260601000000S)(632525252525W)(00.000*kW)", kQuirk,
       "dsmr_parser PR#143"},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0",
       "(1)(1-0:1.6.0)(1-0:1.6.0)(260601000000S)(63252525252525252S)(00.000*kW)", kQuirk,
       "published"},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0", "(0)(1-0:1.6.0)(1-0:1.6.0)", kAccepted},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0", "(12)()", kQuirk, "xt211"},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0", "(12)", kQuirk, "xt211"},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0", "()", kQuirk, "xt211"},
      {"emucs-1.4", "FLU5\\253769484_A", "1-0:31.7.0", "(000.72*A)", kQuirk, "DSMRloggerAPI#30"},
      {"emucs-1.7", "FLU5\\253769484_A", "1-0:31.7.0", "(001*A)", kQuirk, "published"},
      {"emucs-1.7", "FLU5\\253769484_A", "1-3:0.2.8", "(50217)", kQuirk, "published"},
      {"emucs-1.4", "FLU5\\253769484_A", "0-0:96.1.4", "(012345678901234567890123456789)", kQuirk,
       "published"},
      {"emucs-1.4", "SIB5\\253604718_E", "0-0:96.1.4", "(2020202020202020202020203530323133)",
       kQuirk, "published"},
      {"emucs-1.4", "SIB5\\253604718_E", "0-0:17.0.0", "(14.950*kVA)", kQuirk, "published"},
      {"emucs-1.4", "SIB5\\253604718_E", "", "missing-object", kQuirk, "published", "1-0:31.4.0"},
      {"emucs-1.4", "SIB5\\253604718_E", "1-1:31.4.0", "(040*A)", kAccepted},
      {"emucs-1.4", "ISk5\\2MIE5E-200", "0-0:1.0.0", "(240405154953)", kQuirk, "dsmr_parser#152"},
      {"emucs-1.4", "ISk5\\2MIE5E-200", "", "missing-object", kQuirk, "dsmr_parser#152",
       "0-0:96.1.4"},
      {"emucs-1.7", "ISk5\\2MIE5T-200", "1-0:1.6.0", "(08.796*kW)(260102010000)", kQuirk,
       "P1-Dongel-ESP32#87"},
      {"emucs-1.7", "ISk5=2MIE5T-200", "0-0:17.0.0", "(999.9*kVA)", kQuirk, "P1-Dongel-ESP32#87"},
      {"emucs-1.7", "ISk5\\2MIE5T-200", "0-0:96.1.4", "(3231313130)", kQuirk, "P1-Dongel-ESP32#87"},
      {"emucs-1.7", "ISk5\\2MIE5T-200", "1-0:1.8.5", "(000055.730*kWh)", kAccepted},
      {"emucs-2.1", "LGF5E360", "0-0:17.0.0", "(99.999*kW)", kAccepted},
      {"emucs-2.1", "LGF5E360", "1-0:31.4.0", "(999.99*A)", kAccepted},
      // Luxembourg (FACTS §4.5, §8).
      {"lux-1.1", "Lux5\\253671342_D", "0-0:17.0.0", "(12.300*kVA)", kQuirk, "published"},
      {"lux-1.1", "Lux5\\253671342_D", "0-0:17.0.0", "(027.6*kVA)", kAccepted},
      {"lux-1.1", "Lux5\\253671342_D", "1-0:3.7.0", "(00.000)", kQuirk, "esphome/issues#2621"},
      {"lux-1.1", "Lux5\\253671342_D", "0-2:24.2.1", "(632525252525S)(00000.000)", kAccepted},
      {"lux-1.1", "Lux5\\253671342_D", "1-1:31.4.0", "(100*A)(-063*A)", kAccepted},
      // Switzerland.
      {"ch-xt211", "GRE5\\253847162_B", "0-0:98.1.0", "(12)", kAccepted},
      {"ch-xt211", "GRE5\\253847162_B", "0-0:98.1.0", "(12)()", kQuirk, "xt211"},
      // Sweden and Finland (FACTS §4.6, §7).
      {"se-2.0", "ADN9 6534", "1-0:1.7.0", "(0000.139kW)", kQuirk, "feature-requests#1394"},
      {"se-2.0", "ADN9 6534", "1-0:1.8.0", "(00006678.394kWh)", kQuirk, "feature-requests#1394"},
      {"se-2.0", "ADN9 6534", "", "blank-line", kQuirk, "published"},
      {"se-2.0", "ADN9 6560", "1-0:1.7.0", "(00000000.139*kW)", kQuirk, "published"},
      {"se-2.0", "ADN9 6560", "1-0:32.7.0", "(0000230.10*V)", kQuirk, "published"},
      {"se-2.0", "ADN9 6560", "1-0:31.7.0", "(0000.6*A)", kQuirk, "published"},
      {"se-2.0", "ADN9 6560", "1-0:1.8.0", "(00006678.394*MWh)", kAccepted},
      {"se-2.0", "ADN9 6560", "1-0:3.8.0", "(00000418.764*kVArh)", kAccepted},
      {"se-2.0", "LGF5E360", "1-1:1.8.0", "(00006678.394*kWh)", kAccepted},
      {"se-2.0", "ISK5\\2M550T-1012", "1-0:0.9.1", "((ER11))", kAccepted},
      {"se-2.0", "ISK5\\2M550T-1012", "", "missing-object", kQuirk, "p1reader#36", "0-0:1.0.0"},
      {"se-2.0", "XXX5", "1-0:99.97.0", "(10)(0-0:96.11.6)(000101000000W)(0000000000)", kAccepted},
      {"fi-sk13", "ADN9 7534", "1-0:1.7.0", "(0000.139kW)", kQuirk, "feature-requests#1394"},
      {"fi-sk13", "ADN9 7534", "0-0:1.0.0", "(260701120000W)", kAccepted},
      // Hungary (FACTS §4.7, §7).
      {"hu-eon", "AUX59904618299", "0-0:96.13.0", "(" + kThousandFf + ")", kQuirk,
       "esphome/issues#2393"},
      {"hu-eon", "HLY5/D545-METER", "1-0:1.7.0", "( 01.193*kW )", kQuirk, "dsmr_parser#53"},
      {"hu-eon", "WSE5Wasion--Meter---", "1-0:32.7.0", "(230.1)", kQuirk, "dsmr_parser#53"},
      {"hu-eon", "WSE5Wasion--Meter---", "0-0:17.0.0", "(17250*W)", kAccepted},
      {"hu-eon", "AUX59904618299", "0-0:96.50.68", "(ON)", kAccepted},
      {"hu-eon", "AUX59904618299", "0-0:96.14.0", "(TARIFF 1)", kAccepted},
      {"hu-eon", "SAG5SAG-METER", "0-0:17.0.0", "(90.000*kW)", kAccepted},
      {"hu-eon", "SAG5SAG-METER", "1-0:31.4.0", "(200.00*A)", kAccepted},
      // Lithuania (FACTS §4.8).
      {"lt-eso", "ESO5\\253833635_C", "1-0:1.8.0", "(00003766.123*kWh)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:16.24.0", "(-00000003.766*kW)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:32.7.0", "(0000.231*kV)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:31.7.0", "(0000.012*kA)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:14.7.0", "(0000.050*kHz)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:32.34.0", "(00199*V)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:13.7.0", "(00001)", kQuirk, "dsmr PR#31"},
      {"lt-eso", "ESO5\\253833635_C", "1-0:13.7.0", "(-1.000)", kAccepted},
      {"lt-eso", "ESO5\\253833635_C", "1-0:1.5.0", "(00000003.766*kW)", kAccepted},
  };
}

std::string base_of(const std::string& dialect) {
  if (dialect == "dsmr-4.0") return test::edited(test::kDutch, "(50)", "(40)");
  if (dialect == "dsmr-4.2") return test::edited(test::kDutch, "(50)", "(42)");
  if (dialect == "dsmr-5.0") return std::string(test::kDutch);
  if (dialect == "dsmr-2.2" || dialect == "dsmr-3.0") return std::string(test::kOldDutch);
  if (dialect.starts_with("emucs")) return std::string(test::kBelgian);
  if (dialect == "lux-1.1") return std::string(test::kLuxembourg);
  if (dialect == "se-2.0" || dialect == "fi-sk13") return std::string(test::kSwedish);
  return "/XXX5\n\n0-0:1.0.0(260715123010S)\n!";
}

/// The base with another identification and this line, in the place of one with its code.
std::string telegram_of(const Row& row) {
  std::string text = base_of(row.dialect);
  text.replace(1, text.find('\n') - 1, row.identification);
  if (const std::string gone = row.without; !gone.empty()) {
    const std::size_t at = text.find("\n" + gone + "(");
    text.erase(at, text.find('\n', at + 1) - at);
  }
  if (row.value == "blank-line") text.erase(text.find("\n\n"), 1);
  if (!row.code.empty()) {
    const std::size_t there = text.find("\n" + row.code + "(");
    const std::size_t at = (there == std::string::npos ? text.rfind("\n!") : there) + 1;
    const std::size_t end = there == std::string::npos ? at : text.find('\n', at) + 1;
    text.replace(at, end - at, row.code + row.value + "\n");
  }
  const bool has_crc = find_dialect(row.dialect)->has_crc;
  return has_crc ? test::sealed(text) : test::ended(text);
}

std::vector<Finding> lint(const Row& row) {
  const std::string bytes = telegram_of(row);
  return Linter(find_dialect(row.dialect), {}).check(decode_telegram(bytes), 0);
}

bool is_about(const Finding& finding, const Row& row) {
  const std::string plain = row.code.substr(0, row.code.find('*'));
  return row.code.empty() ? finding.rule == row.value : finding.obis == plain;
}

std::string describe(const Finding& finding) {
  return finding.rule + " " + finding.message + " (" + finding.source + ")";
}

TEST(FieldQuirks, EachIsAQuirkWithItsSourceOrAccepted) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(std::string(row.dialect) + " /" + row.identification + " " + row.code +
                 row.value.substr(0, 60));
    std::size_t quirks = 0;
    for (const Finding& finding : lint(row)) {
      if (!is_about(finding, row)) continue;
      EXPECT_EQ(finding.severity, Severity::kQuirk) << describe(finding);
      EXPECT_NE(finding.source.find(row.source), std::string::npos) << describe(finding);
      ++quirks;
    }
    EXPECT_EQ(quirks > 0, row.expected == kQuirk);
  }
}

// What is known of one maker excuses no other.
TEST(FieldQuirks, OfAMakerAreErrorsOfAnother) {
  const std::vector<Row> others{
      {"dsmr-5.0", "XXX5", "1-0:99.97.0", "()", kQuirk},
      {"dsmr-5.0", "XXX5", "0-1:24.2.1", "(700101010000W)(00000000)", kQuirk},
      {"dsmr-5.0", "XXX5", "1-0:99.97.0", "(2)(0-0:96.7.19)", kQuirk},
      {"dsmr-5.0", "XXXX", "", "identification-form", kQuirk},
      {"emucs-1.4", "FLU5\\253769484_A", "0-0:1.0.0", "(240405154953)", kQuirk},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:17.0.0", "(999.9*kVA)", kQuirk},
      {"se-2.0", "LGF5E360", "1-0:1.7.0", "(0000.139kW)", kQuirk},
      {"dsmr-5.0", "ISK5\\2M550T-1012", "0-0:17.0.0*255", "(1)", kQuirk},
  };
  for (const Row& row : others) {
    SCOPED_TRACE(std::string(row.dialect) + " " + row.code + row.value);
    std::size_t errors = 0;
    for (const Finding& finding : lint(row)) {
      errors += is_about(finding, row) && finding.severity == Severity::kError ? 1U : 0U;
    }
    EXPECT_GT(errors, 0U);
  }
}

// A quirk is what was seen, not whatever stands in the same place.
TEST(FieldQuirks, ExcuseNothingElseInTheirPlace) {
  const std::vector<Row> broken{
      {"lux-1.1", "Lux5\\253671342_D", "0-0:17.0.0", "(12.3x0*kVA)", kQuirk},
      {"lux-1.1", "Lux5\\253671342_D", "1-0:3.7.0", "(00.001)", kQuirk},
      {"lt-eso", "ESO5\\253833635_C", "1-0:1.8.0", "(0003766.123*kWh)", kQuirk},
      {"lt-eso", "ESO5\\253833635_C", "1-0:32.7.0", "(0000.231*mV)", kQuirk},
      {"emucs-1.7", "FLU5\\253769484_A", "0-0:98.1.0", "(1)(1-0:1.6.0)(1-0:1.6.0)(x)(y)(z)",
       kQuirk},
      {"hu-eon", "HLY5/D545-METER", "1-0:1.7.0", "( 01.1x3*kW )", kQuirk},
      {"se-2.0", "ADN9 6534", "1-0:1.7.0", "(0000.1x9kW)", kQuirk},
      {"dsmr-5.0", "ISK5\\2M550T-1012", "0-1:24.2.1", "(700101010000W)(0000000)", kQuirk},
  };
  for (const Row& row : broken) {
    SCOPED_TRACE(row.code + row.value);
    std::size_t errors = 0;
    for (const Finding& finding : lint(row)) {
      errors += is_about(finding, row) && finding.severity == Severity::kError ? 1U : 0U;
    }
    EXPECT_GT(errors, 0U);
  }
}

/// True where a row of the test meets this one of the table.
bool is_met(const FieldQuirk& quirk) {
  for (const Row& row : rows()) {
    const bool has_it = std::ranges::count(find_dialect(row.dialect)->quirks, quirk) > 0;
    if (!has_it || !matches_glob(quirk.identification, row.identification)) continue;
    for (const Finding& finding : lint(row)) {
      const bool here = quirk.obis.empty() || matches_glob(quirk.obis, finding.obis);
      if (here && finding.source == quirk.source && matches_glob(quirk.rules, finding.rule)) {
        return true;
      }
    }
  }
  return false;
}

TEST(FieldQuirks, EachRowOfTheTableIsTested) {
  for (const Dialect& dialect : dialects()) {
    for (const FieldQuirk& quirk : dialect.quirks) {
      EXPECT_TRUE(is_met(quirk)) << quirk.identification << " " << quirk.obis << " "
                                 << quirk.source;
    }
  }
}

TEST(FieldQuirks, NameRulesThatThereAre) {
  for (const Dialect& dialect : dialects()) {
    for (const FieldQuirk& quirk : dialect.quirks) {
      bool known = false;
      for (const LintRule& rule : lint_rules()) known = known || matches_glob(quirk.rules, rule.id);
      EXPECT_TRUE(known) << quirk.rules;
      EXPECT_FALSE(quirk.source.empty());
    }
  }
}

}  // namespace
}  // namespace p1rig::field_quirks_test
