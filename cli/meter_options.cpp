#include "cli/meter_options.h"

#include "simulator/render.h"

namespace p1rig {

int load_meter(const Options& options, MeterOptions& meter) {
  auto profile = find_profile(options.words()[0]);
  if (!profile) return complain(kUsage, profile.error().message);
  meter.profile = std::move(*profile);
  meter.scenario = constant_load(meter.profile);
  return kAsExpected;
}

std::string telegram_at(const MeterOptions& meter, std::chrono::sys_seconds t, Truth* truth) {
  const MeterState state = state_at(meter.profile, meter.scenario, t);
  std::string telegram;
  render(meter.profile.layout, state, meter.profile.zone, telegram, truth);
  return telegram;
}

}  // namespace p1rig
