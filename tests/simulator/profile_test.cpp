#include "simulator/profile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "protocol/crc16.h"
#include "simulator/render/render.h"
#include "simulator/render/stencil.h"
#include "tests/simulator/small_profile.h"

namespace p1rig::profile_test {
namespace {

using namespace std::chrono_literals;
using test::small_profile;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> complaints_about(std::string text) {
  const auto profile = parse_profile("broken.toml", std::move(text));
  EXPECT_FALSE(profile);
  std::vector<std::string> lines;
  if (profile) return lines;
  std::istringstream stream(profile.error().message);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Profile, LoadsWithItsDefaults) {
  const auto profile = parse_profile("folder/small.toml", small_profile());
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, "small");
  EXPECT_EQ(profile->file, "folder/small.toml");
  EXPECT_EQ(profile->dialect->name, "dsmr-5.0");
  EXPECT_EQ(profile->phases, 3);
  EXPECT_EQ(profile->line, (LineSettings{115200, 8, 'N', 1}));
  EXPECT_EQ(profile->schedule, (ScheduleSettings{1s, Phase::kFree, OnRelease::kCut, 0ms}));
  EXPECT_EQ(profile->zone.name(), "Europe/Amsterdam");
  EXPECT_EQ(profile->capture.period, 1h);
  EXPECT_EQ(profile->capture.channels, 0);
  EXPECT_EQ(profile->register_update, 0s);
  EXPECT_FALSE(profile->phases_each);
  EXPECT_TRUE(profile->layout.has_crc);
  EXPECT_FALSE(profile->layout.uses_month);
  EXPECT_EQ(profile->identification, "ISK5\\2M550T-1012");
  EXPECT_EQ(profile->start[Quantity::kBreaker], 1);
  EXPECT_EQ(profile->start[Quantity::kEnergyImportT2], 1'000 * 3'600'000'000);
  EXPECT_EQ(profile->start.texts.at(Quantity::kMeterId), "E0026");
  ASSERT_EQ(profile->start.devices.size(), 1U);
  EXPECT_EQ(profile->start.devices[0].channel, 1);
  EXPECT_EQ(profile->start.devices[0].reading, 500'000'000);
}

TEST(Profile, LoadsWhatItSays) {
  const auto profile = parse_profile("small.toml", replaced(small_profile(), R"([telegram])",
                                                            R"(phase = "edge"
on_release = "finish"
first = "900ms"

[registers]
update = "1h"

[registration]
phases = "each"
phase_skew = "2s"

[unset]
time = "632525252525S"

[[quirk]]
rule = "some-rule"
obis = "0-0:1.0.0"
source = "a field report"

[encryption]
suite = 0
system_title = "5341473500000001"

[telegram])"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->schedule, (ScheduleSettings{1s, Phase::kEdge, OnRelease::kFinish, 900ms}));
  EXPECT_EQ(profile->register_update, 1h);
  EXPECT_TRUE(profile->phases_each);
  EXPECT_EQ(profile->phase_skew, 2s);
  EXPECT_EQ(profile->layout.unset_time, "632525252525S");
  ASSERT_EQ(profile->quirks.size(), 1U);
  EXPECT_EQ(profile->quirks[0].rule, "some-rule");
  ASSERT_TRUE(profile->encryption);
  EXPECT_EQ(profile->encryption->policy, 3);
  EXPECT_EQ(profile->encryption->system_title, std::string("SAG5\0\0\0\x01", 8));
}

// One run shows everything that is wrong, each with the line and column where it stands.
TEST(Profile, AllComplaintsComeAtOnce) {
  const std::string text = R"([meter]
name = "Broken"
brand = "Nobody"
dialect = "dsmr-5.1"
country = "NL"
phases = 2

[line]
framing = "8X1"
period = "10"
zone = "Europe/Amsterdm"
buad = 9600
phase = "rising"

[telegram]
text = '''
/ABC

0-0:1.0.0({tme TST})
!{crc X4}
'''

[mbus.gas]
text = '''
0-n:24.1.0(003)
0-n:24.2.1({time TST})({reading F8(3,3) GJ})
'''

[values]
"energy.imprt" = "1 kWh"
"power.import" = "1.5 kWh"
"tariff" = 2

[[device]]
medium = "gaz"

[colour]
red = 1
)";
  const auto lines = complaints_about(text);
  const auto has = [&](std::string_view line) {
    EXPECT_THAT(lines, ::testing::Contains(StartsWith(std::string(line)))) << line;
  };
  has("broken.toml:4:11: dialect: unknown dialect \"dsmr-5.1\", did you mean \"dsmr-5.0\"?");
  has("broken.toml:6:10: phases: expected 1 or 3");
  has("broken.toml:9:11: framing: \"8X1\" is not a framing");
  has("broken.toml:10:10: period: \"10\" is not a duration");
  has("broken.toml:11:8: zone: \"Europe/Amsterdm\" is not an IANA time zone");
  has("broken.toml:12:8: [line]: unknown key \"buad\", did you mean \"baud\"?");
  has("broken.toml:13:9: phase: \"rising\" is not one of: free, edge");
  has("broken.toml:19:11: unknown quantity \"tme\", did you mean \"time\"?");
  has("broken.toml:26:24: \"GJ\" is not a unit of reading: expected m3");
  has("broken.toml:30:18: [values]: unknown quantity \"energy.imprt\"");
  has("broken.toml:31:18: power.import: \"1.5 kWh\" has the wrong unit");
  has("broken.toml:32:12: tariff: expected a string");
  has("broken.toml:35:10: medium: \"gaz\" is not one of");
  has("broken.toml:37:1: the file: unknown key \"colour\"");
}

TEST(Profile, PlacesInEveryKindOfString) {
  // A bad hole at the second character of the second line, in strings of each kind.
  const auto complaint = [](std::string_view opening, std::string_view line_end) {
    std::string text = replaced(small_profile(), "text = '''\n", "text = " + std::string(opening));
    text = replaced(text, "0-0:1.0.0(", "{x I}");
    if (line_end == "\r\n") {
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
        text.insert(at, 1, '\r');
      }
    }
    return complaints_about(text).front();
  };
  // "text" is line 14 of the file; the identification, a blank line and the hole follow.
  EXPECT_THAT(complaint("'''\n", "\n"), StartsWith("broken.toml:17:1: "));
  EXPECT_THAT(complaint("'''\n", "\r\n"), StartsWith("broken.toml:17:1: "));
  EXPECT_THAT(complaint("'''", "\n"), StartsWith("broken.toml:16:1: "));
}

