#include "simulator/render/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace p1rig::layout_test {
namespace {

using testing::HasSubstr;

/// Where compiling stops and why, as "LINE:COLUMN: message", both from 0.
std::string error_of(std::string_view text, int channel = 0, Medium medium = Medium::kGas) {
  const auto segments = compile_template(text, channel, medium);
  EXPECT_FALSE(segments) << text;
  if (segments) return "";
  return std::to_string(segments.error().line) + ":" + std::to_string(segments.error().column) +
         ": " + segments.error().message;
}

std::string mbus_error(std::string_view text, Medium medium = Medium::kGas) {
  return error_of(text, 1, medium);
}

bool compiles(std::string_view text, int channel = 0, Medium medium = Medium::kGas) {
  return compile_template(text, channel, medium).has_value();
}

TEST(Layout, MarksEntriesAndFieldsAroundTheHoles) {
  const auto segments = compile_template("/ABC\n\n0-0:1.0.0({time TST})\n", 0, Medium::kGas);
  ASSERT_TRUE(segments);
  using Kind = Segment::Kind;
  std::vector<Kind> kinds;
  std::string text;
  for (const Segment& segment : *segments) {
    kinds.push_back(segment.kind);
    if (segment.kind == Kind::kText) text += '<' + segment.text + '>';
  }
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::kText, Kind::kEntry, Kind::kText, Kind::kField,
                                          Kind::kHole, Kind::kText));
  EXPECT_EQ(text, "</ABC\r\n\r\n><0-0:1.0.0(><)\r\n>");
  EXPECT_EQ((*segments)[1].code, (Obis{0, 0, 1, 0, 0}));
}

TEST(Layout, LineEndsAreOurs) {
  const auto unix_ends = compile_template("/A\n\nx\n!\n", 0, Medium::kGas);
  const auto dos_ends = compile_template("/A\r\n\r\nx\r\n!\r\n", 0, Medium::kGas);
  ASSERT_TRUE(unix_ends && dos_ends);
  ASSERT_EQ(unix_ends->size(), 1U);
  EXPECT_EQ(unix_ends->front().text, "/A\r\n\r\nx\r\n!\r\n");
  ASSERT_EQ(dos_ends->size(), 1U);
  EXPECT_EQ(dos_ends->front().text, "/A\r\n\r\nx\r\n!\r\n");
}

TEST(Layout, UnknownNamesAreAnsweredWithTheNearest) {
  EXPECT_EQ(error_of("/ABC\n\n0-0:1.0.0({tme TST})\n"),
            "2:10: unknown quantity \"tme\", did you mean \"time\"?");
  EXPECT_EQ(error_of("{energy.imprt F9(3,3) kWh}"),
            "0:0: unknown quantity \"energy.imprt\", did you mean \"energy.import\"?");
  EXPECT_THAT(error_of("{failures.cuont I}"), HasSubstr("did you mean \"failures.count\"?"));
  EXPECT_EQ(error_of("{xyzzy I}"), "0:0: unknown quantity \"xyzzy\"");
}

TEST(Layout, EachPlaceHasItsOwnNames) {
  EXPECT_THAT(error_of("0-0:1.0.0({duration F10(0,0) s})\n"),
              HasSubstr("0:10: unknown quantity \"duration\""));
  EXPECT_EQ(error_of("{each failures newest}({month TST}){end}"),
            "0:23: unknown quantity \"month\"");
  EXPECT_THAT(error_of("{each peaks newest}({duration I}){end}"), HasSubstr("0:20: "));
  EXPECT_THAT(error_of("{each failures newest}({power.import F5(3,3) kW}){end}"),
              HasSubstr("unknown quantity \"power.import\""));
  EXPECT_THAT(mbus_error("0-n:24.1.0({power.import F5(3,3) kW})\n"),
              HasSubstr("0:11: unknown quantity \"power.import\""));
  EXPECT_EQ(mbus_error("0-n:24.1.0(003)\n0-n:24.2.1({tme TST})\n"),
            "1:11: unknown quantity \"tme\", did you mean \"time\"?");
  EXPECT_THAT(error_of("0-1:24.2.1({reading F8(3,3) m3})\n"),
              HasSubstr("unknown quantity \"reading\""));
}

