#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/lint.h"
#include "tests/conformance/telegrams.h"

namespace p1rig::detect_dialect_test {
namespace {

using test::edited;
using test::kBelgian;
using test::kDutch;
using test::kOldDutch;

std::string detect(const std::string& bytes) {
  return std::string(detect_dialect(decode_telegram(bytes))->name);
}

/// A telegram of an identification and data lines.
std::string of(const std::string& identification, const std::string& lines) {
  return "/" + identification + "\r\n\r\n" + test::with_line_ends(lines) + "!0000\r\n";
}

TEST(DetectDialect, KnowsThePrintedTelegrams) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"dsmr-3.0.txt", "dsmr-3.0"},
      {"dsmr-3.0-as-printed.txt", "dsmr-3.0"},
      {"dsmr-4.0.0.recomputed-crc.txt", "dsmr-4.0"},
      {"dsmr-4.0.7.recomputed-crc.txt", "dsmr-4.0"},
      {"dsmr-4.2.2.recomputed-crc.txt", "dsmr-4.2"},
      {"dsmr-5.0.2.recomputed-crc.txt", "dsmr-5.0"},
      {"field-iskra-mt382-dsmr22.txt", "dsmr-2.2"},
      {"field-landisgyr-e350-dsmr40.txt", "dsmr-4.0"},
      {"lithuania-eso-isplestinis.txt", "lt-eso"},
      {"lux-1.1.3.txt", "lux-1.1"},
      {"sweden-aidon-6560.txt", "se-2.0"},
  };
  for (const auto& [file, dialect] : table) {
    const std::string path = std::string(P1RIG_SOURCE_DIR) + "/captures/printed/" + file;
    EXPECT_EQ(detect(test::read_file(path)), dialect) << file;
  }
}

TEST(DetectDialect, GoesByTheVersionFirst) {
  const std::string dutch(kDutch);
  EXPECT_EQ(detect(edited(dutch, "(50)", "(40)")), "dsmr-4.0");
  EXPECT_EQ(detect(edited(dutch, "(50)", "(42)")), "dsmr-4.2");
  EXPECT_EQ(detect(edited(dutch, "(50)", "(50217)")), "emucs-1.7");
  EXPECT_EQ(detect(edited(dutch, "/ISK5", "/ELL5")), "dsmr-5.0");
  const std::string belgian(kBelgian);
  EXPECT_EQ(detect(edited(belgian, "(50217)", "(50213)")), "emucs-1.4");
  EXPECT_EQ(detect(edited(belgian, "(50217)", "(50216)")), "emucs-1.7");
  EXPECT_EQ(detect(edited(belgian, "(50217)", "(50221)")), "emucs-2.1");
}

// P1-Dongel-ESP32#87: 3231313130 for "21110".
TEST(DetectDialect, GoesByTheObjectsWhereTheBelgianVersionIsUnknown) {
  const std::string lines = "0-0:96.1.4(3231313130)\n0-0:1.0.0(260715123010S)\n";
  EXPECT_EQ(detect(of("ISk5\\2MIE5T-200", lines)), "emucs-1.4");
  EXPECT_EQ(detect(of("ISk5\\2MIE5T-200", lines + "1-0:1.4.0(00.351*kW)\n")), "emucs-1.7");
  EXPECT_EQ(detect(of("ISk5\\2MIE5T-200", lines + "1-0:94.32.1(400)\n")), "emucs-2.1");
}

TEST(DetectDialect, KnowsMakersOfOneCountry) {
  const std::string clock = "0-0:1.0.0(260715123010S)\n";
  EXPECT_EQ(detect(of("Lux5\\253694471_M", "1-3:0.2.8(42)\n" + clock)), "lux-1.1");
  EXPECT_EQ(detect(of("EST5\\253710000_A", "1-3:0.2.8(50)\n" + clock)), "at-t210");
  EXPECT_EQ(detect(of("GRE5\\253710000_D", clock)), "ch-xt211");
  EXPECT_EQ(detect(of("ESO5\\253833635_C", clock)), "lt-eso");
  EXPECT_EQ(detect(of("AUX5UXXXXXXXXXXXXX", clock)), "hu-eon");
  EXPECT_EQ(detect(of("HLY5/D545-METER", clock)), "hu-eon");
}

