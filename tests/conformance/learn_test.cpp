// A profile from what a meter sends: it gives the telegram back, and goes on as the meter does.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "conformance/learn/known_objects.h"
#include "conformance/learn/learn_series.h"
#include "conformance/learn/meter_template.h"
#include "conformance/learn/profile_text.h"
#include "conformance/learn/whole_telegram.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/evidence.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"
#include "tests/conformance/telegrams.h"

namespace p1rig::learn_test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kMoment{seconds{1'780'000'000}};

std::string sent_by(const std::shared_ptr<const Profile>& profile, sys_seconds t,
                    std::uint64_t seed = 1) {
  const auto scenario =
      std::make_shared<const Scenario>(constant_load(*profile, t - std::chrono::hours{1}));
  Meter meter(profile, scenario, seed);
  std::string telegram;
  meter.print(t, telegram);
  return telegram;
}

/// With digits as 9, and S as W: what a telegram is but for its values.
std::string shape_of(std::string telegram) {
  telegram.resize(telegram.rfind('!'));
  for (std::size_t at = 0; at < telegram.size(); ++at) {
    char& c = telegram[at];
    if (c >= '0' && c <= '9') c = '9';
    if (c == 'S' && at > 0 && telegram[at - 1] == '9') c = 'W';
  }
  return telegram.substr(telegram.find('\n'));
}

LearnedProfile learned_from(const std::string& telegram, const Dialect& dialect,
                            const std::string& zone) {
  LearnedProfile learned;
  learned.name = "learned";
  learned.country = "NL";
  learned.zone = zone;
  learned.dialect = &dialect;
  learned.example_file = "learned.txt";
  learned.source = "a test";
  const Telegram decoded = decode_telegram(telegram);
  learned.identification = decoded.identification;
  learned.telegram =
      learn_telegram(decoded, {.dialect = &dialect, .summer_time = !zone.starts_with("Etc/")});
  return learned;
}

TEST(Learn, GivesBackWhatEveryProfileSends) {
  std::size_t shapes = 0, alike = 0;
  std::string odd;
  for (const auto& [name, file] : list_profiles()) {
    const auto loaded = load_profile(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto profile = std::make_shared<const Profile>(*loaded);
    for (int i = 0; i < 3; ++i) {
      const sys_seconds t = kMoment + seconds{i * 5'123'457};
      const std::string telegram = sent_by(profile, t, static_cast<std::uint64_t>(i + 1));
      const std::string text =
          profile_text(learned_from(telegram, *profile->dialect, profile->zone.name()));
      auto again = parse_profile(name + ".toml", text);
      ASSERT_TRUE(again) << name << "\n" << again.error().message << text;
      EXPECT_EQ(render_example(*again), telegram) << name;
      const auto shared = std::make_shared<const Profile>(std::move(*again));
      const sys_seconds other = t + seconds{3'000'600};
      const bool same = shape_of(sent_by(profile, other)) == shape_of(sent_by(shared, other));
      ++shapes;
      alike += same ? 1U : 0U;
      if (!same) odd += name + " ";
    }
  }
  EXPECT_GE(alike * 100, shapes * 99) << "in another shape at another moment: " << odd;
}

TEST(Learn, KnowsOnlyQuantitiesThatThereAre) {
  std::set<std::string_view> names;
  for (const QuantityRow& row : quantities()) names.insert(row.name);
  for (int c = 0; c < 100; ++c) {
    for (int d = 0; d < 100; ++d) {
      for (const int a : {0, 1}) {
        const Obis code{static_cast<std::uint8_t>(a), 0, static_cast<std::uint8_t>(c),
                        static_cast<std::uint8_t>(d), 0};
        const KnownObject* const object = find_known_object(code, "");
        if (object == nullptr) continue;
        EXPECT_TRUE(names.contains(object->quantity)) << object->quantity;
      }
    }
  }
}

TEST(Learn, KeepsWhatItDoesNotKnowAndSaysSo) {
  const std::string telegram =
      test::edited(std::string(test::kDutch), "1-0:1.7.0", "0-0:96.99.9(ABC{1})\r\n1-0:1.7.0");
  const LearnedTelegram learned =
      learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("dsmr-5.0")});
  EXPECT_NE(learned.text.find("0-0:96.99.9(ABC{{1}})\n"), std::string::npos) << learned.text;
  EXPECT_TRUE(std::ranges::any_of(learned.notes, [](const std::string& note) {
    return note == "0-0:96.99.9: unknown object, kept as it is";
  }));
}

TEST(Learn, WritesBytesThatAreNoTextAsRaw) {
  const std::string telegram = "/XXX5\r\n\r\n0-0:96.99.9(\x01\xFE)\r\n!\r\n";
  const LearnedTelegram learned =
      learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("dsmr-3.0")});
  EXPECT_EQ(learned.text, "/XXX5\n\n0-0:96.99.9({raw 01}{raw FE})\n!\n");
}

