#include "conformance/judge/reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/telegrams.h"

namespace p1rig::reader_test {
namespace {

using nlohmann::json;
using test::edited;
using test::ended;
using test::kBelgian;
using test::kDutch;
using test::kOldDutch;
using test::kSwedish;
using test::sealed;

std::vector<std::string> read_in_pieces(const char* dialect, const std::string& bytes,
                                        std::size_t piece) {
  std::vector<std::string> lines;
  ReferenceReader reader(dialect == nullptr ? nullptr : find_dialect(dialect),
                         [&](std::string_view line) { lines.emplace_back(line); });
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(std::string_view(bytes).substr(at, piece));
  }
  reader.finish();
  return lines;
}

std::vector<std::string> read(const char* dialect, const std::string& bytes) {
  return read_in_pieces(dialect, bytes, bytes.size() + 1);
}

/// What the reader says of a telegram with this one line.
json value_of(const char* dialect, const std::string& line) {
  const auto lines = read(dialect, sealed("/XXX5\n\n" + line + "\n!"));
  if (lines.size() != 1) return "not read";
  const json telegram = json::parse(lines[0]).at("telegram");
  return telegram.empty() ? json("absent") : telegram.front();
}

// --- which telegrams are believed ---------------------------------------------------------------

const std::string kRejectCrc = R"({"reject":"crc"})";

TEST(ReferenceReader, RejectsATelegramWithOneFlippedBit) {
  const std::string good = sealed(kDutch);
  for (std::size_t at = good.find("1-0:1.8.1"); at < good.find("0-0:96.14.0"); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x04);
    EXPECT_EQ(read("dsmr-5.0", bad), std::vector<std::string>{kRejectCrc}) << at;
  }
}

TEST(ReferenceReader, RejectsAMissingCrc) {
  EXPECT_EQ(read("dsmr-5.0", ended(kDutch)), std::vector<std::string>{kRejectCrc});
  EXPECT_EQ(read(nullptr, ended(kDutch)), std::vector<std::string>{kRejectCrc});
  EXPECT_EQ(read("se-2.0", ended(kSwedish)), std::vector<std::string>{kRejectCrc});
}

TEST(ReferenceReader, AcceptsNoCrcBefore40Only) {
  EXPECT_EQ(read("dsmr-3.0", ended(kOldDutch)).at(0).substr(0, 13), R"({"telegram":{)");
  EXPECT_EQ(read(nullptr, ended(kOldDutch)).at(0).substr(0, 13), R"({"telegram":{)");
  EXPECT_EQ(read("dsmr-3.0", ended(kDutch)), std::vector<std::string>{kRejectCrc});
  EXPECT_EQ(read("dsmr-2.2", ended(kBelgian)), std::vector<std::string>{kRejectCrc});
}

TEST(ReferenceReader, RejectsAWrongCrcEvenWhereNoneIsAsked) {
  EXPECT_EQ(read("dsmr-3.0", edited(ended(kOldDutch), "!", "!0001")),
            std::vector<std::string>{kRejectCrc});
}

TEST(ReferenceReader, AcceptsACrcInLowerCase) {
  std::string bytes = sealed(kDutch);
  for (std::size_t i = bytes.size() - 6; i < bytes.size(); ++i) {
    if (bytes[i] >= 'A' && bytes[i] <= 'F') bytes[i] = static_cast<char>(bytes[i] - 'A' + 'a');
  }
  EXPECT_EQ(read("dsmr-5.0", bytes), read("dsmr-5.0", sealed(kDutch)));
}

// dsmr_parser#99: "!B9F" for 0B9F.
TEST(ReferenceReader, AcceptsACrcWithoutItsLeadingZero) {
  int found = 0;
  for (int i = 1000; i < 2000; ++i) {
    std::string bytes = sealed(edited(kDutch, "(0002)", "(" + std::to_string(i) + ")"));
    if (bytes[bytes.size() - 6] != '0') continue;
    ++found;
    bytes.erase(bytes.size() - 6, 1);
    EXPECT_NE(read("dsmr-5.0", bytes).at(0), kRejectCrc);
  }
  EXPECT_GT(found, 0);
}

TEST(ReferenceReader, RejectsATelegramThatSaysNothing) {
  const std::vector<std::string> syntax{R"({"reject":"syntax"})"};
  EXPECT_EQ(read("dsmr-5.0", sealed("/ISK5\\2M550T-1012\n\n!")), syntax);
  EXPECT_EQ(read("dsmr-5.0", sealed("/ISK5\\2M550T-1012\n\nnothing\n!")), syntax);
}

