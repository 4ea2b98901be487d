#include "simulator/render/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "tests/simulator/bitwise_crc.h"

namespace p1rig::render_test {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kWattHour = 3'600'000;  // mW s

sys_seconds utc(int year, unsigned month, unsigned day, int hour, int minute) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         std::chrono::hours{hour} + std::chrono::minutes{minute};
}

const Zone& amsterdam() {
  static const Zone zone = Zone::find("Europe/Amsterdam").value();
  return zone;
}

Layout layout_of(std::string_view text) {
  Layout layout;
  const auto flaw = layout.compile(text);
  EXPECT_FALSE(flaw) << flaw->message;
  layout.unset_time = "632525252525S";
  return layout;
}

void add_block(Layout& layout, Medium medium, std::string_view text) {
  for (int channel = 1; channel <= 4; ++channel) {
    const auto flaw = layout.compile_block(text, channel, medium);
    ASSERT_FALSE(flaw) << flaw->message;
  }
}

std::string rendered(const Layout& layout, const MeterState& state, Truth* truth = nullptr) {
  std::string telegram;
  render(layout, state, amsterdam(), telegram, truth);
  return telegram;
}

/// What a hole prints for a value of its quantity.
std::string printed(Quantity quantity, std::int64_t value, std::string_view format) {
  MeterState state;
  state[quantity] = value;
  const std::string name(row_of(quantity).name);
  return rendered(layout_of("{" + name + " " + std::string(format) + "}"), state);
}

std::string import(std::int64_t value, std::string_view format) {
  return printed(Quantity::kEnergyImport, value, format);
}

std::string power(std::int64_t value, std::string_view format) {
  return printed(Quantity::kPowerNet, value, format);
}

std::string reading(Medium medium, std::int64_t value, std::string_view format) {
  Layout layout = layout_of("{mbus}\n");
  add_block(layout, medium, "{reading " + std::string(format) + "}");
  MeterState state;
  MbusDevice device;
  device.medium = medium;
  device.reading = value;
  state.devices = {device};
  return rendered(layout, state);
}

TruthField number(std::int64_t digits, int decimals, std::string unit) {
  TruthField field;
  field.kind = TruthField::Kind::kNumber;
  field.digits = digits;
  field.decimals = decimals;
  field.unit = std::move(unit);
  return field;
}

TruthField text(std::string text) {
  TruthField field;
  field.text = std::move(text);
  return field;
}

TruthField instant(sys_seconds instant) {
  TruthField field;
  field.kind = TruthField::Kind::kTime;
  field.instant = instant;
  return field;
}

TruthField unset() {
  TruthField field;
  field.kind = TruthField::Kind::kUnset;
  return field;
}

TEST(Render, EnergiesInEachUnit) {
  const std::int64_t value = 1'581'123 * kWattHour;
  EXPECT_EQ(import(value, "F9(3,3) kWh"), "001581.123*kWh");
  EXPECT_EQ(import(value, "F10(3,3) Wh"), "1581123.000*Wh");
  EXPECT_EQ(import(value, "F9(3,3) MWh"), "000001.581*MWh");
  EXPECT_EQ(import(value, "I Wh"), "1581123*Wh");
  EXPECT_EQ(import(value, "F9(3,3)"), "001581.123") << "without unit it is the customary one";
  EXPECT_EQ(import(value, "F8(0,3) kWh"), "01581.123*kWh");
  EXPECT_EQ(import(value, "F(3,3) kWh"), "1581.123*kWh");
  EXPECT_EQ(import(0, "F(3,3) kWh"), "0.000*kWh");
  EXPECT_EQ(printed(Quantity::kReactiveQ1, 5 * kWattHour, "F9(3,3) kVArh"), "000000.005*kVArh")
      << "the unit is spelt as the profile spells it";
}