TEST(Profile, APlaceOnTheLineOfTheQuotes) {
  // "text = '''/{x I}": the hole is the twelfth character.
  const auto lines =
      complaints_about(replaced(small_profile(), "text = '''\n/ISK5", "text = '''/{x I}"));
  EXPECT_THAT(lines, ::testing::Contains(StartsWith("broken.toml:14:12: unknown quantity")));
}

TEST(Profile, MissingTablesAndKeys) {
  EXPECT_THAT(complaints_about(""),
              ElementsAre("broken.toml: [meter] is missing", "broken.toml: [line] is missing",
                          "broken.toml: [telegram] is missing"));
  EXPECT_THAT(complaints_about(replaced(small_profile(), "brand = \"Iskra\"\n", "")),
              ElementsAre("broken.toml:1:1: [meter]: brand is missing"));
}

TEST(Profile, BrokenSyntaxSaysWhere) {
  EXPECT_THAT(complaints_about(replaced(small_profile(), "\"Iskra\"", "Iskra")),
              ElementsAre(StartsWith("broken.toml:3:")));
}

TEST(Profile, CountriesAreThoseOfTheWorld) {
  const auto of = [](std::string_view code) {
    return complaints_about(replaced(small_profile(), "\"NL\"", "\"" + std::string(code) + "\""));
  };
  for (const char* code : {"XX", "nl", "UK", "N ", "NLD", "ED"}) {
    EXPECT_THAT(of(code), ElementsAre(HasSubstr("broken.toml:5:11: country: \"" +
                                                std::string(code) + "\" is not a country")));
  }
  EXPECT_THAT(of("  "), Contains(HasSubstr("broken.toml:5:11: country: is blank")));
  for (const char* code : {"AD", "BE", "SE", "LU", "XK", "ZW"}) {
    const auto known = parse_profile(
        "known.toml", replaced(small_profile(), "\"NL\"", "\"" + std::string(code) + "\""));
    EXPECT_TRUE(known) << code;
  }
}