TEST(ReferenceReader, RejectsWhatGrowsTooLong) {
  const auto lines =
      read("dsmr-5.0", "/ISK5\r\n\r\n" + std::string(100000, 'x') + "\r\n" + sealed(kDutch));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"reject":"oversize"})");
  EXPECT_EQ(lines[1], read("dsmr-5.0", sealed(kDutch)).at(0));
}

TEST(ReferenceReader, SaysNothingOfFragmentsAndNoise) {
  const std::string good = sealed(kDutch);
  const std::string half = good.substr(0, good.size() / 2);
  EXPECT_TRUE(read("dsmr-5.0", half).empty());
  EXPECT_TRUE(read("dsmr-5.0", good.substr(40)).empty());
  EXPECT_TRUE(read("dsmr-5.0", std::string(1000, '\xFF')).empty());
  const auto lines = read("dsmr-5.0", good.substr(40) + half + "\r\n" + good);
  EXPECT_EQ(lines, read("dsmr-5.0", good));
}

TEST(ReferenceReader, SaysTheSameHoweverTheBytesArrive) {
  const std::string stream =
      "x!y" + sealed(kDutch) + sealed(kBelgian) + "\xFF" + sealed(kSwedish) + ended(kOldDutch);
  const auto whole = read(nullptr, stream);
  EXPECT_EQ(whole.size(), 4U);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    EXPECT_EQ(read_in_pieces(nullptr, stream, piece), whole) << piece;
  }
}

TEST(ReferenceReader, CountsWhatItTook) {
  ReferenceReader reader(nullptr, [](std::string_view) {});
  reader.feed(sealed(kDutch) + ended(kDutch) + sealed(kDutch));
  reader.finish();
  EXPECT_EQ(reader.accepted(), 2U);
  EXPECT_EQ(reader.rejected(), 1U);
}

// --- what is concluded from the brackets --------------------------------------------------------

TEST(ReferenceReader, KeepsDecimalsAndDropsLeadingZeros) {
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.8.1(123456.789*kWh)"), "123456.789 kWh");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0(00.190*kW)"), "0.190 kW");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:31.7.0(000*A)"), "0 A");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.7.21(00004)"), "4");
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:24.1.0(003)"), "3");
  EXPECT_EQ(value_of("lt-eso", "1-0:13.7.0(-1.000)"), "-1.000");
}

TEST(ReferenceReader, TakesOtherNumbersOfDigitsAndOtherUnits) {
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:32.7.0(0230.0*V)"), "230.0 V");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:31.7.0(0.48*A)"), "0.48 A");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0(0000193*W)"), "193 W");
  EXPECT_EQ(value_of("se-2.0", "1-0:3.8.0(00000000.831*kVArh)"), "0.831 kvarh");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0( 0.193 * kw )"), "0.193 kW");
  EXPECT_EQ(value_of("se-2.0", "1-0:1.8.0(00006678.394kWh)"), "6678.394 kWh");
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0(00.193)"), "0.193");
}

TEST(ReferenceReader, PassesTextAsItWasSent) {
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.1.1(4530303434303037)"), "4530303434303037");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.1.1(303132)"), "303132");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.1.1(260115123010W)"), "260115123010W");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.13.0(4a6f)"), "4a6f");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.14.0(0002)"), "0002");
  EXPECT_EQ(value_of("hu-eon", "0-0:96.50.68(ON)"), "ON");
  EXPECT_EQ(value_of("hu-eon", "0-0:96.14.0(TARIFF 1)"), "TARIFF 1");
  EXPECT_EQ(value_of("dsmr-5.0", "9-9:9.9.9(0012)"), "0012");
}

TEST(ReferenceReader, SaysNullWhereNothingIs) {
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:96.13.0()"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:96.1.0()"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:1.0.0(632525252525S)"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:24.2.1(632525252525W)(00000.000)"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:24.2.1(632525252525W)(00435.247*m3)"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:24.2.1(700101010000W)(00000000)"), nullptr);
  EXPECT_EQ(value_of("dsmr-5.0", "0-1:24.2.1(260115122500W)(00000.000)"), nullptr);
}

TEST(ReferenceReader, GivesTimesWithTheirOffset) {
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:1.0.0(101209113020W)"), "2010-12-09T11:30:20+01:00");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:1.0.0(261025023000S)"), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:1.0.0(261025023000W)"), "2026-10-25T02:30:00+01:00");
  EXPECT_EQ(value_of("se-2.0", "0-0:1.0.0(210729140950W)"), "2021-07-29T14:09:50+01:00");
  EXPECT_EQ(value_of("lt-eso", "0-0:1.0.0(240214101855W)"), "2024-02-14T10:18:55+02:00");
  EXPECT_EQ(value_of("dsmr-5.0", "0-0:1.0.0(260115123010)"), "2026-01-15T12:30:10");
}

