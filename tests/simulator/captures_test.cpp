// No device on the M-Bus shows a capture from when it could not be captured: from before it was
// connected, from while the power was off or the meter booted, its radio was lost, another one had
// taken over, or another electricity meter was there. Made-up lives of every profile with an M-Bus, with
// every event that a scenario can have.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "simulator/meter/meter.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::captures_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr sys_seconds kStart = sys_days{year{2026} / 3 / 2} + 9h + 41min + 17s;

/// What this test knows of a device.
struct Device {
  std::string id;
  int channel = 0;
  sys_seconds since;
  std::vector<std::pair<sys_seconds, sys_seconds>> deaf;
  bool lost = false, gone = false;  ///< deaf until further notice

  void falls_silent(sys_seconds t) {
    if (!lost) deaf.emplace_back(t, sys_seconds::max());
    lost = true;
  }
  void is_back(sys_seconds t) {
    if (lost) deaf.back().second = t;
    lost = false;
  }
};

/// Makes up the events of a life, and keeps a record of what they mean.
class Story {
 public:
  Story(const Profile& profile, std::uint64_t seed) : profile_(profile), random_(seed) {
    for (const MbusDevice& device : profile.start.devices) {
      devices_.push_back({device.id, device.channel, sys_seconds::min(), {}});
    }
    constexpr std::size_t kKinds = std::variant_size_v<decltype(Event::what)>;
    sys_seconds t = kStart;
    for (int i = 0; i < 40; ++i) {
      t += seconds{1 + random_.below(static_cast<std::uint64_t>(profile.capture.period.count()))};
      happen(t, random_.below(kKinds));
    }
    until_ = t + 2 * (profile.capture.period + profile.capture.delay);
  }

  std::vector<Event> take_events() { return std::move(events_); }
  sys_seconds until() const { return until_; }
  const Device* device(const std::string& id) const {
    const auto found = std::ranges::find(devices_, id, &Device::id);
    return found == devices_.end() ? nullptr : &*found;
  }