TEST(Learn, TakesTheWidthFromZerosInFrontAndFromTheDialect) {
  const Dialect* const dialect = find_dialect("dsmr-5.0");
  const auto hole_of = [&](const std::string& line) {
    const std::string telegram = "/XXX5\r\n\r\n" + line + "\r\n!\r\n";
    const std::string text = learn_telegram(decode_telegram(telegram), {.dialect = dialect}).text;
    return text.substr(text.find('{'), text.find('}') - text.find('{') + 1);
  };
  EXPECT_EQ(hole_of("1-0:1.8.0(0001.5*kWh)"), "{energy.import F5(1,1) kWh}");
  EXPECT_EQ(hole_of("1-0:1.7.0(12.345*kW)"), "{power.import F5(3,3) kW}");
  EXPECT_EQ(hole_of("1-0:1.8.0(8.7*kWh)"), "{energy.import F(1,1) kWh}");
  EXPECT_EQ(hole_of("1-0:1.7.0(00123*W)"), "{power.import F5(0,0) W}");
}

TEST(Learn, TakesANumberThatCountsForUnpaddedIfItIsShort) {
  const auto text_of = [](const std::string& reading, const NumberForms& numbers) {
    const std::string telegram =
        "/XXX5\r\n\r\n0-1:24.1.0(004)\r\n0-1:24.2.1(260115120000W)(" + reading + ")\r\n!\r\n";
    return learn_telegram(decode_telegram(telegram),
                          {.dialect = find_dialect("dsmr-5.0"), .numbers = numbers})
        .blocks.at("heat");
  };
  EXPECT_NE(text_of("240.860*GJ", {}).find("{reading F(3,3) GJ}"), std::string::npos);
  EXPECT_NE(text_of("2408.600*GJ", {}).find("{reading F(3,3) GJ}"), std::string::npos);
  EXPECT_NE(text_of("0240.860*GJ", {}).find("{reading F7(3,3) GJ}"), std::string::npos);
  // Another telegram had a zero in front.
  EXPECT_NE(text_of("240.860*GJ", {.padded = {{"0-1:24.2.1", 1}}}).find("{reading F6(3,3) GJ}"),
            std::string::npos);
}

TEST(Learn, KnowsThePowerOfAPeakBeforeItsTime) {
  const std::string telegram = "/XXX5\r\n\r\n1-0:1.6.0(36.000*kW)(260115120000W)\r\n!\r\n";
  EXPECT_EQ(learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("emucs-1.7")}).text,
            "/XXX5\n\n1-0:1.6.0({peak.power F5(3,3) kW})({peak.time TST})\n!\n");
}