TEST(ReferenceReader, ReadsTheTwoLineGasRecord) {
  const json reading =
      value_of("dsmr-3.0", "0-2:24.3.0(230326210000)(1C)(60)(1)(0-1:24.2.1)(m3)\n(24027.445)");
  EXPECT_EQ(reading, json({{"at", "2023-03-26T21:00:00"}, {"value", "24027.445 m3"}}));
  EXPECT_EQ(value_of("dsmr-3.0", "0-2:24.3.0(230326210000)(1C)(60)(1)(0-1:24.2.1)(m3)"), nullptr);
}

TEST(ReferenceReader, ReadsMonthPeaksInEitherOrderOfBrackets) {
  const json peak{{"at", "2020-05-09T13:45:58+02:00"}, {"value", "2.589 kW"}};
  EXPECT_EQ(value_of("emucs-1.7", "1-0:1.6.0(200509134558S)(02.589*kW)"), peak);
  EXPECT_EQ(value_of("emucs-1.7", "1-0:1.6.0(02.589*kW)(200509134558S)"), peak);
  EXPECT_EQ(value_of("emucs-2.1", "1-0:1.6.0(08.796*kW)(260102010000)"),
            json({{"at", "2026-01-02T01:00:00"}, {"value", "8.796 kW"}}));
}

TEST(ReferenceReader, ReadsTheFailureLog) {
  EXPECT_EQ(value_of("dsmr-5.0",
                     "1-0:99.97.0(2)(0-0:96.7.19)(101208152415W)(0000000240*s)"
                     "(000101000001W)(2147483647*s)"),
            json::parse(R"([{"at":"2010-12-08T15:24:15+01:00","value":"240 s"},
                            {"at":null,"value":"2147483647 s"}])"));
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:99.97.0(0)(0-0:96.7.19)"), json::array());
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:99.97.0()"), json::array());
  EXPECT_EQ(value_of("dsmr-5.0",
                     "1-0:99.97.0(5)(0-0:96.7.19)(101208152415W)(0000000240*s)"
                     "(101208152415W)")
                .size(),
            1U);
}

TEST(ReferenceReader, ReadsTheBelgianMonthsAndTheHungarianList) {
  EXPECT_EQ(value_of("emucs-1.7",
                     "0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)"
                     "(200601000000S)(632525252525W)(00.000*kW)"),
            json::parse(R"([{"month":"2020-05-01T00:00:00+02:00",
                             "at":"2020-04-23T19:25:38+02:00","value":"3.695 kW"},
                            {"month":"2020-06-01T00:00:00+02:00","at":null,"value":"0.000 kW"}])"));
  EXPECT_EQ(value_of("ch-xt211", "0-0:98.1.0(12)"), json::array());
  EXPECT_EQ(value_of("hu-eon", "0-0:98.1.0(230801000000S)(000123.456*kWh)(000002.000*kvarh)"),
            json({"2023-08-01T00:00:00+02:00", "123.456 kWh", "2.000 kvarh"}));
}

TEST(ReferenceReader, ReadsSeveralValuesOfOneObject) {
  EXPECT_EQ(value_of("lux-1.1", "1-1:31.4.0(100*A)(-063*A)"), json({"100 A", "-63 A"}));
}

TEST(ReferenceReader, TakesTheFirstOfAnObjectThatIsThereTwice) {
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0(00.001*kW)\n1-0:1.7.0(00.002*kW)"), "0.001 kW");
}

TEST(ReferenceReader, TakesCodesInOtherForms) {
  for (const char* code : {"1-0:31.7.0.255", "1-0:31.7.0*255", "1-0:31:7.0"}) {
    const auto lines = read("dsmr-4.0", sealed("/XXX5\n\n" + std::string(code) + "(001*A)\n!"));
    EXPECT_EQ(json::parse(lines.at(0)).at("telegram"), json({{"1-0:31.7.0", "1 A"}})) << code;
  }
}

TEST(ReferenceReader, LeavesOutLinesThatAreCut) {
  EXPECT_EQ(value_of("dsmr-5.0", "1-0:1.7.0(00.193*k\n1-0:2.7.0(00.002*kW)"), "0.002 kW");
  EXPECT_EQ(value_of("dsmr-5.0", "garbage\n1-0:2.7.0(00.002*kW)"), "0.002 kW");
}

