// How long the state of any moment of the century takes, however far it is from the one before: a meter
// that has run for a while, and one that is new. Each iteration is another moment of 2000 to 2099; the
// counter "slowest" is the longest of them.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/random.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::bench {
namespace {

constexpr std::chrono::sys_seconds kFirst = std::chrono::sys_days(std::chrono::year(2000) / 1 / 2);
constexpr std::chrono::sys_seconds kEnd = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

/// A household that lives in every moment, with a meter of this profile.
struct Home {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;

  explicit Home(const char* name)
      : profile(std::make_shared<const Profile>(find_profile(name).value())),
        scenario(std::make_shared<const Scenario>(find_scenario("household", *profile).value())) {}

  Meter meter() const { return Meter(profile, scenario, 1); }
};

std::chrono::sys_seconds moment(std::uint64_t number) {
  return kFirst + std::chrono::seconds{random_below(random_at(1, number), (kEnd - kFirst).count())};
}

template <class MeterOf>
void run(benchmark::State& state, MeterOf meter_of) {
  using Clock = std::chrono::steady_clock;
  std::uint64_t number = 0;
  std::chrono::duration<double, std::milli> slowest{0};
  for (auto _ : state) {
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(meter_of().at(moment(++number)));
    slowest = std::max<decltype(slowest)>(slowest, Clock::now() - begin);
  }
  state.counters["slowest_ms"] = slowest.count();
}

void run_leaps(benchmark::State& state, const char* name) {
  Meter meter = Home(name).meter();
  run(state, [&]() -> Meter& { return meter; });
}

void run_new(benchmark::State& state, const char* name) {
  const Home home(name);
  run(state, [&] { return home.meter(); });
}

// One with a household's usual objects, one with the peaks of thirteen months, one updated each hour.
BENCHMARK_CAPTURE(run_leaps, dutch, "iskra-am550")->Name("moment/leap/iskra-am550");
BENCHMARK_CAPTURE(run_leaps, belgian, "sagemcom-t211-d-emucs17")
    ->Name("moment/leap/sagemcom-t211-d-emucs17");
BENCHMARK_CAPTURE(run_leaps, swedish, "aidon-6534")->Name("moment/leap/aidon-6534");
BENCHMARK_CAPTURE(run_new, dutch, "iskra-am550")->Name("moment/new_meter/iskra-am550");

}  // namespace
}  // namespace p1rig::bench