TEST(DetectDialect, KnowsTheFormatsOfEachCountry) {
  const std::string clock = "0-0:1.0.0(260715123010S)\n";
  EXPECT_EQ(detect(of("KAM5", clock + "1-0:1.8.0(00003766.123*kWh)\n")), "se-2.0");
  EXPECT_EQ(detect(of("LGF5E360", clock + "1-0:1.8.0(00003766.123*kWh)\n")), "se-2.0");
  EXPECT_EQ(detect(of("XXX5", clock + "1-0:1.8.0(005000000*Wh)\n")), "at-t210");
  EXPECT_EQ(detect(of("XXX5", clock + "1-1:1.8.1(000500.000*kWh)\n")), "ch-xt211");
  EXPECT_EQ(detect(of("XXX5", clock + "1-0:5.8.0(000500.000*kvarh)\n")), "hu-eon");
}

// dsmr_parser#152: an IE.5 without version object.
TEST(DetectDialect, KnowsWhoIsBelgianOnly) {
  const std::string clock = "0-0:1.0.0(240405154953)\n";
  for (const char* maker :
       {"ISk5\\2MIE5E-200", "ISk5=2MIE5T-200", "FLU5\\253769484_A", "SIB5\\253604718_E"}) {
    EXPECT_EQ(detect(of(maker, clock)), "emucs-1.4") << maker;
    EXPECT_TRUE(detect_origin(decode_telegram(of(maker, clock))).knows_country) << maker;
  }
}

TEST(DetectOrigin, KnowsTheCountryOnlyWhereSomethingSpeaksForOne) {
  const std::string clock = "0-0:1.0.0(260715123010S)\n";
  const auto origin = [&](const std::string& identification, const std::string& lines) {
    return detect_origin(decode_telegram(of(identification, clock + lines)));
  };
  for (const auto& [identification, lines] : std::vector<std::pair<std::string, std::string>>{
           {"XXX5", "1-3:0.2.8(50)\n"},
           {"XXX5", "0-0:96.1.4(50217)\n"},
           {"ELL5\\253833635_A", "1-0:1.8.0(00003766.123*kWh)\n"},
           {"ESO5\\253833635_C", ""}}) {
    EXPECT_TRUE(origin(identification, lines).knows_country) << identification << lines;
    EXPECT_TRUE(origin(identification, lines).normal_offset) << identification << lines;
  }
  EXPECT_EQ(origin("ESO5\\253833635_C", "").normal_offset, std::chrono::minutes(120));
  for (const auto& [identification, lines] : std::vector<std::pair<std::string, std::string>>{
           {"ADN9 7534", "1-0:1.8.0(00003766.123*kWh)\n"},  // Finland, or Sweden
           {"LGF5E360", "1-0:1.8.0(00003766.123*kWh)\n"},
           {"XXX5", "1-0:1.8.1(000500.000*kWh)\n"},
           {"KFM5KAIFA-METER", "1-0:32.7.0(230.1*V)\n"}}) {
    EXPECT_FALSE(origin(identification, lines).knows_country) << identification << lines;
    EXPECT_FALSE(origin(identification, lines).normal_offset) << identification << lines;
  }
  // 2.2 and 3.0 are Dutch only.
  EXPECT_TRUE(detect_origin(decode_telegram(std::string(kOldDutch))).knows_country);
}

// A telegram of an Iskra IE.5 without version object, and by nobody who is known for one dialect.
TEST(DetectOrigin, ConcludesNothingThatTheFittingDialectsDoNotAgreeOn) {
  const Origin origin = detect_origin(decode_telegram(
      of("XXX5METER",
         "0-0:96.1.0(90000001)\n0-0:1.0.0(240405154953)\n1-0:1.8.1(000036.396*kWh)\n"
         "1-0:1.8.2(000044.115*kWh)\n0-0:96.14.0(0001)\n1-0:1.7.0(00.000*kW)\n"
         "0-0:96.3.10(1)\n0-0:96.13.0()\n0-1:96.1.1()\n")));
  EXPECT_FALSE(origin.knows_country);
  EXPECT_NE(origin.sureness, Sureness::kCertain);
}