TEST(Learn, GivesASignToWhatWasNegativeOrHasOneInTheDialect) {
  const auto hole_of = [](const char* dialect, const std::string& value,
                          const NumberForms& numbers = {}) {
    const std::string telegram = "/XXX5\r\n\r\n1-0:13.7.0(" + value + ")\r\n!\r\n";
    const std::string text = learn_telegram(decode_telegram(telegram),
                                            {.dialect = find_dialect(dialect), .numbers = numbers})
                                 .text;
    return text.substr(text.find('{'), text.find('}') - text.find('{') + 1);
  };
  EXPECT_EQ(hole_of("hu-eon", "0.987"), "{factor F4(3,3)}");
  EXPECT_EQ(hole_of("hu-eon", "-0.987"), "{factor +F4(3,3)}");
  EXPECT_EQ(hole_of("hu-eon", "0.987", {.negative = {{"1-0:13.7.0", 0}}}), "{factor +F4(3,3)}");
  EXPECT_EQ(hole_of("lt-eso", "0.987"), "{factor +F4(3,3)}");
}

TEST(Learn, SaysWhetherTheDialectDecidesAboutASign) {
  const auto says = [](const char* dialect, const std::string& line, const std::string& note) {
    const std::string telegram = "/XXX5\r\n\r\n" + line + "\r\n!\r\n";
    const auto notes =
        learn_telegram(decode_telegram(telegram), {.dialect = find_dialect(dialect)}).notes;
    return std::ranges::find(notes, note) != notes.end();
  };
  EXPECT_TRUE(says("lt-eso", "1-0:13.7.0(0.987)",
                   "1-0:13.7.0: was never below zero: a sign there, as in the dialect"));
  EXPECT_TRUE(
      says("dsmr-5.0", "1-0:13.7.0(00.987)",
           "1-0:13.7.0: was never below zero: a sign there, since the dialect does not say"));
}

TEST(Learn, KeepsAMessageThatIsNotInHexadecimal) {
  const std::string telegram =
      "/XXX5\r\n\r\n0-0:96.13.1(XMX_P1CS_V01)\r\n0-0:96.13.0(4142)\r\n!\r\n";
  EXPECT_EQ(learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("dsmr-2.2")}).text,
            "/XXX5\n\n0-0:96.13.1(XMX_P1CS_V01)\n0-0:96.13.0({message.text X})\n!\n");
}

TEST(Learn, NamesTheFirstOfTwoHoursThatHaveNoLetter) {
  const auto device_of = [](const std::string& stamp) {
    const std::string telegram = "/XXX5\r\n\r\n0-1:24.1.0(3)\r\n0-1:96.1.0(3031)\r\n0-1:24.3.0(" +
                                 stamp + ")(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00012.345)\r\n!\r\n";
    const LearnedTelegram learned =
        learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("dsmr-2.2")});
    return learned.devices.at(0).time;
  };
  EXPECT_EQ(device_of("261025020000"), "261025020000S");
  EXPECT_EQ(device_of("261025013000"), "261025013000");
  EXPECT_EQ(device_of("260715020000"), "260715020000");
  EXPECT_EQ(device_of("260329023000"), "") << "the clock was put forward";
}

// Israel's summer begins on the Friday before Europe's, and ends an hour earlier.
TEST(Learn, GoesByTheSummersOfTheZone) {
  using namespace std::chrono_literals;
  const Summer summer{std::chrono::sys_days(2026y / 3 / 27),
                      std::chrono::sys_days(2026y / 10 / 24) + 23h};
  const auto is_a_time = [&](const std::string& stamp) {
    const std::string telegram = "/XXX5\r\n\r\n0-0:1.0.0(" + stamp + ")\r\n!\r\n";
    return learn_telegram(decode_telegram(telegram), {.dialect = find_dialect("dsmr-5.0"),
                                                      .summers = {summer},
                                                      .normal_offset = std::chrono::minutes(120)})
               .text.find("{time TST}") != std::string::npos;
  };
  EXPECT_TRUE(is_a_time("260327015959W"));
  EXPECT_TRUE(is_a_time("260327030000S"));
  EXPECT_FALSE(is_a_time("260327030000W"));
  EXPECT_FALSE(is_a_time("260327015959S"));
  EXPECT_TRUE(is_a_time("261025013000S"));
  EXPECT_TRUE(is_a_time("261025013000W"));
  EXPECT_FALSE(is_a_time("261025023000S"));
}

// --- times ------------------------------------------------------------------------------------------