TEST(Render, InstantaneousValuesInEachUnit) {
  EXPECT_EQ(power(1'193'000, "F5(3,3) kW"), "01.193*kW");
  EXPECT_EQ(power(1'193'000, "F6(2,2) kW"), "0001.19*kW");
  EXPECT_EQ(power(1'193'000, "F4(0,0) W"), "1193*W");
  EXPECT_EQ(power(1'193'250, "F7(3,3) W"), "1193.250*W");
  EXPECT_EQ(printed(Quantity::kVoltageL1, 230'100, "F4(1,1) V"), "230.1*V");
  EXPECT_EQ(printed(Quantity::kVoltageL1, 230'100, "F5(4,4) kV"), "0.2301*kV");
  EXPECT_EQ(printed(Quantity::kCurrentL1, 1'420, "F3(0,0) A"), "001*A");
  EXPECT_EQ(printed(Quantity::kCurrentL1, 1'420, "F7(6,6) kA"), "0.001420*kA");
  EXPECT_EQ(printed(Quantity::kFrequency, 49'980, "F4(2,2) Hz"), "49.98*Hz");
  EXPECT_EQ(printed(Quantity::kFrequency, 49'980, "F6(5,5) kHz"), "0.04998*kHz");
  EXPECT_EQ(printed(Quantity::kFactor, 998, "F4(3,3)"), "0.998");
  EXPECT_EQ(printed(Quantity::kDemandPeriod, 900, "F4(0,0) s"), "0900*s");
}

TEST(Render, ReadingsOfTheMedia) {
  EXPECT_EQ(reading(Medium::kGas, 2'012'432'999, "F8(3,3) m3"), "02012.432*m3");
  EXPECT_EQ(reading(Medium::kWater, 872'234'000, "F8(3,3) m3"), "00872.234*m3");
  EXPECT_EQ(reading(Medium::kHeat, 12'345'678'901, "F8(3,3) GJ"), "00012.345*GJ");
  EXPECT_EQ(reading(Medium::kCold, 999'999, "F8(3,3) GJ"), "00000.000*GJ");
  EXPECT_EQ(reading(Medium::kElectricity, 872'234 * kWattHour, "F8(3,3) kWh"), "00872.234*kWh");
}

TEST(Render, RegistersAreCut) {
  EXPECT_EQ(import(1'581'124 * kWattHour - 1, "F9(3,3) kWh"), "001581.123*kWh");
  EXPECT_EQ(import(999'999 * kWattHour, "F6(0,0) kWh"), "000999*kWh");
}

TEST(Render, RegistersWrapLikeMechanicalOnes) {
  EXPECT_EQ(import(1'000'000'000 * kWattHour - 1, "F9(3,3) kWh"), "999999.999*kWh");
  EXPECT_EQ(import(1'000'000'000 * kWattHour, "F9(3,3) kWh"), "000000.000*kWh");
  EXPECT_EQ(import(1'234'567'891 * kWattHour, "F9(3,3) kWh"), "234567.891*kWh");
  EXPECT_EQ(reading(Medium::kGas, 123'456'789'000'000, "F8(3,3) m3"), "56789.000*m3");
  EXPECT_EQ(printed(Quantity::kFailuresLong, 100'007, "I5"), "00007");
}

TEST(Render, InstantaneousValuesAreRoundedHalfUp) {
  EXPECT_EQ(power(525'499, "F5(3,3) kW"), "00.525*kW");
  EXPECT_EQ(power(525'500, "F5(3,3) kW"), "00.526*kW");
  EXPECT_EQ(power(499, "F5(3,3) kW"), "00.000*kW");
  EXPECT_EQ(power(500, "F5(3,3) kW"), "00.001*kW");
  EXPECT_EQ(printed(Quantity::kVoltageL1, 230'049, "F4(1,1) V"), "230.0*V");
  EXPECT_EQ(printed(Quantity::kVoltageL1, 230'050, "F4(1,1) V"), "230.1*V");
  EXPECT_EQ(printed(Quantity::kVoltageL1, 229'500, "I V"), "230*V");
}

TEST(Render, InstantaneousValuesStopAtAllNines) {
  EXPECT_EQ(power(99'999'499, "F5(3,3) kW"), "99.999*kW");
  EXPECT_EQ(power(99'999'500, "F5(3,3) kW"), "99.999*kW") << "rounded, it would be 100.000";
  EXPECT_EQ(power(123'456'000, "F5(3,3) kW"), "99.999*kW");
  EXPECT_EQ(power(-123'456'000, "+F5(3,3) kW"), "-99.999*kW");
}

TEST(Render, SignedFormats) {
  EXPECT_EQ(power(-1'500'000, "+F5(3,3) kW"), "-01.500*kW");
  EXPECT_EQ(power(1'500'000, "+F5(3,3) kW"), "01.500*kW");
  EXPECT_EQ(power(-499, "+F5(3,3) kW"), "00.000*kW") << "no minus before a zero";
  EXPECT_EQ(power(-500, "+F5(3,3) kW"), "-00.001*kW");
  EXPECT_EQ(power(-1'500'000, "F5(3,3) kW"), "00.000*kW") << "an unsigned format cannot say it";
  EXPECT_EQ(printed(Quantity::kFactor, -1000, "+F4(3,3)"), "-1.000");
}

// These used to overflow on the way.
TEST(Render, TheLargestValuesStopSomewhere) {
  EXPECT_EQ(power(INT64_MAX, "F5(3,3) kW"), "99.999*kW");
  EXPECT_EQ(power(INT64_MAX, "F(3,3) kW"), "9223372036854.776*kW");
  EXPECT_EQ(power(INT64_MAX, "F(9,9) W"), "9223372036.854775807*W");
  EXPECT_EQ(power(-INT64_MAX, "+F(3,3) kW"), "-9223372036854.776*kW");
  EXPECT_EQ(import(INT64_MAX, "F(3,3) kWh"), "2562047788.015*kWh");
  EXPECT_EQ(printed(Quantity::kTariff, INT64_MAX, "I4"), "9999");
}

TEST(Render, IntegersAndTimesAndTexts) {
  MeterState state;
  state[Quantity::kTariff] = 2;
  state[Quantity::kTime] = utc(2026, 10, 25, 0, 30).time_since_epoch().count();
  state.texts[Quantity::kMeterId] = "K8 \xFF";
  const auto shown = [&](std::string_view text) { return rendered(layout_of(text), state); };
  EXPECT_EQ(shown("{tariff I}|{tariff I4}"), "2|0002");
  EXPECT_EQ(shown("{time TST}|{time TST12}"), "261025023000S|261025023000");
  EXPECT_EQ(shown("{meter.id S}|{meter.id X}|{meter.name X}|"), "K8 \xFF|4B3820FF||");
  state[Quantity::kTime] = kUnsetTime;
  EXPECT_EQ(shown("{time TST}"), "632525252525S");
}

TEST(Render, RawOctetsAndBraces) {
  EXPECT_EQ(rendered(layout_of("a{raw FF 00 0d}b{{c}}\n"), {}),
            std::string("a\xFF\0\rb{c}\r\n", 10));
}

TEST(Render, ValuesOfLastMonth) {
  MeterState state;
  state[Quantity::kEnergyImport] = 2000 * kWattHour;
  const Layout layout = layout_of("{energy.import@month F9(3,3) kWh}");
  EXPECT_EQ(rendered(layout, state), "000000.000*kWh");
  state.month.emplace();
  (*state.month)[static_cast<std::size_t>(Quantity::kEnergyImport)] = 1000 * kWattHour;
  EXPECT_EQ(rendered(layout, state), "000001.000*kWh");
}

TEST(Render, FailuresInBothOrders) {
  MeterState state;
  state.failures = {{utc(2010, 12, 8, 14, 24), 240}, {std::nullopt, 301}};
  const auto shown = [&](std::string order) {
    return rendered(layout_of("1-0:99.97.0({failures.count I})(0-0:96.7.19){each failures " +
                              order + "}({time TST})({duration F10(0,0) s}){end}\n"),
                    state);
  };
  EXPECT_EQ(shown("newest"),
            "1-0:99.97.0(2)(0-0:96.7.19)(101208152400W)(0000000240*s)"
            "(632525252525S)(0000000301*s)\r\n");
  EXPECT_EQ(shown("oldest"),
            "1-0:99.97.0(2)(0-0:96.7.19)(632525252525S)(0000000301*s)"
            "(101208152400W)(0000000240*s)\r\n");
  state.failures.clear();
  EXPECT_EQ(shown("newest"), "1-0:99.97.0(0)(0-0:96.7.19)\r\n");
}

TEST(Render, PeaksInBothOrders) {
  MeterState state;
  state.peaks = {{utc(2026, 2, 28, 23, 0), utc(2026, 2, 11, 17, 45), 4'329'000},
                 {utc(2026, 1, 31, 23, 0), utc(2026, 1, 9, 18, 0), 5'380'500}};
  const auto shown = [&](std::string order) {
    return rendered(layout_of("0-0:98.1.0({peaks.count I}){each peaks " + order +
                              "}({month TST})({time TST})({power F5(3,3) kW}){end}\n"),
                    state);
  };
  EXPECT_EQ(shown("newest"),
            "0-0:98.1.0(2)(260301000000W)(260211184500W)(04.329*kW)"
            "(260201000000W)(260109190000W)(05.381*kW)\r\n");
  EXPECT_EQ(shown("oldest"),
            "0-0:98.1.0(2)(260201000000W)(260109190000W)(05.381*kW)"
            "(260301000000W)(260211184500W)(04.329*kW)\r\n");
}

TEST(Render, TheChannelStandsInEveryPlace) {
  Layout layout = layout_of("/A\n\n{mbus}\n!\n");
  add_block(layout, Medium::kGas,
            "0-n:24.1.0(003)\n"
            "0-n:24.3.0({time TST12})(00)(60)(1)(0-n:24.2.1)(m3)\n"
            "({reading F8(3,3)})\n");
  add_block(layout, Medium::kUnlinked, "0-n:96.1.0()\nn-n:1.0\n");
  MeterState state;
  MbusDevice gas;
  gas.channel = 2;
  gas.time = utc(2026, 6, 15, 10, 0);
  gas.reading = 24'884'965'000;
  MbusDevice unlinked;
  unlinked.medium = Medium::kUnlinked;
  unlinked.channel = 4;
  state.devices = {gas, unlinked};
  EXPECT_EQ(rendered(layout, state),
            "/A\r\n\r\n"
            "0-2:24.1.0(003)\r\n"
            "0-2:24.3.0(260615120000)(00)(60)(1)(0-2:24.2.1)(m3)\r\n"
            "(24884.965)\r\n"
            "0-4:96.1.0()\r\nn-n:1.0\r\n"
            "!\r\n");
}

/// A text for {meter.id S} with which the CRC of "/{meter.id S}\r\n!" is as wanted.
std::string text_for_crc(const std::function<bool(std::uint16_t)>& wanted) {
  for (int i = 0; i < 2'000'000; ++i) {
    const std::string text = std::to_string(i);
    if (wanted(test::bitwise_crc("/" + text + "\r\n!"))) return text;
  }
  ADD_FAILURE() << "no text found";
  return "";
}

std::string with_crc(const std::string& form, const std::string& text) {
  MeterState state;
  state.texts[Quantity::kMeterId] = text;
  const std::string telegram = rendered(layout_of("/{meter.id S}\n!{crc " + form + "}\n"), state);
  const std::string before = "/" + text + "\r\n!";
  EXPECT_EQ(telegram.substr(0, before.size()), before);
  EXPECT_EQ(telegram.substr(telegram.size() - 2), "\r\n");
  return telegram.substr(before.size(), telegram.size() - before.size() - 2);
}

std::string formatted(const char* format, unsigned value) {
  char buffer[8];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

TEST(Render, EachFormOfTheCrc) {
  // One leading zero, and a letter in the rest.
  const std::string text = text_for_crc(
      [](std::uint16_t crc) { return crc < 0x1000 && crc > 0xFF && (crc & 0xF0) >= 0xA0; });
  const unsigned crc = test::bitwise_crc("/" + text + "\r\n!");
  EXPECT_EQ(with_crc("X4", text), formatted("%04X", crc));
  EXPECT_EQ(with_crc("x4", text), formatted("%04x", crc));
  EXPECT_EQ(with_crc("X", text), formatted("%X", crc));
  EXPECT_EQ(with_crc("X", text).size(), 3U);
}

TEST(Render, ACrcOfZeroKeepsADigit) {
  const std::string text = text_for_crc([](std::uint16_t crc) { return crc == 0; });
  EXPECT_EQ(with_crc("X4", text), "0000");
  EXPECT_EQ(with_crc("X", text), "0");
}

TEST(Render, AppendsToWhatIsThere) {
  const Layout layout = layout_of("/A\n!{crc X4}\n");
  std::string telegram = "noise";
  render(layout, {}, amsterdam(), telegram);
  EXPECT_EQ(telegram, "noise/A\r\n!" + formatted("%04X", test::bitwise_crc("/A\r\n!")) + "\r\n");
}

TEST(Truth, TellsWhatEachHoleSays) {
  Layout layout = layout_of(
      "/KFM5 {meter.name S}\n"
      "\n"
      "1-3:0.2.8(42)\n"
      "0-0:1.0.0({time TST})\n"
      "0-0:96.1.1({meter.id X})\n"
      "1-0:1.8.1({energy.import.t1 F9(3,3) kWh})\n"
      "1-0:16.7.0({power.net +F5(3,3) kW})\n"
      "0-0:96.14.0({tariff I4})\n"
      "0-0:96.13.0()\n"
      "1-0:99.97.0({failures.count I})(0-0:96.7.19){each failures newest}({time TST})"
      "({duration F10(0,0) s}){end}\n"
      "{mbus}\n"
      "!\n");
  add_block(layout, Medium::kGas,
            "0-n:96.1.0({id X})\n0-n:24.3.0({time TST12})(00)(0-n:24.2.1)(m3)\n"
            "({reading F8(3,3)})\n0-n:24.4.0({valve I1})\n");
  MeterState state;
  const sys_seconds now = utc(2026, 6, 15, 10, 0);
  state[Quantity::kTime] = now.time_since_epoch().count();
  state[Quantity::kEnergyImportT1] = 1'000'001'999 * kWattHour;
  state[Quantity::kPowerNet] = -525'500;
  state[Quantity::kTariff] = 2;
  state.texts[Quantity::kMeterId] = "AB";
  state.texts[Quantity::kMeterName] = "unheard";
  state.failures = {{now, 240}, {std::nullopt, 301}};
  MbusDevice gas;
  gas.channel = 3;
  gas.id = "G1";
  gas.reading = 2'012'432'999;
  state.devices = {gas};

  Truth truth = {{Obis{9, 9, 9, 9, 9}, {}}};
  const std::string telegram = rendered(layout, state, &truth);
  EXPECT_THAT(
      truth,
      ElementsAre(
          TruthEntry{{1, 3, 0, 2, 8}, {text("42")}}, TruthEntry{{0, 0, 1, 0, 0}, {instant(now)}},
          TruthEntry{{0, 0, 96, 1, 1}, {text("4142")}},
          TruthEntry{{1, 0, 1, 8, 1}, {number(1'999, 3, "kWh")}},  // wrapped, as printed
          TruthEntry{{1, 0, 16, 7, 0}, {number(-526, 3, "kW")}},   // rounded, as printed
          TruthEntry{{0, 0, 96, 14, 0}, {number(2, 0, "")}},
          TruthEntry{{0, 0, 96, 13, 0}, {text("")}},
          TruthEntry{{1, 0, 99, 97, 0},
                     {number(2, 0, ""), text("0-0:96.7.19"), instant(now), number(240, 0, "s"),
                      unset(), number(301, 0, "s")}},
          TruthEntry{{0, 3, 96, 1, 0}, {text("4731")}},
          // A line that begins with a bracket continues the one before.
          TruthEntry{
              {0, 3, 24, 3, 0},
              {unset(), text("00"), text("0-3:24.2.1"), text("m3"), number(2'012'432, 3, "")}},
          TruthEntry{{0, 3, 24, 4, 0}, {number(1, 0, "")}}));
  EXPECT_THAT(telegram, ::testing::HasSubstr("1-0:1.8.1(000001.999*kWh)\r\n"));
  EXPECT_THAT(telegram, ::testing::HasSubstr("1-0:16.7.0(-00.526*kW)\r\n"));
}

TEST(Truth, ABracketWithMoreThanAHoleIsText) {
  MeterState state;
  state[Quantity::kLimitCurrent] = 65'000;
  Truth truth;
  rendered(layout_of("1-1:31.4.0({limit.current F3(1,1) A},-65.0*A)\n"
                     "0-0:96.13.0(about {limit.current F3(1,1) A})(x)\n"),
           state, &truth);
  EXPECT_THAT(truth, ElementsAre(TruthEntry{{1, 1, 31, 4, 0}, {text("65.0*A,-65.0*A")}},
                                 TruthEntry{{0, 0, 96, 13, 0}, {text("about 65.0*A"), text("x")}}));
}

TEST(Truth, HolesOutsideDataLinesSayNothing) {
  MeterState state;
  state.texts[Quantity::kMeterVersion] = "5";
  Truth truth;
  EXPECT_EQ(rendered(layout_of("/ISK5(x){meter.version S}\n\nno code({meter.version S})\n!\n"),
                     state, &truth),
            "/ISK5(x)5\r\n\r\nno code(5)\r\n!\r\n");
  EXPECT_THAT(truth, IsEmpty());
}

}  // namespace
}  // namespace p1rig::render_test