TEST(Profile, DurationsHaveALimit) {
  const auto complaint = [](std::string_view from, std::string_view to) {
    const auto lines = complaints_about(replaced(small_profile(), from, to));
    return lines.size() == 1 ? lines.front() : std::to_string(lines.size()) + " complaints";
  };
  const std::string line = "period = \"1s\"";
  const auto with = [](const std::string& table) { return table + "\n[telegram]"; };
  EXPECT_EQ(complaint(line, "period = \"400d\""), "broken.toml:10:10: period: expected 1s to 1h");
  EXPECT_EQ(complaint(line, "period = \"0s\""), "broken.toml:10:10: period: expected 1s to 1h");
  EXPECT_EQ(complaint(line, "period = \"1500ms\""),
            "broken.toml:10:10: period: expected whole seconds");
  EXPECT_THAT(complaint(line, ""), HasSubstr("period: is missing"));
  EXPECT_THAT(complaint("[telegram]", with("first = \"1100ms\"")), HasSubstr("than the period"));
  for (const char* key : {"period", "offset", "delay"}) {
    EXPECT_THAT(complaint("[mbus.gas]", "[mbus]\n" + std::string(key) + " = \"400d\"\n[mbus.gas]"),
                HasSubstr("expected"))
        << key;
  }
  EXPECT_THAT(complaint("[mbus.gas]", "[mbus]\noffset = \"1h\"\n[mbus.gas]"),
              HasSubstr("offset: expected less than the period"));
  EXPECT_THAT(complaint("[telegram]", with("[registers]\nupdate = \"500ms\"")),
              HasSubstr("update: expected whole seconds"));
  EXPECT_THAT(complaint("[telegram]", with("[registers]\nupdate = \"25h\"")),
              HasSubstr("update: expected 0s to 1d"));
  EXPECT_THAT(complaint("[telegram]", with("[registration]\nphase_skew = \"61s\"")),
              HasSubstr("phase_skew: expected 0s to 1min"));
}

TEST(Profile, WhatIsMeasuredIsNoValueOfIt) {
  const auto complaints = [](std::string_view value) {
    return complaints_about(
        replaced(small_profile(), "[values]\n", "[values]\n" + std::string(value) + "\n"));
  };
  for (const char* value : {"\"power.import\" = \"1 kW\"", "\"tariff\" = \"1\"",
                            "\"demand.import\" = \"1 kW\"", "\"demand.period\" = \"60 s\""}) {
    EXPECT_THAT(complaints(value), ElementsAre(HasSubstr("is determined by loads"))) << value;
  }
  const auto profile =
      parse_profile("small.toml", replaced(small_profile(), "[values]\n",
                                           "[values]\n\"demand.period\" = \"900 s\"\n"
                                           "\"demand.max.import\" = \"3 kW\"\n"));
  EXPECT_TRUE(profile) << "the interval as it is, and what was the highest before";
}

TEST(Profile, ReadingsOnlyCountUp) {
  const auto complaints = [](std::string_view reading) {
    return complaints_about(replaced(small_profile(), "500 m3", reading));
  };
  EXPECT_THAT(complaints("-1 m3"), ElementsAre(HasSubstr("reading: it only counts up")));
  EXPECT_THAT(complaints("9000000000000 m3"), ElementsAre(HasSubstr("reading: is too large")));
}

TEST(Profile, TheTextMustBeATelegram) {
  const auto complaint = [](std::string_view from, std::string_view to) {
    const auto lines = complaints_about(replaced(small_profile(), from, to));
    return lines.empty() ? "" : lines.front();
  };
  EXPECT_THAT(complaint("/ISK5", "ISK5"), HasSubstr("beginning with '/'"));
  EXPECT_THAT(complaint("!{crc X4}\n", ""), HasSubstr("last line to begin with '!'"));
  EXPECT_THAT(complaint("!{crc X4}\n", "!{crc X4}"), HasSubstr("last line to begin with '!'"));
}