TEST(DetectOrigin, SaysWhyAndHowSure) {
  const Origin dutch = detect_origin(decode_telegram(std::string(kDutch)));
  EXPECT_EQ(dutch.sureness, Sureness::kCertain);
  EXPECT_TRUE(dutch.others.empty());
  EXPECT_NE(dutch.why.find("version 1-3:0.2.8(50)"), std::string::npos) << dutch.why;
  const Origin old = detect_origin(decode_telegram(std::string(kOldDutch)));
  EXPECT_EQ(old.sureness, Sureness::kGuess);
  ASSERT_EQ(old.others.size(), 1U);
}

// Holley D545: Hungarian objects behind a Dutch version.
TEST(DetectDialect, IsNotMisledByABorrowedVersion) {
  std::string lines = "1-3:0.2.8(50)\n0-0:1.0.0(260115123010W)\n0-0:42.0.0(31323334)\n";
  for (const char* c : {"1", "2", "15"}) {
    lines += "1-0:" + std::string(c) + ".8.0(000500.000*kWh)\n";
  }
  for (const char* c : {"3", "4", "5", "6", "7", "8"}) {
    lines += "1-0:" + std::string(c) + ".8.0(000500.000*kvarh)\n";
  }
  for (const char* c : {"13", "33", "53", "73"}) lines += "1-0:" + std::string(c) + ".7.0(0.987)\n";
  EXPECT_EQ(detect(of("HLY5/D545-METER", lines)), "hu-eon");
}

// A Kaifa in Sweden: 6.3 for energies and 4.3 for powers.
TEST(DetectDialect, KnowsTheSwedishObjectsInOtherFormats) {
  std::string lines = "0-0:1.0.0(260115123010W)\n";
  for (const char* c : {"1", "2"}) lines += "1-0:" + std::string(c) + ".8.0(000500.000*kWh)\n";
  for (const char* c : {"3", "4"}) lines += "1-0:" + std::string(c) + ".8.0(000500.000*kVArh)\n";
  for (const char* c : {"1", "2", "21", "22", "41", "42", "61", "62"}) {
    lines += "1-0:" + std::string(c) + ".7.0(0001.250*kW)\n";
  }
  for (const char* c : {"3", "4", "23", "24", "43", "44", "63", "64"}) {
    lines += "1-0:" + std::string(c) + ".7.0(0000.250*kVAr)\n";
  }
  EXPECT_EQ(detect(of("KFM5KAIFA-METER", lines)), "se-2.0");
}

TEST(Linter, ReportsOnlyWhatAllFittingDialectsAskFor) {
  const std::string old(kOldDutch);
  Linter both(find_dialect("dsmr-3.0"), {}, {find_dialect("dsmr-5.0")});
  Linter one(find_dialect("dsmr-3.0"), {});
  const std::string odd = edited(old, "(000.57*kW)", "(0.57*kW)");
  const auto alone = one.check(decode_telegram(odd), 0);
  const auto agreed = both.check(decode_telegram(odd), 0);
  EXPECT_LE(agreed.size(), alone.size());
  for (const Finding& finding : agreed) EXPECT_NE(finding.rule, "crc-missing");
}

TEST(DetectDialect, TakesOnlyOldFormatsForADialectWithoutCrc) {
  const std::string old(kOldDutch);
  EXPECT_EQ(detect(old), "dsmr-3.0");
  EXPECT_EQ(detect(edited(old, "(000.57*kW)", "(0000.57*kW)")), "dsmr-2.2");
  EXPECT_EQ(detect(edited(old, "0-0:96.1.1", "0-0:1.0.0(260715123010S)\n0-0:96.1.1")), "dsmr-5.0");
  EXPECT_EQ(detect(edited(old, "0-0:96.1.1", "1-3:0.2.8(99)\n0-0:96.1.1")), "dsmr-5.0");
  EXPECT_TRUE(
      detect_dialect(decode_telegram("/ISK5\r\n\r\n1-0:1.8.1(000123.456*kWh)\r\n!\r\n"))->has_crc);
  EXPECT_EQ(detect("/ISK5\r\n\r\n!\r\n"), "dsmr-5.0");
  EXPECT_EQ(detect(""), "dsmr-5.0");
}

}  // namespace
}  // namespace p1rig::detect_dialect_test