TEST(ReferenceReader, MakesValidJsonOfAnyByte) {
  std::string all;
  for (int c = 1; c < 256; ++c) {
    if (c != '\r' && c != '\n' && c != '(' && c != ')') all += static_cast<char>(c);
  }
  const auto lines = read("hu-eon", sealed("/AUX5\n\n0-0:96.13.0(" + all + ")\n!"));
  const std::string text = json::parse(lines.at(0)).at("telegram").at("0-0:96.13.0");
  EXPECT_NE(text.find("\xC3\xBF"), std::string::npos);  // U+00FF
  EXPECT_NE(text.find("\xC2\x80"), std::string::npos);  // U+0080
}

// --- conclusions --------------------------------------------------------------------------------

json conclusion(const char* dialect, std::string_view text, const char* key) {
  const json line = json::parse(read(dialect, sealed(text)).at(0));
  return line.contains(key) ? line.at(key) : json("absent");
}

TEST(ReferenceReader, TellsWhichTariffIsLow) {
  EXPECT_EQ(conclusion("dsmr-5.0", kDutch, "import"),
            json({{"normal", "234.567 kWh"}, {"low", "123.456 kWh"}}));
  EXPECT_EQ(conclusion("dsmr-5.0", kDutch, "export"),
            json({{"normal", "2.000 kWh"}, {"low", "1.000 kWh"}}));
  EXPECT_EQ(conclusion("emucs-1.7", kBelgian, "import"),
            json({{"normal", "123.456 kWh"}, {"low", "234.567 kWh"}}));
  EXPECT_EQ(conclusion("se-2.0", kSwedish, "import"), "absent");
}

TEST(ReferenceReader, TellsTheMediumByTheDeviceTypeNotTheChannel) {
  const json devices = conclusion("dsmr-5.0", kDutch, "mbus");
  EXPECT_EQ(devices, json::parse(R"([
    {"channel":1,"medium":"gas","id":"4730303339","at":"2026-01-15T12:25:00+01:00",
     "value":"435.247 m3"},
    {"channel":2,"medium":"water","id":"5730303339","at":"2026-01-15T12:30:00+01:00",
     "value":"12.345 m3"}])"));
  const std::string swapped = edited(edited(kDutch, "0-1:24.1.0(003)", "0-1:24.1.0(007)"),
                                     "0-2:24.1.0(007)", "0-2:24.1.0(003)");
  EXPECT_EQ(conclusion("dsmr-5.0", swapped, "mbus").at(0).at("medium"), "water");
  EXPECT_EQ(conclusion("dsmr-5.0", swapped, "mbus").at(1).at("medium"), "gas");
}

TEST(ReferenceReader, KnowsTheMedia) {
  const std::vector<std::pair<std::string, json>> table{
      {"002", "electricity"}, {"003", "gas"},   {"03", "gas"},   {"3", "gas"},    {"004", "heat"},
      {"006", "water"},       {"007", "water"}, {"010", "cold"}, {"012", "heat"}, {"099", nullptr},
  };
  for (const auto& [type, medium] : table) {
    const std::string text = edited(kDutch, "0-1:24.1.0(003)", "0-1:24.1.0(" + type + ")");
    EXPECT_EQ(conclusion("dsmr-5.0", text, "mbus").at(0).at("medium"), medium) << type;
  }
  const std::string untyped = edited(kDutch, "0-1:24.1.0(003)\n", "");
  EXPECT_EQ(conclusion("dsmr-5.0", untyped, "mbus").at(0).at("medium"), nullptr);
}

TEST(ReferenceReader, KnowsColdByItsCodeIn30) {
  const std::string text = edited(edited(kOldDutch, "0-1:24.3.0", "0-1:24.3.1"), "(m3)", "(GJ)");
  const json device = conclusion("dsmr-3.0", text, "mbus").at(0);
  EXPECT_EQ(device.at("medium"), "cold");
  EXPECT_EQ(device.at("value"), "24027.445 GJ");
}

TEST(ReferenceReader, TakesTheSecondIdentifierWhereTheFirstIsMissing) {
  const json device = conclusion("emucs-1.7", kBelgian, "mbus").at(0);
  EXPECT_EQ(device.at("id"), "37464C4F32313139");
  EXPECT_EQ(device.at("value"), "112.384 m3");
}

TEST(ReferenceReader, ListsAChannelOnce) {
  const std::string text =
      edited(kBelgian, "0-1:24.2.3", "0-1:24.2.1(260715122511S)(00112.383*m3)\n0-1:24.2.3");
  const json devices = conclusion("emucs-1.7", text, "mbus");
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices.at(0).at("value"), "112.383 m3");
}