 private:
  void happen(sys_seconds t, std::size_t kind) {
    switch (kind) {
      case 0:
        return power_failure(t);
      case 1:
        return tell(t, VoltageEvent{0, 190'000, 40s});
      case 2:
        return tell(t, SetEvent{{{Quantity::kBreaker, random_.below(2) == 0 ? "0" : "1"}}});
      case 3:
        return meter_exchange(t);
      case 4:
        return tell(t, MessageEvent{"hello", ""});
      case 5:
        return connect(t, free_channel());
      case 6:
        return disconnect(t);
      case 7:
        return exchange(t);
      case 8:
        return radio(t);
      case 9:
        return valve(t);
      case 10:
        return tell(t, PortEvent{random_.below(2) == 0});
      case 11:
        return tell(t, ClockEvent{});  // stamps by another clock could not be compared
      case 12:
        return tell(t,
                    RequestEvent{random_.below(2) == 0 ? RequestEvent::kOn : RequestEvent::kOff});
      case 13:
        return tell(t,
                    ReadingEvent{0, 0, 1});  // as on a channel of no device: readings are compared
      case 14:
        return tell(t, DeviceClockEvent{});  // and so are stamps
      case 15:
        return tell(t, GridEvent{random_.below(2) == 0});
      default:
        FAIL() << "an event that this test does not know";
    }
  }

  void tell(sys_seconds t, decltype(Event::what) what) {
    Event event;
    event.at = t;
    event.what = std::move(what);
    events_.push_back(std::move(event));
  }

  seconds some_time() {
    return seconds{1 +
                   random_.below(static_cast<std::uint64_t>(2 * profile_.capture.period.count()))};
  }

  /// False without supply, and while it boots: what happens then would end the boot earlier.
  bool is_up(sys_seconds t) const {
    return t >= supplied_ && (deaf_.empty() || t >= deaf_.back().second);
  }

  void power_failure(sys_seconds t) {
    if (!is_up(t)) return;
    const seconds duration = some_time(), boot{random_.below(90)};
    supplied_ = t + duration;
    tell(t, PowerFailureEvent{duration, boot});
    deaf_.emplace_back(t, supplied_ + boot);
  }

  void meter_exchange(sys_seconds t) {
    if (!is_up(t) || random_.below(3) > 0) return;
    const seconds duration = random_.below(2) == 0 ? 0s : some_time();
    supplied_ = t + duration;
    tell(t, MeterExchangeEvent{{}, duration});
    deaf_.emplace_back(t, supplied_);
    meters_.push_back(t);
    for (Device& device : devices_) {
      if (device.gone) device.channel = 0;
    }
  }

  int free_channel() const {
    for (int channel = 1; channel <= 4; ++channel) {
      if (std::ranges::find(devices_, channel, &Device::channel) == devices_.end()) return channel;
    }
    return 0;
  }

  /// One that is still there; nullptr where there is none.
  Device* some_device() {
    std::vector<Device*> there;
    for (Device& device : devices_) {
      if (device.channel != 0 && !device.gone) there.push_back(&device);
    }
    return there.empty() ? nullptr : there[random_.below(there.size())];
  }

  ScenarioDevice new_device(int channel) {
    ScenarioDevice device;
    device.device.channel = channel;
    do {
      device.device.medium = static_cast<Medium>(random_.below(kMediumCount));
    } while (device.device.medium == Medium::kUnlinked ||
             !profile_.layout.has_block(device.device.medium));
    device.device.id = "NEW" + std::to_string(++made_);
    device.device.reading = 5'000'000;
    device.use = 1000;
    return device;
  }

  void connect(sys_seconds t, int channel) {
    if (channel == 0) return;
    const ScenarioDevice device = new_device(random_.below(2) == 0 ? 0 : channel);
    devices_.push_back({device.device.id, channel, t, {}});
    tell(t, ConnectEvent{device});
  }

  void disconnect(sys_seconds t) {
    Device* device = some_device();
    if (device == nullptr) return;
    tell(t, DisconnectEvent{device->channel});
    device->channel = 0;
    device->gone = true;
    device->falls_silent(t);
  }

  void exchange(sys_seconds t) {
    Device* old = some_device();
    const bool stays = random_.below(2) == 0;
    if (old == nullptr || (stays && free_channel() == 0)) return;
    ExchangeEvent event{old->channel, new_device(0), stays};
    old->falls_silent(t);
    old->gone = true;
    if (!stays) old->channel = 0;
    devices_.push_back({event.device.device.id, free_channel(), t, {}});
    tell(t, std::move(event));
  }

  void radio(sys_seconds t) {
    Device* device = some_device();
    if (device == nullptr) return;
    const bool lost = !device->lost;
    lost ? device->falls_silent(t) : device->is_back(t);
    tell(t, RadioEvent{device->channel, lost});
  }

  void valve(sys_seconds t) {
    if (const Device* device = some_device()) {
      tell(t, ValveEvent{device->channel, static_cast<std::int64_t>(random_.below(2))});
    }
  }

 public:
  /// When the meter hears no device.
  const std::vector<std::pair<sys_seconds, sys_seconds>>& deaf() const { return deaf_; }

  /// Since when the meter that is there at `t` is.
  sys_seconds meter_since(sys_seconds t) const {
    const auto after = std::ranges::upper_bound(meters_, t);
    return after == meters_.begin() ? sys_seconds::min() : *(after - 1);
  }

 private:
  const Profile& profile_;
  test::Xorshift random_;
  std::vector<Event> events_;
  std::vector<Device> devices_;
  std::vector<std::pair<sys_seconds, sys_seconds>> deaf_;
  std::vector<sys_seconds> meters_;
  sys_seconds supplied_, until_;
  int made_ = 0;
};

void expect_possible(const Story& story, const MbusDevice& shown, sys_seconds now,
                     const std::string& where) {
  const Device* known = story.device(shown.id);
  ASSERT_NE(known, nullptr) << shown.id << ", " << where;
  if (!shown.time) {
    EXPECT_EQ(shown.reading, 0) << "a reading that nobody captured, " << where;
    return;
  }
  ASSERT_GE(*shown.time, known->since) << shown.id << " from before it was there, " << where;
  ASSERT_GE(*shown.time, story.meter_since(now)) << shown.id << " of the meter before, " << where;
  ASSERT_LE(*shown.time, now) << where;
  for (const auto* deaf : {&story.deaf(), &known->deaf}) {
    for (const auto& [from, until] : *deaf) {
      ASSERT_FALSE(*shown.time >= from && *shown.time < until)
          << shown.id << " captured " << (*shown.time - from).count()
          << " s after it could not be, " << where;
    }
  }
}

/// What was heard all the time since two captures ago has one of them.
void expect_lately(const Story& story, const Profile& profile, const MeterState& state,
                   sys_seconds now, const std::string& where, int& heard) {
  const seconds needed =
      profile.capture.period + profile.capture.spread + profile.capture.delay + 1s;
  for (const MbusDevice& shown : state.devices) {
    const Device* known = story.device(shown.id);
    if (known == nullptr || known->since > now - needed) continue;
    if (story.meter_since(now) > now - needed) continue;
    const auto disturbs = [&](const std::pair<sys_seconds, sys_seconds>& deaf) {
      return deaf.first <= now && deaf.second > now - needed;
    };
    if (std::ranges::any_of(story.deaf(), disturbs)) continue;
    if (std::ranges::any_of(known->deaf, disturbs)) continue;
    ASSERT_TRUE(shown.time.has_value()) << shown.id << ", " << where;
    ASSERT_GE(*shown.time, now - needed) << shown.id << ", " << where;
    ++heard;
  }
}

bool has_mbus(const Profile& profile) {
  for (std::size_t medium = 0; medium < kMediumCount; ++medium) {
    if (static_cast<Medium>(medium) == Medium::kUnlinked) continue;
    if (profile.layout.has_block(static_cast<Medium>(medium))) return true;
  }
  return false;
}

TEST(Captures, AreNeverFromWhenTheyCouldNotBe) {
  constexpr std::uint64_t kStories = 12;
  int profiles = 0, captures = 0, heard = 0, never = 0;
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = std::make_shared<const Profile>(load_profile(file).value());
    if (!has_mbus(*profile)) continue;
    ++profiles;
    for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
      Story story(*profile, seed);
      auto scenario = std::make_shared<Scenario>(constant_load(*profile, kStart));
      scenario->events = story.take_events();
      std::vector<sys_seconds> moments;
      for (auto t = kStart; t < story.until(); t += 97s) moments.push_back(t);
      for (const Event& event : scenario->events) {
        for (const seconds after : {-1s, 0s, 1s}) moments.push_back(event.at + after);
      }
      std::ranges::sort(moments);
      Meter meter(profile, scenario, seed, 1);
      for (const sys_seconds t : moments) {
        const std::string where = name + ", seed " + std::to_string(seed) + ", after " +
                                  std::to_string((t - kStart).count()) + " s";
        const MeterState state = meter.at(t);
        for (const MbusDevice& shown : state.devices) {
          if (shown.medium == Medium::kUnlinked) continue;
          ASSERT_NO_FATAL_FAILURE(expect_possible(story, shown, t, where));
          ++(shown.time ? captures : never);
        }
        ASSERT_NO_FATAL_FAILURE(expect_lately(story, *profile, state, t, where, heard));
      }
    }
  }
  // A sweep that sees no device proves nothing.
  EXPECT_GT(profiles, 30);
  EXPECT_GT(captures, 100'000);
  EXPECT_GT(heard, 10'000);
  EXPECT_GT(never, 1000);
}

// --- the same by hand -----------------------------------------------------------------------------------

/// Where it varies: 8 s after the period each time.
Profile captured_at_8_s(Profile profile) {
  if (profile.capture.spread == 0s) return profile;
  profile.capture.offset = 8s;
  profile.capture.spread = 0s;
  return profile;
}

class Life {
 public:
  Life(const std::string& name, std::vector<std::pair<seconds, decltype(Event::what)>> events)
      : profile_(std::make_shared<const Profile>(captured_at_8_s(find_profile(name).value()))) {
    auto scenario = std::make_shared<Scenario>(constant_load(*profile_, kNoon));
    for (auto& [after, what] : events) {
      Event event;
      event.at = kNoon + after;
      event.what = std::move(what);
      scenario->events.push_back(std::move(event));
    }
    meter_ = std::make_unique<Meter>(profile_, scenario, 1);
  }
  std::string line(seconds after, const std::string& code) {
    std::string telegram;
    meter_->print(kNoon + after, telegram);
    const auto begin = telegram.find("\n" + code + "(");
    if (begin == std::string::npos) return "";
    return telegram.substr(begin + 1, telegram.find("\r\n", begin) - begin - 1);
  }

  static constexpr sys_seconds kNoon = sys_days{year{2026} / 1 / 5} + 12h;

 private:
  std::shared_ptr<const Profile> profile_;
  std::unique_ptr<Meter> meter_;
};

ScenarioDevice gas(const std::string& id) {
  ScenarioDevice device;
  device.device.id = id;
  device.device.channel = 0;
  device.device.reading = 17'000;
  device.use = 1000;
  return device;
}

// The AM550 captures 8 s after every five minutes, and prints 700101010000W where it has nothing.
TEST(Captures, OfADeviceBeginWithItsFirst) {
  Life life("iskra-am550", {{47min + 30s, ExchangeEvent{1, gas("G2"), true}}});
  EXPECT_EQ(life.line(47min + 29s, "0-2:24.2.1"), "");
  EXPECT_EQ(life.line(47min + 30s, "0-2:24.2.1"), "0-2:24.2.1(700101010000W)(00000.000*m3)");
  EXPECT_EQ(life.line(50min + 7s, "0-2:24.2.1"), "0-2:24.2.1(700101010000W)(00000.000*m3)");
  EXPECT_EQ(life.line(50min + 8s, "0-2:24.2.1"), "0-2:24.2.1(260105135008W)(00000.018*m3)");
  EXPECT_EQ(life.line(50min + 8s, "0-1:24.2.1").substr(0, 25), "0-1:24.2.1(260105134508W)");
}

// Luxembourg captures 1 min 40 s after each quarter and shows it 10 minutes later: what was captured
// before the start comes after it.
TEST(Captures, OnTheirWayAtTheStartArrive) {
  const auto profile = std::make_shared<const Profile>(find_profile("sagemcom-smarty-lux").value());
  const sys_seconds start = Life::kNoon + 11min;
  Meter meter(profile, std::make_shared<const Scenario>(constant_load(*profile, start)), 1);
  EXPECT_EQ(meter.at(start).devices.at(0).time, Life::kNoon - 15min + 100s);
  EXPECT_EQ(meter.at(start + 39s).devices.at(0).time, Life::kNoon - 15min + 100s);
  EXPECT_EQ(meter.at(start + 40s).devices.at(0).time, Life::kNoon + 100s);
}

// What these meters print for "never" is not known, so they show the device from its first capture on.
TEST(Captures, DeviceWithoutOneIsNotShownWhereThereIsNoStampForNever) {
  Life life("dsmr-5.0.2-example", {{47min + 30s, ExchangeEvent{1, gas("G2"), true}}});
  EXPECT_EQ(life.line(50min - 1s, "0-2:24.1.0"), "");
  EXPECT_EQ(life.line(50min, "0-2:24.1.0"), "0-2:24.1.0(003)");
  EXPECT_EQ(life.line(50min, "0-2:24.2.1"), "0-2:24.2.1(260105135000W)(00000.018*m3)");
}

TEST(Captures, NoneInTheDarkOrWhileTheMeterBoots) {
  // Dark from 12:04:00 to 12:10:05; it boots until 12:10:15.
  Life life("iskra-am550",
            {{4min, PowerFailureEvent{6min + 5s, 10s}}, {7min, ConnectEvent{gas("G2")}}});
  EXPECT_EQ(life.line(10min + 20s, "0-1:24.2.1").substr(0, 25), "0-1:24.2.1(260105130008W)");
  EXPECT_EQ(life.line(10min + 20s, "0-2:24.2.1"), "0-2:24.2.1(700101010000W)(00000.000*m3)");
  EXPECT_EQ(life.line(15min + 8s, "0-2:24.2.1").substr(0, 25), "0-2:24.2.1(260105131508W)");
}

TEST(Captures, OfTheMeterBeforeAreNotThoseOfTheNext) {
  Life life("iskra-am550",
            {{3min, ExchangeEvent{1, gas("G2"), true}}, {32min, MeterExchangeEvent{{}, 9min}}});
  EXPECT_EQ(life.line(31min, "0-1:24.2.1").substr(0, 25), "0-1:24.2.1(260105130008W)");
  EXPECT_EQ(life.line(41min, "0-1:24.2.1"), "") << "the old gas meter left nothing in the new one";
  EXPECT_EQ(life.line(41min, "0-2:24.2.1"), "0-2:24.2.1(700101010000W)(00000.000*m3)");
  EXPECT_EQ(life.line(45min + 8s, "0-2:24.2.1").substr(0, 25), "0-2:24.2.1(260105134508W)");
}

TEST(Captures, OfTheOldDeviceNeverComeAgain) {
  Life life("iskra-am550",
            {{12min, ExchangeEvent{1, gas("G2"), true}}, {13min, RadioEvent{1, false}}});
  EXPECT_EQ(life.line(30min, "0-1:24.2.1").substr(0, 25), "0-1:24.2.1(260105131008W)");
}

}  // namespace
}  // namespace p1rig::captures_test