std::string with_crc_key(std::string_view name) {
  return replaced(small_profile(), "[telegram]\n",
                  "[telegram]\ncrc = \"" + std::string(name) + "\"\n");
}

TEST(Profile, SendsTheCrcThatItNames) {
  // The digits: tests/protocol/crc_algorithms_test.cpp shows that these are the algorithms.
  for (const char* name : {"arc", "x-25", "xmodem"}) {
    const auto profile = parse_profile("small.toml", with_crc_key(name));
    ASSERT_TRUE(profile) << profile.error().message;
    std::string telegram;
    render(profile->layout, profile->start, profile->zone, telegram);
    const std::size_t bang = telegram.rfind('!');
    const std::string covered = telegram.substr(0, bang + 1);
    EXPECT_EQ(telegram.substr(bang + 1),
              to_hex(crc_of(*find_crc_algorithm(name), covered)) + "\r\n");
    // Whatever prints faster must not print another CRC.
    const bool fast = Stencil::make(profile->layout, profile->zone, profile->start) != nullptr;
    EXPECT_EQ(fast, std::string_view(name) == "arc");
  }
}

TEST(Profile, KnowsTheCrcAlgorithms) {
  EXPECT_THAT(complaints_about(with_crc_key("x25")),
              ElementsAre(HasSubstr("did you mean \"x-25\"")));
  EXPECT_THAT(complaints_about(with_crc_key("")), ElementsAre(HasSubstr("crc: is empty")));
  EXPECT_THAT(complaints_about(replaced(with_crc_key("x-25"), "!{crc X4}", "!")),
              ElementsAre(HasSubstr("crc: the text has no {crc")));
}

TEST(Profile, DevicesStandInTheOrderOfTheirChannels) {
  const auto with = [](std::string_view devices) {
    return parse_profile("small.toml", small_profile() + std::string(devices));
  };
  const auto skipping = with("[[device]]\nmedium = 'gas'\nchannel = 3\n");
  ASSERT_TRUE(skipping) << skipping.error().message;
  EXPECT_EQ(skipping->start.devices[1].channel, 3);
  const auto next = with("[[device]]\nmedium = 'gas'\n");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->start.devices[1].channel, 2);
  EXPECT_FALSE(with("[[device]]\nmedium = 'gas'\nchannel = 1\n"));
  EXPECT_FALSE(with("[[device]]\nmedium = 'gas'\nchannel = 5\n"));
  EXPECT_TRUE(with("[[device]]\nmedium = 'water'\n")) << "as the dialect has it";
  EXPECT_FALSE(with("[[device]]\nmedium = 'steam'\n"));
  EXPECT_FALSE(with("[[device]]\nmedium = 'unlinked'\n"));
}

TEST(Profile, ShowsMediaOfItsDialectThatTheFileDoesNotMention) {
  const auto profile = parse_profile("small.toml", small_profile());
  ASSERT_TRUE(profile) << profile.error().message;
  MeterState state;
  MbusDevice water, gas;
  water.medium = Medium::kWater;
  water.channel = 2;
  water.id = "W1";
  water.time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 12};
  water.reading = 1'234'000'000;
  gas = water;
  gas.medium = Medium::kGas;
  gas.channel = 1;
  state.devices = {gas, water};
  std::string telegram;
  render(profile->layout, state, profile->zone, telegram);
  EXPECT_THAT(telegram, HasSubstr("0-1:24.2.1(260112010000W)(01234.000*m3)\r\n"
                                  "0-2:24.1.0(007)\r\n0-2:96.1.0(5731)\r\n"
                                  "0-2:24.2.1(260112010000W)(01234.000*m3)\r\n!"))
      << "gas is as the file has it";
  EXPECT_TRUE(profile->layout.has_block(Medium::kCold, 4));
  const auto nowhere = parse_profile(
      "small.toml", replaced(replaced(small_profile(), "{mbus}\n", ""),
                             "[mbus.gas]\ntext = '''\n0-n:24.2.1({time TST})({reading "
                             "F8(3,3) m3})\n'''\n",
                             "[mbus]\n"));
  EXPECT_FALSE(nowhere) << "the telegram has no place for its device";
}