std::string telegram_at(sys_seconds t, sys_seconds capture, int total_w, int phase_w,
                        std::int64_t register_wh) {
  const auto stamp = [](sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time + std::chrono::hours{1});
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time + std::chrono::hours{1} - day};
    return to_string(Timestamp{static_cast<std::uint8_t>(static_cast<int>(date.year()) - 2000),
                               static_cast<std::uint8_t>(static_cast<unsigned>(date.month())),
                               static_cast<std::uint8_t>(static_cast<unsigned>(date.day())),
                               static_cast<std::uint8_t>(clock.hours().count()),
                               static_cast<std::uint8_t>(clock.minutes().count()),
                               static_cast<std::uint8_t>(clock.seconds().count()), 'W'});
  };
  const auto kw = [](int watts) {
    std::string digits = std::to_string(watts);
    digits.insert(0, 5 - digits.size(), '0');
    return digits.substr(0, 2) + "." + digits.substr(2);
  };
  return "/XXX5\r\n\r\n0-0:1.0.0(" + stamp(t) + ")\r\n1-0:1.8.0(" + std::to_string(register_wh) +
         "*Wh)\r\n1-0:1.7.0(" + kw(total_w) + "*kW)\r\n1-0:21.7.0(" + kw(phase_w) +
         "*kW)\r\n0-1:24.2.1(" + stamp(capture) + ")(00001.000*m3)\r\n!\r\n";
}