TEST(Layout, AHoleNeedsAFormatThatSuits) {
  EXPECT_THAT(error_of("{time}"), HasSubstr("0:0: {time …}: no format: expected F9(3,3)"));
  EXPECT_THAT(error_of("x{power.import F5 kW}"),
              HasSubstr("0:1: {power.import …}: \"F5\" is not a format"));
  EXPECT_THAT(error_of("{time F9(3,3)}"), HasSubstr("format F9(3,3) does not fit"));
  EXPECT_THAT(error_of("{meter.id TST}"), HasSubstr("format TST does not fit"));
  EXPECT_THAT(error_of("{meter.id I4}"), HasSubstr("format I4 does not fit"));
  EXPECT_THAT(error_of("{power.import X}"), HasSubstr("format X does not fit"));
  EXPECT_THAT(error_of("{tariff S4}"), HasSubstr("format S4 does not fit"));
  EXPECT_TRUE(compiles("{tariff I4}"));
  EXPECT_TRUE(compiles("{tariff F4(0,0)}"));
  EXPECT_TRUE(compiles("{meter.id S8}"));
  EXPECT_TRUE(compiles("{time TST12}"));
}

TEST(Layout, UnitsMustFitTheQuantity) {
  EXPECT_EQ(error_of("0-0:1.0.0({energy.import F9(3,3) kW})"),
            "0:10: \"kW\" is not a unit of energy.import: expected kWh or similar");
  EXPECT_THAT(error_of("{power.import F5(3,3) kw2}"), HasSubstr("\"kw2\" is not a unit"));
  EXPECT_THAT(error_of("{power.import F5(3,3) kvar}"), HasSubstr("\"kvar\" is not a unit"));
  EXPECT_THAT(error_of("{tariff I4 kWh}"), HasSubstr("\"kWh\" is not a unit of tariff"));
  EXPECT_EQ(error_of("{meter.id X kWh}"), "0:0: a text or a time has no unit");
  EXPECT_EQ(error_of("{time TST s}"), "0:0: a text or a time has no unit");
  EXPECT_THAT(error_of("{energy.import F9(3,3) kWh kWh}"), HasSubstr("0:0: too many words"));
}

TEST(Layout, UnitsMustFitTheMedium) {
  EXPECT_TRUE(compiles("({reading F8(3,3) m3})", 1, Medium::kGas));
  EXPECT_TRUE(compiles("({reading F8(3,3) GJ})", 1, Medium::kHeat));
  EXPECT_TRUE(compiles("({reading F8(3,3) kWh})", 1, Medium::kElectricity));
  EXPECT_EQ(mbus_error("({reading F8(3,3) m3})", Medium::kHeat),
            "0:1: \"m3\" is not a unit of reading: expected GJ or similar");
  EXPECT_THAT(mbus_error("({reading F8(3,3) GJ})", Medium::kWater), HasSubstr("expected m3"));
}

TEST(Layout, ValuesOfLastMonth) {
  EXPECT_TRUE(compiles("{energy.import@month F9(3,3) kWh}"));
  EXPECT_THAT(error_of("{energy.import@year F9(3,3) kWh}"), HasSubstr("0:0: unknown quantity"));
  EXPECT_THAT(mbus_error("({reading@month F9(3,3) m3})"), HasSubstr("0:1: unknown quantity"));
}

TEST(Layout, SingleBraces) {
  EXPECT_THAT(error_of("ab{cd\n}"), HasSubstr("0:2: a single {"));
  EXPECT_THAT(error_of("/A\na}b"), HasSubstr("1:1: a single }"));
  EXPECT_THAT(error_of("{time TST"), HasSubstr("0:0: a single {"));
  EXPECT_THAT(error_of("x{}"), HasSubstr("0:1: an empty hole"));
  EXPECT_THAT(error_of("x{   }"), HasSubstr("0:1: an empty hole"));
}

