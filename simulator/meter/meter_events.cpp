// What happens to a meter: the events of its scenario, and the devices on its M-Bus.

#include <algorithm>
#include <utility>

#include "simulator/meter/meter_impl.h"
#include "simulator/profile/identity.h"
#include "simulator/random.h"

namespace p1rig {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr seconds kLongFailure{180};  // default threshold (DSMR-P3 4.2.2, 0-0:96.7.20)
constexpr seconds kCountedSag{30};    // default threshold (DSMR-P3 4.2.2 §6.5)
constexpr std::size_t kLoggedFailures = 10;
constexpr std::uint64_t kCaptureStream = 0x63617074;

void forget_captures(LedgerDevice& device) {
  device.captured = false;
  device.pending.reset();
  device.shown.time.reset();
  device.shown.reading = 0;
}

}  // namespace

namespace {

/// The capture of the period that begins at this multiple of it.
sys_seconds capture_of(const CaptureSettings& capture, std::uint64_t seed, sys_seconds begin) {
  const auto turn = static_cast<std::uint64_t>(begin.time_since_epoch() / capture.period);
  const std::int64_t more =
      random_below(random_at(seed, kCaptureStream, turn), capture.spread.count() + 1);
  return begin + capture.offset + seconds{more};
}

}  // namespace

sys_seconds Meter::Impl::next_capture(sys_seconds t) const {
  const auto& settings = ledger.profile->capture;
  const sys_seconds begin = next_multiple(t, settings.period.count()) - settings.period;
  const sys_seconds next = capture_of(settings, seed, begin);
  return next > t ? next : capture_of(settings, seed, begin + settings.period);
}

sys_seconds Meter::Impl::last_capture(sys_seconds t) const {
  const auto& settings = ledger.profile->capture;
  const sys_seconds begin = next_multiple(t, settings.period.count()) - settings.period;
  const sys_seconds last = capture_of(settings, seed, begin);
  return last <= t ? last : capture_of(settings, seed, begin - settings.period);
}

sys_seconds Meter::Impl::last_shown_capture(sys_seconds t) const {
  return last_capture(t - ledger.profile->capture.delay);
}

void Meter::Impl::capture(sys_seconds now) {
  const auto& settings = ledger.profile->capture;
  const bool captures = next_capture(now - seconds{1}) == now && now > scenario->start;
  for (LedgerDevice& device : ledger.devices) {
    if (captures && device.use && device.shown.valve != 0) device.counted += *device.use;
    const bool running = !ledger.dark() && now >= ledger.booted;
    if (captures && device.heard && running) {
      const bool wrong = device.wrong_captures > 0;
      if (wrong) --device.wrong_captures;
      device.pending =
          LedgerDevice::Capture{known_time_now(), wrong ? device.wrong : device.counted};
      if (device.pending->time) *device.pending->time += device.deviation;
    }
    const bool due = next_capture(now - settings.delay - seconds{1}) + settings.delay == now;
    if (due && device.pending) {
      device.shown.time = device.pending->time;
      device.shown.reading = device.pending->reading;
      device.captured = true;
      device.pending.reset();
    }
  }
}

LedgerDevice* Meter::Impl::device_on(int channel) {
  const auto found = std::ranges::find(ledger.devices, channel,
                                       [](const LedgerDevice& d) { return d.shown.channel; });
  return found == ledger.devices.end() ? nullptr : &*found;
}

void Meter::Impl::connect(const ScenarioDevice& device) {
  LedgerDevice entry;
  entry.shown = device.device;
  entry.counted = device.device.reading;
  forget_captures(entry);
  entry.use = device.use;
  entry.stream = ++ledger.devices_seen;
  for (int channel = 1; entry.shown.channel == 0 && channel <= 4; ++channel) {
    if (device_on(channel) == nullptr) entry.shown.channel = channel;
  }
  const auto place =
      std::ranges::lower_bound(ledger.devices, entry.shown.channel, {},
                               [](const LedgerDevice& d) { return d.shown.channel; });
  ledger.devices.insert(place, std::move(entry));
}

void Meter::Impl::take(const PowerFailureEvent& failure) {
  // One failure in another makes it longer.
  if (!ledger.dark()) ledger.dark_since = ledger.now;
  ledger.dark_until = std::max(ledger.dark_until, ledger.now + failure.duration);
  ledger.boot = failure.boot;
}

void Meter::Impl::power_returns() {
  const seconds duration = ledger.now - *ledger.dark_since;
  ledger.dark_since.reset();
  // An update that was going on is not over sooner.
  ledger.booted = std::max(ledger.booted, ledger.now + ledger.boot);
  begin_averages();
  // The new meter was not there during the power failure: its counters do not count it.
  if (std::exchange(ledger.exchanging, false)) return;
  ++ledger.state[Quantity::kFailuresShort];
  if (duration > kLongFailure) {
    ++ledger.state[Quantity::kFailuresLong];
    auto& log = ledger.state.failures;
    log.insert(log.begin(), {known_time_now(), duration.count()});
    if (log.size() > kLoggedFailures) log.pop_back();
  }
}

void Meter::Impl::take(const VoltageEvent& event) {
  ledger.disturbances[event.phase] = {event.voltage, ledger.now, ledger.now + event.duration};
}