TEST(ReferenceReader, DoesNotListUnlinkedChannels) {
  const std::string lux =
      test::read_file(std::string(P1RIG_SOURCE_DIR) + "/captures/printed/lux-1.1.3.txt");
  const json line = json::parse(read(nullptr, lux).at(0));
  ASSERT_EQ(line.at("mbus").size(), 2U);
  EXPECT_EQ(line.at("mbus").at(0).at("channel"), 1);
  EXPECT_EQ(line.at("mbus").at(1).at("channel"), 4);
  EXPECT_EQ(line.at("telegram").at("0-2:24.2.1"), nullptr);
}

TEST(ReferenceReader, KeepsTheOrderOfTheTelegram) {
  const std::string line = read("se-2.0", sealed(kSwedish)).at(0);
  EXPECT_EQ(line, R"({"telegram":{"0-0:1.0.0":"2026-07-15T12:30:10+01:00",)"
                  R"("1-0:1.8.0":"123.456 kWh","1-0:2.8.0":"1.000 kWh","1-0:3.8.0":"2.000 kvarh",)"
                  R"("1-0:4.8.0":"3.000 kvarh","1-0:1.7.0":"1.193 kW","1-0:2.7.0":"0.000 kW"},)"
                  R"("mbus":[]})");
}

// --- what is concluded from where it comes ------------------------------------------------------

json telegram_of(const char* dialect, const std::string& bytes,
                 std::optional<ClockRule> clock = {}) {
  std::vector<std::string> lines;
  ReferenceReader reader(
      dialect == nullptr ? nullptr : find_dialect(dialect),
      [&](std::string_view line) { lines.emplace_back(line); }, {}, clock);
  reader.feed(bytes);
  reader.finish();
  return json::parse(lines.at(0));
}

const std::string kNobodys = sealed(
    "/XXX5\n\n0-0:1.0.0(260701120000W)\n1-0:1.8.1(000036.396*kWh)\n1-0:1.8.2(000044.115*kWh)\n!");

TEST(ReferenceReader, ConcludesNothingFromACountryThatIsAGuess) {
  const json guess = telegram_of(nullptr, kNobodys);
  EXPECT_EQ(guess["telegram"]["0-0:1.0.0"], "2026-07-01T12:00:00");
  EXPECT_FALSE(guess.contains("import"));
  EXPECT_EQ(guess["clock"], "local time: the country is not known (--dialect or --zone names it)");
  const json belgian = telegram_of("emucs-1.4", kNobodys);
  EXPECT_EQ(belgian["telegram"]["0-0:1.0.0"], "2026-07-01T12:00:00+01:00");
  EXPECT_EQ(belgian["import"]["normal"], "36.396 kWh");
  EXPECT_FALSE(belgian.contains("clock")) << "the dialect decides";
  const json dutch = telegram_of("dsmr-5.0", kNobodys);
  EXPECT_EQ(dutch["import"]["normal"], "44.115 kWh");
}

// jonkerj/iec62056#3: in Finland W is UTC+2.
TEST(ReferenceReader, TakesTheClockOfAnotherZone) {
  const ClockRule helsinki{"--zone Europe/Helsinki", std::chrono::minutes(120), {}};
  const json finnish = telegram_of(nullptr, kNobodys, helsinki);
  EXPECT_EQ(finnish["telegram"]["0-0:1.0.0"], "2026-07-01T12:00:00+02:00");
  EXPECT_FALSE(finnish.contains("import")) << "a clock is not a country";
  const json swedish = telegram_of("se-2.0", kNobodys, helsinki);
  EXPECT_EQ(swedish["telegram"]["0-0:1.0.0"], "2026-07-01T12:00:00+02:00");
  EXPECT_EQ(swedish["clock"], "W all year is UTC+2 (--zone Europe/Helsinki)");
}

// SE-P1 2.0 annex 3: S is defined and never used; two Kamstrup OMNIA do.
TEST(ReferenceReader, BelievesTheLetterInSweden) {
  const std::string summer = edited(kSwedish, "260715123010W", "240407122854S");
  EXPECT_EQ(telegram_of("se-2.0", sealed(summer))["telegram"]["0-0:1.0.0"],
            "2024-04-07T12:28:54+02:00");
  EXPECT_EQ(telegram_of("se-2.0", sealed(kSwedish))["telegram"]["0-0:1.0.0"],
            "2026-07-15T12:30:10+01:00");
}

}  // namespace
}  // namespace p1rig::reader_test