TEST(Layout, Lists) {
  EXPECT_TRUE(compiles("1-0:99.97.0({failures.count I}){each failures oldest}({time TST}){end}\n"));
  EXPECT_TRUE(compiles("{each peaks newest}({month TST})({time TST})({power F5(3,3) kW}){end}"));
  for (const char* text : {"x{each failures}", "x{each failures first}", "x{each faults newest}",
                           "x{each}", "x{each failures newest newest}"}) {
    EXPECT_THAT(error_of(text), HasSubstr("0:1: expected {each failures newest}")) << text;
  }
  EXPECT_THAT(error_of("{each failures newest}{each peaks newest}{end}{end}"),
              HasSubstr("0:22: {each} inside another {each}"));
  EXPECT_THAT(error_of("a\nb{end}"), HasSubstr("1:1: {end} without {each"));
  EXPECT_THAT(error_of("{each failures newest}({time TST})\n!\n"),
              HasSubstr("2:0: {each failures …} has no {end}"));
}

TEST(Layout, TheMbusBlockStandsAlone) {
  EXPECT_TRUE(compiles("/A\n\n{mbus}\n!\n"));
  EXPECT_TRUE(compiles("/A\r\n\r\n{mbus}\r\n!\r\n"));
  EXPECT_THAT(error_of("/A\nx{mbus}\n"), HasSubstr("1:1: {mbus} must stand alone"));
  EXPECT_THAT(error_of("/A\n{mbus}x\n"), HasSubstr("1:0: {mbus} must stand alone"));
  EXPECT_THAT(error_of("{mbus gas}\n"), HasSubstr("0:0: {mbus} belongs in [telegram]"));
  EXPECT_THAT(mbus_error("{mbus}\n"), HasSubstr("0:0: {mbus} belongs in [telegram]"));
}

TEST(Layout, RawOctets) {
  for (const char* octet : {"GG", "F", "100", "0x1", "-1"}) {
    EXPECT_THAT(error_of("x{raw 00 " + std::string(octet) + "}"), HasSubstr("0:1: ")) << octet;
  }
  EXPECT_THAT(error_of("{raw}"), HasSubstr("0:0: expected {raw FF}"));
}

TEST(Layout, TheCrcStandsAfterTheExclamationMark) {
  EXPECT_TRUE(compiles("/A\n!{crc X4}\n"));
  EXPECT_THAT(error_of("/A\n!{crc}\n"), HasSubstr("1:1: expected {crc X4}, {crc x4} or {crc X}"));
  EXPECT_THAT(error_of("/A\n!{crc X8}\n"), HasSubstr("1:1: expected {crc X4}"));
  EXPECT_THAT(error_of("/A\n{crc X4}\n"), HasSubstr("1:0: {crc …} belongs after the '!'"));
  EXPECT_THAT(mbus_error("!{crc X4}\n"), HasSubstr("0:1: {crc …} belongs after the '!'"));
  EXPECT_THAT(error_of("{each failures newest}!{crc X4}{end}\n"), HasSubstr("0:23: "));
}

TEST(Layout, OneHoleInABracket) {
  EXPECT_EQ(error_of("0-0:1.0.0({time TST}{tariff I4})\n"), "0:20: two holes in one bracket");
  EXPECT_TRUE(compiles("0-0:1.0.0({time TST})({tariff I4})\n"));
  EXPECT_EQ(mbus_error("0-n:24.2.1({id X}{ean X})\n"), "0:17: two holes in one bracket");
  EXPECT_EQ(error_of("1-0:99.97.0(1){each failures newest}({time TST}{duration I s}){end}\n"),
            "0:47: two holes in one bracket");
  EXPECT_TRUE(compiles("/{meter.name S}{meter.version S}\n")) << "an identification has none";
}

// Printing used to run over its buffer with more digits than 64 bits have.
TEST(Layout, NumbersHaveAtMostEighteenDigits) {
  EXPECT_TRUE(compiles("{tariff I18}"));
  EXPECT_EQ(error_of("{tariff I19}"), "0:0: format I19 has more than 18 digits");
  EXPECT_EQ(error_of("{energy.import F30(3,3) kWh}"),
            "0:0: format F30(3,3) has more than 18 digits");
  EXPECT_TRUE(compiles("{energy.import F18(17,17) kWh}"));
  EXPECT_EQ(error_of("{energy.import F(3,18) kWh}"), "0:0: format F(3,18) has more than 18 digits");
}

}  // namespace
}  // namespace p1rig::layout_test