void Meter::Impl::end_disturbance(std::size_t phase) {
  auto& disturbance = ledger.disturbances[phase];
  if (!disturbance || ledger.now < disturbance->until) return;
  const seconds duration = disturbance->until - disturbance->since;
  const bool sag = disturbance->voltage < scenario->voltage;
  if (duration >= kCountedSag) {
    ++ledger.state[nth(sag ? Quantity::kSagsL1 : Quantity::kSwellsL1, phase)];
    ledger.state[nth(sag ? Quantity::kSagsL1Duration : Quantity::kSwellsL1Duration, phase)] =
        duration.count();
    ledger.state[nth(sag ? Quantity::kSagsL1Magnitude : Quantity::kSwellsL1Magnitude, phase)] =
        disturbance->voltage;
  }
  disturbance.reset();
}

void Meter::Impl::take(const SetEvent& event) {
  for (const auto& [quantity, text] : event.values) assign(quantity, text);
}

void Meter::Impl::take(const MeterExchangeEvent& event) {
  MeterState& state = ledger.state;
  for (const QuantityRow& row : quantities()) {
    const bool counts = row.kind == QuantityKind::kRegister || row.kind == QuantityKind::kCounter;
    if (counts) state[row.id] = 0;
  }
  for (const DemandRow& demand : kDemands) state[demand.last] = state[demand.max] = 0;
  for (std::size_t i = 0; i < 4; ++i) state[nth(Quantity::kDemandMaxImportT1, i)] = 0;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    state[nth(Quantity::kSagsL1Magnitude, phase)] = 0;
    state[nth(Quantity::kSwellsL1Magnitude, phase)] = 0;
    ledger.disturbances[phase].reset();
  }
  state[Quantity::kPeakPower] = 0;
  state[Quantity::kPeakTime] = clock_now();
  state.failures.clear();
  state.peaks.clear();
  ledger.quarter = {};
  ledger.ten_minutes = {};
  ledger.averaged = false;
  for (std::size_t i = 0; i < kAverages; ++i) state[nth(Quantity::kAverageVoltageL1, i)] = 0;
  for (const auto& [quantity, text] : event.values) assign(quantity, text);
  complete_totals();
  ledger.registers_shown = state.values;
  if (state.month) {
    state.month.reset();
    state.month = state.values;
    (*state.month)[kTimeIndex] = month_start(ledger.now).time_since_epoch().count();
  }
  // It knows the devices that are there, and has heard of none yet.
  std::erase_if(ledger.devices, [](const LedgerDevice& device) { return device.gone; });
  for (LedgerDevice& device : ledger.devices) forget_captures(device);
  ledger.booted = ledger.now;  // an update of the old meter is not the new one's
  if (event.duration == seconds{0}) return begin_averages();
  ledger.dark_since = ledger.now;
  ledger.dark_until = ledger.now + event.duration;
  ledger.boot = seconds{0};
  ledger.exchanging = true;
}

void Meter::Impl::take(const MessageEvent& message) {
  assign(Quantity::kMessageText, message.text);
  assign(Quantity::kMessageCode, message.code);
}

void Meter::Impl::take(const ConnectEvent& event) { connect(event.device); }

void Meter::Impl::take(const DisconnectEvent& event) {
  std::erase_if(ledger.devices,
                [&](const LedgerDevice& device) { return device.shown.channel == event.channel; });
}

void Meter::Impl::take(const ExchangeEvent& event) {
  if (LedgerDevice* old = device_on(event.channel); old != nullptr && event.old_stays) {
    old->heard = false;
    old->gone = true;
    old->pending.reset();
  } else {
    take(DisconnectEvent{event.channel});
  }
  connect(event.device);
}

void Meter::Impl::take(const RadioEvent& event) {
  LedgerDevice* device = device_on(event.channel);
  if (device == nullptr || device->gone) return;
  device->heard = !event.lost;
  if (event.lost) device->pending.reset();
}

void Meter::Impl::take(const ValveEvent& event) {
  if (LedgerDevice* device = device_on(event.channel)) device->shown.valve = event.state;
}

void Meter::Impl::take(const PortEvent& event) { ledger.port_on = event.on; }

void Meter::Impl::take(const RequestEvent&) {}  // the line's business

void Meter::Impl::take(const ClockEvent& event) {
  ledger.clock_unset = event.unset;
  ledger.deviation = event.deviation;
  end_intervals();
  end_month();
}

void Meter::Impl::take(const ReadingEvent& event) {
  LedgerDevice* device = device_on(event.channel);
  if (device == nullptr) return;
  if (event.captures == 0) device->counted = event.reading;
  device->wrong = event.reading;
  device->wrong_captures = event.captures;
}

void Meter::Impl::take(const DeviceClockEvent& event) {
  if (LedgerDevice* device = device_on(event.channel)) device->deviation = event.deviation;
}

void Meter::Impl::take(const GridEvent& event) { ledger.neutral = event.neutral; }

void Meter::Impl::take(const ReadoutEvent& event) { ledger.profile = event.profile; }

void Meter::Impl::take(const FirmwareEvent& event) {
  // Where they have been shown as they grew, they go on from what they are.
  if (ledger.profile->register_update == seconds{0}) ledger.registers_shown = ledger.state.values;
  ledger.profile = event.profile;
  MeterState fresh = event.profile->start;
  identify(fresh, id_seed);
  MeterState& state = ledger.state;
  for (const Quantity quantity : event.brings) {
    const bool names = names_firmware(quantity);
    if (ledger.given.test(static_cast<std::size_t>(quantity)) && !names) continue;
    if (row_of(quantity).kind != QuantityKind::kText) {
      if (state[quantity] == 0) state[quantity] = fresh[quantity];
    } else if (const auto text = fresh.texts.find(quantity); text != fresh.texts.end()) {
      std::string& shown = state.texts[quantity];
      if (shown.empty() || names) shown = text->second;
    }
  }
  ledger.booted = std::max(ledger.booted, ledger.now + event.duration);
}

}  // namespace p1rig