TEST(Profile, EveryFormOfEveryDialectCompiles) {
  for (const Dialect& dialect : dialects()) {
    for (const MbusForm& form : dialect.mbus) {
      const auto medium = find_medium(form.medium);
      ASSERT_TRUE(medium) << dialect.name << ' ' << form.medium;
      for (int channel = 1; channel <= 4; ++channel) {
        Layout layout;
        const auto flaw = layout.compile_block(form.text, channel, *medium);
        EXPECT_FALSE(flaw) << dialect.name << ' ' << form.medium << ": " << flaw->message;
      }
    }
  }
}

TEST(Profile, FreeChannelsAreFilledIn) {
  MeterState state;
  MbusDevice water;
  water.medium = Medium::kWater;
  water.channel = 2;
  state.devices = {water};
  CaptureSettings capture;
  capture.channels = 4;
  fill_free_channels(capture, state);
  std::vector<std::pair<int, Medium>> channels;
  for (const MbusDevice& device : state.devices) {
    channels.emplace_back(device.channel, device.medium);
  }
  EXPECT_THAT(channels,
              ElementsAre(std::pair(1, Medium::kUnlinked), std::pair(2, Medium::kWater),
                          std::pair(3, Medium::kUnlinked), std::pair(4, Medium::kUnlinked)));
  EXPECT_EQ(state.devices[0].time, std::nullopt);
}

TEST(Profile, ChannelsNeedTheirUnlinkedBlock) {
  EXPECT_THAT(complaints_about(small_profile() + "[mbus]\nchannels = 4\n"),
              ElementsAre(HasSubstr("needs [mbus.unlinked]")));
  EXPECT_THAT(complaints_about(small_profile() + "[mbus]\nchannels = 5\n"),
              ::testing::Contains(HasSubstr("channels: expected 0 to 4")));
}

TEST(Profile, QuantitiesAreSetFromWhatPeopleWrite) {
  const Zone zone = Zone::find("Europe/Amsterdam").value();
  MeterState state;
  const auto set = [&](std::string_view name, const std::string& text) {
    return set_quantity(*find_quantity(name), text, zone, state);
  };
  EXPECT_TRUE(set("power.import", "1.5 kW"));
  EXPECT_EQ(state[Quantity::kPowerImport], 1'500'000);
  EXPECT_TRUE(set("meter.id", "any text at all"));
  EXPECT_EQ(state.texts[Quantity::kMeterId], "any text at all");
  EXPECT_TRUE(set("time", "261025023000W"));
  EXPECT_EQ(state[Quantity::kTime], 1'792'891'800) << "2026-10-25T01:30:00Z";
  EXPECT_TRUE(set("time", "2026-10-25T00:30:00Z"));
  EXPECT_EQ(state[Quantity::kTime], 1'792'888'200);
  EXPECT_FALSE(set("time", "yesterday"));
  EXPECT_FALSE(set("power.import", "1.5"));
  EXPECT_EQ(state[Quantity::kPowerImport], 1'500'000) << "an error changes nothing";
}

TEST(Profile, AreFoundByNameAndByPath) {
  const std::string file = P1RIG_SOURCE_DIR "/profiles/kaifa-ma304c.toml";
  const auto by_path = find_profile(file);
  ASSERT_TRUE(by_path) << by_path.error().message;
  EXPECT_EQ(by_path->name, "kaifa-ma304c");
  ASSERT_EQ(::setenv("P1RIG_DATA", P1RIG_SOURCE_DIR, 1), 0);
  const auto by_name = find_profile("kaifa-ma304c");
  const auto unknown = find_profile("kaifa-ma304d");
  const auto profiles = list_profiles();
  ::unsetenv("P1RIG_DATA");
  ASSERT_TRUE(by_name) << by_name.error().message;
  EXPECT_EQ(by_name->file, file);
  EXPECT_EQ(profiles.at("kaifa-ma304c"), file);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message,
              StartsWith("unknown profile \"kaifa-ma304d\", did you mean \"kaifa-ma304"));
  const auto missing = find_profile("./nowhere.toml");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere.toml: cannot be read"));
}

}  // namespace
}  // namespace p1rig::profile_test