TEST(LearnTimes, FindsPeriodCaptureDelayUpdateAndSkew) {
  TimeLearner learner(std::chrono::minutes(60));
  const sys_seconds start{seconds{1'768'435'200}};
  const auto power = [](sys_seconds t) {
    const auto minute = t.time_since_epoch().count() / 60;
    return static_cast<int>(500 + minute * 37 % 400);
  };
  for (seconds passed{0}; passed < std::chrono::hours{3}; passed += seconds{10}) {
    const sys_seconds t = start + passed;
    // Every ten minutes and 137 s past them, 190 s later on the port.
    const auto since = (t - seconds{190 + 137}).time_since_epoch().count();
    const sys_seconds capture{seconds{since - since % 600 + 137}};
    const std::int64_t energy = t.time_since_epoch().count() / 900 % 1000;
    const std::string bytes = telegram_at(t, capture, power(t), power(t - seconds{20}), energy);
    learner.take(decode_telegram(bytes), std::nullopt);
  }
  const LearnedTimes times = learner.finish(*find_dialect("dsmr-5.0"));
  EXPECT_EQ(times.period, seconds(10));
  EXPECT_EQ(times.capture_period, seconds(600));
  EXPECT_EQ(times.capture_offset, seconds(137));
  ASSERT_TRUE(times.capture_delay);
  EXPECT_GE(*times.capture_delay, seconds(190));
  EXPECT_LT(*times.capture_delay, seconds(200));
  EXPECT_EQ(times.register_update, seconds(900));
  EXPECT_EQ(times.phase_skew, seconds(20));
}

// 298 s between two captures may be five minutes, each at another place within them.
TEST(LearnTimes, ConcludesNoPeriodFromOneChangeOfOddLength) {
  TimeLearner learner(std::chrono::minutes(60));
  const sys_seconds t{seconds{1'768'435'200}};
  learner.take(decode_telegram(telegram_at(t, t - seconds{299}, 500, 500, 100)), std::nullopt);
  learner.take(decode_telegram(telegram_at(t + seconds{1}, t - seconds{1}, 500, 500, 100)), {});
  EXPECT_EQ(learner.finish(*find_dialect("dsmr-5.0")).capture_period, std::chrono::minutes(5));
}

TEST(LearnTimes, SaysWhatOneTelegramDoesNotShow) {
  TimeLearner learner(std::chrono::minutes(60));
  const sys_seconds t{seconds{1'768'435'200}};
  learner.take(decode_telegram(telegram_at(t, t, 500, 500, 100)), std::nullopt);
  const LearnedTimes times = learner.finish(*find_dialect("dsmr-5.0"));
  EXPECT_FALSE(times.period);
  EXPECT_FALSE(times.register_update);
  EXPECT_EQ(times.capture_period, std::chrono::minutes(5));
  EXPECT_FALSE(times.notes.empty());
}

TEST(LearnSeries, SeesHowNumbersAreWrittenInAllTelegrams) {
  SeriesLearner series(std::chrono::minutes(60));
  for (const char* lines : {"1-0:1.8.0(99.5*kWh)\r\n1-0:16.7.0(-00.5*kW)\r\n1-0:2.8.0(12.5*kWh)",
                            "1-0:1.8.0(100.5*kWh)\r\n1-0:16.7.0(10.5*kW)\r\n1-0:2.8.0(12.6*kWh)"}) {
    EXPECT_TRUE(
        series.take(decode_telegram("/XXX5A\r\n\r\n" + std::string(lines) + "\r\n!\r\n"), {}));
  }
  const NumberForms forms = series.numbers();
  EXPECT_EQ(forms.any_width, (NumberForms::Places{{"1-0:1.8.0", 0}}));
  EXPECT_EQ(forms.negative, (NumberForms::Places{{"1-0:16.7.0", 0}}));
  EXPECT_EQ(forms.padded, (NumberForms::Places{{"1-0:16.7.0", 0}}));
}

TEST(LearnSeries, RefusesTelegramsOfTwoMeters) {
  SeriesLearner series(std::chrono::minutes(60));
  EXPECT_TRUE(series.take(decode_telegram("/XXX5A\r\n\r\n0-0:96.1.1(3031)\r\n!\r\n"), {}));
  const auto other = series.take(decode_telegram("/XXX5A\r\n\r\n0-0:96.1.1(3032)\r\n!\r\n"), {});
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().message.starts_with("there are two meters")) << other.error().message;
  EXPECT_FALSE(series.take(decode_telegram("/XXX5B\r\n\r\n0-0:96.1.1(3031)\r\n!\r\n"), {}));
}

// --- whole telegrams --------------------------------------------------------------------------------

TEST(WholeTelegram, RestoresLineEndsThatAProgramChanged) {
  const std::string right = test::read_file(std::string(P1RIG_SOURCE_DIR) +
                                            "/captures/printed/dsmr-5.0.2.recomputed-crc.txt");
  std::string changed = right;
  std::erase(changed, '\r');
  const auto whole = whole_telegram(changed);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->bytes, right);
  EXPECT_TRUE(whole->other_line_ends);
  EXPECT_FALSE(whole_telegram(test::edited(right, "1-0:1.7.0(", "1-0:1.7.0(9")));
}

TEST(WholeTelegram, SaysWhatWasWrongWithLineEndsAsADiagnosisDoes) {
  const std::string right = test::read_file(std::string(P1RIG_SOURCE_DIR) +
                                            "/captures/printed/dsmr-5.0.2.recomputed-crc.txt");
  std::string doubled;
  for (const char c : right) doubled += c == '\r' ? std::string("\r\r") : std::string(1, c);
  const auto whole = whole_telegram(doubled);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->bytes, right);
  EXPECT_TRUE(whole->restored.ends_with("(line-ends-doubled)")) << whole->restored;
  EXPECT_EQ(whole_telegram(right)->restored, "");
}

// --- comparison -------------------------------------------------------------------------------------

std::vector<std::string> differences(const std::string& text, const std::string& telegram) {
  std::vector<std::string> found;
  for (const TemplateDifference& each :
       compare(parse_template(text, {"0-n:24.1.0(003)\n0-n:96.1.0({id X})\n"}),
               decode_telegram(telegram))) {
    found.push_back(std::string(to_string(each.kind)) + " " + each.obis);
  }
  return found;
}

TEST(Compare, FindsPresenceOrderWidthUnitAndSpelling) {
  const std::string text =
      "/XXX5A-123\n\n1-0:1.8.0({energy.import F9(3,3) kWh})\n1-0:1.7.0({power.import F5(3,3) kW})\n"
      "{mbus}\n!{crc X4}\n";
  const auto of = [&](const std::string& lines) {
    return differences(text, "/XXX5A-456\r\n\r\n" + test::with_line_ends(lines) + "!0000\r\n");
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(of("1-0:1.8.0(000123.456*kWh)\n1-0:1.7.0(00.123*kW)\n0-2:24.1.0(003)\n"), List{});
  EXPECT_EQ(of("1-0:1.8.0(000123.456*kWh)\n"), List{"missing 1-0:1.7.0"});
  EXPECT_EQ(of("1-0:1.7.0(00.123*kW)\n1-0:1.8.0(000123.456*kWh)\n"), List{"order 1-0:1.8.0"});
  EXPECT_EQ(of("1-0:1.8.0(0123.456*kWh)\n1-0:1.7.0(00.123*W)\n"),
            (List{"width 1-0:1.8.0", "unit 1-0:1.7.0"}));
  EXPECT_EQ(of("1-0:1.8.0*255(000123.456*kWh)\n1-0:1.7.0(00.123*kW)\n1-0:2.7.0(00.000*kW)\n"),
            (List{"spelling 1-0:1.8.0", "unknown 1-0:2.7.0"}));
}

TEST(Compare, SeesHowOftenAnObjectIsThere) {
  const auto of = [](const std::string& text, const std::string& lines) {
    std::vector<std::string> found;
    for (const TemplateDifference& each :
         compare(parse_template("/XXX5\n\n" + text + "!\n", {"0-n:24.1.0(003)\n"}),
                 decode_telegram("/XXX5\r\n\r\n" + test::with_line_ends(lines) + "!\r\n"))) {
      found.push_back(description_of(each));
    }
    return found;
  };
  using List = std::vector<std::string>;
  const std::string once = "1-0:1.7.0({power.import F5(3,3) kW})\n1-0:2.7.0(0)\n{mbus}\n";
  const std::string line = "1-0:1.7.0(00.123*kW)\n", rest = "1-0:2.7.0(0)\n",
                    gas = "0-1:24.1.0(003)\n";
  EXPECT_EQ(of(once, line + rest + gas + "0-2:24.1.0(003)\n"), List{});
  EXPECT_EQ(of(once, line + line + rest),
            List{"1-0:1.7.0: twice in the capture, once in the profile"});
  EXPECT_EQ(of(once, line + rest + line + line),
            List{"1-0:1.7.0: 3 times in the capture, once in the profile"});
  EXPECT_EQ(of(once, line + rest + gas + gas),
            List{"0-1:24.1.0: twice in the capture, once in the profile"});
  const std::string twice = "1-0:1.7.0({power.import F5(3,3) kW})\n1-0:2.7.0(0)\n1-0:1.7.0(x)\n";
  EXPECT_EQ(of(twice, line + rest + "1-0:1.7.0(x)\n"), List{});
  EXPECT_EQ(of(twice, line + rest), List{"1-0:1.7.0: once in the capture, twice in the profile"});
}

TEST(Compare, TakesTheTextOfAMessageForAValue) {
  EXPECT_EQ(differences("/XXX5\n\n0-0:96.13.0(3030\n3030)\n1-0:9.9.9(1)\n!\n",
                        "/XXX5\r\n\r\n0-0:96.13.0(3132\r\n3334)\r\n1-0:9.9.9(2)\r\n!\r\n"),
            std::vector<std::string>{"text 1-0:9.9.9"});
}

TEST(Compare, FindsNoDifferenceBetweenAProfileAndWhatItSends) {
  for (const auto& [name, file] : list_profiles()) {
    const auto loaded = load_profile(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto profile = std::make_shared<const Profile>(*loaded);
    const std::string telegram = sent_by(profile, kMoment);
    for (const TemplateDifference& each :
         compare(parse_template(profile->telegram_text,
                                {profile->mbus_text.begin(), profile->mbus_text.end()}),
                 decode_telegram(telegram))) {
      // Free channels print zeros that are no reading.
      ADD_FAILURE() << name << ": " << description_of(each);
    }
  }
}

}  // namespace
}  // namespace p1rig::learn_test
