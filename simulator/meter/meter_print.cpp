#include <algorithm>

#include "simulator/meter/meter_impl.h"
#include "simulator/render/render.h"

namespace p1rig {

using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds Meter::Impl::steady_until() const {
  sys_seconds until = next_boundary();
  const seconds skew = ledger.profile->phase_skew;
  if (skew == seconds{0}) return until;
  // The phases still show what was before.
  const auto consider = [&](sys_seconds t) {
    if (t > ledger.now - skew) until = std::min(until, t + skew);
  };
  consider(next_multiple(ledger.now - skew, kMinute));
  for (const Load& load : scenario->loads) {
    const sys_seconds change = next_change(load, ledger.now - skew);
    if (change != sys_seconds::max()) consider(change);
  }
  return until;
}

std::vector<Growth> Meter::Impl::growths() const {
  const Flow flow = flow_of(loads_at(ledger, ledger.now), ledger.profile->phases_each);
  const int tariff = tariff_now();
  std::vector<Growth> growths;
  if (ledger.profile->register_update == seconds{0}) {
    each_counted(flow, tariff, [&](Quantity quantity, std::int64_t power) {
      growths.push_back({quantity, ledger.state[quantity], power, 1});
    });
  }
  const Ledger::Demands powers = demands_of(flow, follows_apparent);
  for (std::size_t i = 0; i < kDemands.size(); ++i) {
    growths.push_back({kDemands[i].now, ledger.quarter[i], powers[i], kQuarter});
  }
  return growths;
}

void Meter::Impl::print(sys_seconds t, std::string& telegram) {
  const bool goes_on = t >= printing.now && t < printing.until;
  if (goes_on) {
    const auto passed = static_cast<std::uint32_t>((t - printing.now).count());
    printing.now = t;
    if (printing.printer.go_on(passed, telegram)) return;
  }
  advance(t);
  printing.now = printing.until = t;
  // A stencil is of one layout.
  if (printing.profile != ledger.profile)
    printing = {.profile = ledger.profile, .now = t, .until = t};
  const MeterState state = shown();
  const bool steady = printing.printer.print(ledger.profile->layout, ledger.profile->zone, state,
                                             growths(), telegram);
  if (steady) printing.until = steady_until();
}

void Meter::print(sys_seconds t, std::string& telegram) {
  impl_->print(std::max(t, impl_->scenario->start), telegram);
}

Meter::Steady Meter::steady_at(sys_seconds t) {
  impl_->advance(std::max(t, impl_->scenario->start));
  return {impl_->steady_until(), impl_->growths()};
}

const Meter::Impl::Sending& Meter::Impl::sending_at(sys_seconds t) {
  // Going on second by second would cost more than the telegrams do.
  if (t < sending.from || t >= sending.until) {
    advance(t);
    sending = {t, next_boundary(), ledger.booted, ledger.port_on && !ledger.dark(), ledger.profile};
  }
  return sending;
}

bool Meter::sends_at(sys_seconds t) {
  t = std::max(t, impl_->scenario->start);
  const auto& sending = impl_->sending_at(t);
  return sending.on && t >= sending.booted;
}

std::shared_ptr<const Profile> Meter::profile_at(sys_seconds t) {
  return impl_->sending_at(std::max(t, impl_->scenario->start)).profile;
}

bool Meter::supplies_at(sys_seconds t) {
  impl_->advance(std::max(t, impl_->scenario->start));
  return !impl_->ledger.dark();
}

}  // namespace p1rig
