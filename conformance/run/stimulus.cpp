#include "conformance/run/stimulus.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "conformance/run/contract_telegram.h"
#include "conformance/run/telegram_edit.h"
#include "protocol/ascii.h"
#include "protocol/dialect.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/identity.h"
#include "simulator/random.h"
#include "simulator/render/render.h"
#include "simulator/seal/seal.h"
#include "simulator/truth_text.h"

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The moment of the state that all telegrams start from: before the first of them.
const sys_seconds kBegin =
    std::chrono::sys_days{std::chrono::year{2016} / 1 / 12} + std::chrono::hours{10};

/// The clock of telegram `n`, unless its case says otherwise. It advances by `step`, but only on days
/// and at hours that no reader has trouble with, in any zone: away from midnight, from the first and
/// last days of a month, and so from the Sundays on which the clock changes; and it is in the past of
/// any host, since some readers reject what comes from the future.
sys_seconds ordinary_time(std::uint64_t n, seconds step) {
  constexpr std::chrono::hours kFirst{6}, kLast{20};
  constexpr std::uint64_t kFirstDay = 3, kDays = 22;
  const auto a_day = static_cast<std::uint64_t>((kLast - kFirst) / step + 1);
  const std::uint64_t day = n / a_day;
  const auto month = std::chrono::year{2016} / std::chrono::February +
                     std::chrono::months{static_cast<int>(day / kDays)};
  return std::chrono::sys_days{month / static_cast<int>(kFirstDay + day % kDays)} + kFirst +
         static_cast<std::int64_t>(n % a_day) * step;
}

/// True for a CRC that no reader has trouble with: digits and letters, and no zero in front.
bool is_ordinary_crc(std::string_view crc) {
  if (crc.empty()) return true;  // the meter sends none
  const auto digits = std::ranges::count_if(crc, is_digit);
  return crc.front() != '0' && digits > 0 && digits < std::ssize(crc);
}

/// The objects that differ between two telegrams, or that only one of them has.
std::vector<Obis> differing(const ContractValues& a, const ContractValues& b) {
  std::vector<Obis> codes;
  for (const auto& [code, value] : a) {
    const auto other = b.find(code);
    if (other == b.end() || other->second != value) codes.push_back(code);
  }
  for (const auto& [code, value] : b) {
    if (!a.contains(code)) codes.push_back(code);
  }
  return codes;
}

/// A value as a case wrote it, with its times in the meter's zone: for readers that report the wall
/// clock.
ContractValue in_zone(ContractValue value, const Zone& zone) {
  const auto turn = [&](std::string& text) {
    constexpr std::size_t kDate = 10;
    if (text.size() <= kDate || text[kDate] != 'T') return;
    const auto instant = zone.parse_instant(text);
    if (instant) text = iso_time(*instant, zone);
  };
  turn(value.text);
  if (value.at) turn(*value.at);
  if (value.month) turn(*value.month);
  for (ContractValue& item : value.items) item = in_zone(std::move(item), zone);
  return value;
}

/// The momentary values and registers of telegram `n`, all different from those of the one before.
void vary(std::uint64_t n, MeterState& state) {
  const auto number = static_cast<std::int64_t>(n);
  for (const QuantityRow& row : quantities()) {
    const auto index = static_cast<std::int64_t>(row.id);
    const std::int64_t unit = state_units_per_base_unit(row.dimension, row.kind);
    std::int64_t& value = state[row.id];
    const bool electric = row.id >= Quantity::kEnergyImport && row.id < Quantity::kTariff;
    if (!electric || row.id == Quantity::kDemandPeriod) continue;
    switch (row.dimension) {
      case Dimension::kActiveEnergy:
      case Dimension::kReactiveEnergy:
      case Dimension::kApparentEnergy:
        value = (1'000'000 + 100'000 * index + number * (1371 + 16 * index)) * unit;
        break;
      case Dimension::kActivePower:
      case Dimension::kReactivePower:
      case Dimension::kApparentPower:
        value = (120 + number * (37 + 2 * index) % 3701) * unit;
        break;
      case Dimension::kVoltage:
        value = (2220 + (number * 3 + index) % 151) * unit / 10;
        break;
      case Dimension::kCurrent:
        value = (100 + (number * 7 + index) % 17 * 100 + number % 89) * unit / 100;
        break;
      case Dimension::kFrequency:
        value = (4990 + number * 3 % 19) * unit / 100;
        break;
      default:
        break;
    }
  }
  if (state[Quantity::kTariff] != 0) state[Quantity::kTariff] = 1 + number % 2;
  state[Quantity::kEnergyImport] =
      state[Quantity::kEnergyImportT1] + state[Quantity::kEnergyImportT2];
  state[Quantity::kEnergyExport] =
      state[Quantity::kEnergyExportT1] + state[Quantity::kEnergyExportT2];
}

/// What is known without making a telegram.
std::optional<std::string> is_about_others(const Case& one, const Profile& profile) {
  if (!matches_any_glob(one.dialects, profile.dialect->name)) return "it is about other dialects";
  if (!one.profiles.empty() && !matches_any_glob(one.profiles, profile.name)) {
    return "it is about other meters";
  }
  const bool about_seals = std::ranges::find(one.needs, "key") != one.needs.end();
  if (about_seals && !is_sealed(profile)) return "this meter sends plain telegrams";
  return std::nullopt;
}

}  // namespace

bool is_sealed(const Profile& profile) {
  return profile.encryption && profile.encryption->policy != 0;
}

struct StimulusMaker::Impl {
  std::shared_ptr<const Profile> profile;
  std::uint64_t seed;
  MeterState base;  ///< all telegrams start from it; what cases ask for is added
  std::optional<TelegramSealer> sealer;
  std::string own_key;  ///< its check value: a fault may change the key
  bool begins_case = false;
  std::uint64_t made = 0;

  Impl(std::shared_ptr<const Profile> its_profile, std::uint64_t its_seed,
       const std::optional<FrameKeys>& keys, std::uint64_t id_seed)
      : profile(std::move(its_profile)),
        seed(its_seed),
        base(Meter(profile, std::make_shared<const Scenario>(constant_load(*profile, kBegin)), seed,
                   id_seed)
                 .at(kBegin)) {
    if (!keys || !is_sealed(*profile)) return;
    sealer.emplace(*keys, system_title_of(*profile, id_seed));
    sealer->remember_frames();
    own_key = sealer->key_check_value();
  }

  seconds step() const { return profile->capture.period + profile->dialect->period; }

  /// The state of the next telegram; at another moment if the step names one.
  Result<MeterState> next_state(const CaseStep* step) {
    ++made;
    return state_of(step);
  }

  Result<MeterState> state_of(const CaseStep* step) const {
    MeterState state = base;
    vary(made, state);
    sys_seconds t = ordinary_time(made, this->step());
    if (step != nullptr && step->time) {
      const auto asked = profile->zone.parse_instant(*step->time);
      if (!asked) return fail("time: " + asked.error().message);
      t = *asked;
    }
    state[Quantity::kTime] = t.time_since_epoch().count();
    for (MbusDevice& device : state.devices) read_device(device, t, made);
    return state;
  }

  void read_device(MbusDevice& device, sys_seconds t, std::uint64_t n) const {
    if (device.medium == Medium::kUnlinked) return;
    const CaptureSettings& capture = profile->capture;
    const auto since = (t - capture.delay - capture.offset).time_since_epoch();
    const auto whole = since / capture.period * capture.period;
    device.time = sys_seconds{whole + capture.offset};
    const std::int64_t unit =
        state_units_per_base_unit(dimension_of(device.medium), QuantityKind::kRegister);
    device.reading += static_cast<std::int64_t>(n % 50'000) * 137 * unit / 1000;
    if (dimension_of(device.medium) == Dimension::kHeat) {
      device.reading = static_cast<std::int64_t>(1000 + n % 50'000) * 10'000'000 * unit;
    }
  }

  Result<void> change(const CaseStep& step, MeterState& state) const {
    for (const auto& [name, value] : step.set) {
      const auto done = set_quantity(*find_quantity(name), value, profile->zone, state);
      if (!done) return fail(name + ": " + done.error().message);
    }
    if (step.devices) {
      auto done = set_devices(*step.devices, state);
      if (!done) return done;
    }
    const sys_seconds t{seconds{state[Quantity::kTime]}};
    if (step.failures) {
      if (!profile->layout.lists_failures()) return fail("this meter has no failure log");
      state.failures.clear();
      for (int i = 0; i < *step.failures; ++i) {
        state.failures.push_back({t - std::chrono::days{3 * i + 1}, 240 + 17 * i});
      }
      state[Quantity::kFailuresLong] = *step.failures;
    }
    if (step.peaks) {
      if (!profile->layout.lists_peaks()) return fail("this meter has no list of month peaks");
      set_peaks(*step.peaks, t, state);
    }
    return {};
  }

  static void set_peaks(int count, sys_seconds t, MeterState& state) {
    state.peaks.clear();
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(t)};
    for (int i = 0; i < count; ++i) {
      const auto month = today.year() / today.month() - std::chrono::months{i};
      const sys_seconds end = std::chrono::sys_days{month / 1};
      constexpr std::int64_t kMilliwatts = 1000;
      state.peaks.push_back({.month_end = end,
                             .time = end - std::chrono::days{2 + i} - std::chrono::minutes{45},
                             .power = (4321 + 111 * i) * kMilliwatts});
    }
  }

  Result<void> set_devices(const std::vector<CaseDevice>& devices, MeterState& state) const {
    const sys_seconds t{seconds{state[Quantity::kTime]}};
    state.devices.clear();
    for (const CaseDevice& asked : devices) {
      const Medium medium = *find_medium(asked.medium);
      if (!profile->layout.has_block(medium, asked.channel)) {
        return fail("this meter prints no " + asked.medium + " on its M-Bus");
      }
      MbusDevice device;
      device.medium = medium;
      device.channel = asked.channel;
      if (medium != Medium::kUnlinked) {
        device.id = asked.id.value_or(fmt::format("G00{:02}{:012}", asked.channel, made));
        device.ean = device.id;
        const Dimension dimension = dimension_of(medium);
        const auto reading =
            parse_state_value(dimension, QuantityKind::kRegister, customary_unit(medium),
                              asked.reading.value_or(fmt::format(
                                  "{}.000 {}", 100 * asked.channel + 11, customary_unit(medium))));
        if (!reading) return fail("reading: " + reading.error().message);
        device.reading = *reading;
        if (!asked.reading) {
          read_device(device, t, made);
        } else {
          const std::int64_t kept = device.reading;
          read_device(device, t, made);
          device.reading = kept;
        }
        if (asked.unset) device.time.reset();
      }
      state.devices.push_back(std::move(device));
    }
    fill_free_channels(profile->capture, state);
    return {};
  }

  /// What a telegram made from this state says.
  ContractTelegram meaning_of(const MeterState& state, std::string& text) const {
    Truth truth;
    render(profile->layout, state, profile->zone, text, &truth);
    return contract_telegram(state, truth, *profile);
  }

  /// True if this telegram can be sent with that CRC: a case may ask how it begins; all others must be
  /// such that no reader stumbles over them.
  static Result<bool> is_right_crc(std::string_view crc, const CaseStep* step) {
    if (step == nullptr || step->crc.empty()) return is_ordinary_crc(crc);
    if (crc.empty()) return fail("the telegrams of this meter have no CRC");
    return crc.starts_with(step->crc);
  }

  /// Nothing if its CRC is unsuitable.
  Result<std::optional<Stimulus>> make(const Case& one, const CaseStep& step, int number) {
    auto state = next_state(&step);
    if (!state) return tl::make_unexpected(state.error());
    if (auto changed = change(step, *state); !changed) return tl::make_unexpected(changed.error());
    std::string text;
    SentTelegram sent;
    sent.name = number == 1 ? step.id : step.id + " " + std::to_string(number);
    sent.meant = meaning_of(*state, text);
    TelegramEditor editor(std::move(text), sent.meant, *profile->layout.crc_algorithm);
    if (auto edited = editor.apply(step); !edited) return tl::make_unexpected(edited.error());
    const auto is_right = is_right_crc(crc_in(editor.text()), &step);
    if (!is_right) return tl::make_unexpected(is_right.error());
    if (!*is_right) return std::nullopt;
    std::string unchanged;
    const ContractTelegram usual = meaning_of(*state_of(nullptr), unchanged);
    sent.expectation.uncertain = editor.uncertain();
    sent.asked = editor.uncertain();
    const auto written = one.expect.find(step.id);
    if (written != one.expect.end()) {
      if (auto done = expect(written->second, editor, sent); !done) {
        return tl::make_unexpected(done.error());
      }
    }
    std::ranges::copy(differing(sent.meant.values, usual.values), std::back_inserter(sent.asked));
    const bool needs_mbus = std::ranges::find(one.needs, "mbus") != one.needs.end();
    sent.asks_devices = needs_mbus || sent.meant.mbus != usual.mbus;
    auto stimulus = finish(editor.take_text(), std::move(sent), &step);
    if (!stimulus) return tl::make_unexpected(stimulus.error());
    stimulus->wait = step.wait;
    const std::string& bytes = stimulus->emission.bytes;
    const auto differs = std::ranges::mismatch(bytes, unchanged).in1;
    if (differs != bytes.end()) {
      stimulus->special = static_cast<std::size_t>(differs - bytes.begin());
    }
    return std::move(*stimulus);
  }

  Result<void> expect(const CaseExpectation& written, const TelegramEditor& editor,
                      SentTelegram& sent) const {
    Expectation& expectation = sent.expectation;
    expectation.whole = written.whole;
    expectation.may_repeat = written.may_repeat;
    if (written.mbus) sent.meant.mbus = written.mbus;
    for (const auto& [code, value] : written.literal) {
      const auto found = editor.code(code);
      if (!found) return tl::make_unexpected(found.error());
      expectation.literal[*found] = in_zone(value, profile->zone);
      std::erase(expectation.uncertain, *found);
      sent.asked.push_back(*found);
    }
    for (const auto& [codes, into] : {std::pair{&written.absent, &expectation.absent},
                                      std::pair{&written.invalid, &expectation.invalid},
                                      std::pair{&written.optional, &expectation.optional},
                                      std::pair{&written.anything, &expectation.uncertain}}) {
      for (const std::string& code : *codes) {
        const auto found = editor.code(code);
        if (!found) return tl::make_unexpected(found.error());
        std::erase(expectation.uncertain, *found);
        into->push_back(*found);
        sent.asked.push_back(*found);
      }
    }
    return {};
  }

  Result<Stimulus> finish(std::string text, SentTelegram sent, const CaseStep* step) {
    Emission emission{.bytes = std::move(text), .crc_algorithm = profile->layout.crc_algorithm};
    // Nothing of the case before is left.
    const bool begins = std::exchange(begins_case, false);
    if (sealer && (begins || step == nullptr)) {
      emission.seal.new_key = sealer->key_check_value() != own_key;
    }
    Result<bool> sealed = true;
    const auto seal = [&](Emission& telegram) { sealed = sealer->seal(telegram); };
    if (step != nullptr) {
      for (const FaultRequest& fault : step->faults) {
        auto why = cannot_apply(fault, emission, sealer.has_value());
        if (why) return tl::make_unexpected(std::move(*why));
      }
    }
    const std::vector<FaultRequest> none;
    const sys_seconds t = ordinary_time(made, this->step());
    apply_faults(step == nullptr ? none : step->faults, seed, made, t, emission,
                 sealer ? std::function<void(Emission&)>(seal) : nullptr);
    if (!sealed) return tl::make_unexpected(sealed.error());
    return Stimulus{.emission = std::move(emission), .telegram = std::move(sent)};
  }
};

StimulusMaker::StimulusMaker(std::shared_ptr<const Profile> profile, std::uint64_t seed,
                             std::optional<FrameKeys> keys, std::optional<std::uint64_t> id_seed)
    : impl_(std::make_unique<Impl>(std::move(profile), seed, keys, id_seed.value_or(seed))) {}
StimulusMaker::~StimulusMaker() = default;
StimulusMaker::StimulusMaker(StimulusMaker&&) noexcept = default;
StimulusMaker& StimulusMaker::operator=(StimulusMaker&&) noexcept = default;

const Profile& StimulusMaker::profile() const { return *impl_->profile; }

void StimulusMaker::begin(std::string_view case_id) {
  impl_->begins_case = true;
  // Registers stay below the maximum of the shortest of them.
  constexpr std::int64_t kPlaces = 25'000;
  std::uint64_t hash = impl_->seed;
  for (const char c : case_id) hash = random_at(hash, static_cast<unsigned char>(c));
  impl_->made = static_cast<std::uint64_t>(random_below(hash, kPlaces));
}

Stimulus StimulusMaker::clean(std::string name) {
  std::string text;
  ContractTelegram meant;
  do {
    text.clear();
    meant = impl_->meaning_of(*impl_->next_state(nullptr), text);
  } while (!is_ordinary_crc(crc_in(text)));
  auto stimulus = impl_->finish(
      std::move(text),
      {.name = std::move(name), .meant = std::move(meant), .standing = Standing::kAfter}, nullptr);
  return std::move(*stimulus);
}

Result<Stimulus> StimulusMaker::make(const Case& one, const CaseStep& step, int number) {
  if (step.bytes) return Stimulus{.emission = {.bytes = *step.bytes}, .wait = step.wait};
  // One of 256 has any two digits.
  constexpr int kMostTries = 10'000;
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto stimulus = impl_->make(one, step, number);
    if (!stimulus) return tl::make_unexpected(stimulus.error());
    if (*stimulus) return std::move(**stimulus);
  }
  return fail(step.crc.empty() ? "no telegram of this meter has an ordinary CRC"
                               : "no telegram has a CRC that begins with " + step.crc);
}

StimulusMaker example_maker(std::shared_ptr<const Profile> profile) {
  return StimulusMaker(std::move(profile), 1, parse_frame_keys(kExampleKey).value());
}

std::optional<NoStimulus> cannot_send(const Case& one, StimulusMaker& maker) {
  if (auto why = is_about_others(one, maker.profile())) return NoStimulus{std::move(*why)};
  maker.begin(one.id);
  for (const CaseStep& step : one.steps) {
    if (step.action) continue;
    if (const auto made = maker.make(one, step, 1); !made) {
      return NoStimulus{made.error().message, step.place};
    }
  }
  return std::nullopt;
}

std::optional<std::string> does_not_apply(const Case& one, StimulusMaker& maker) {
  auto no = cannot_send(one, maker);
  if (!no) return std::nullopt;
  return std::move(no->why);
}

std::optional<std::string> does_not_apply(const Case& one,
                                          const std::shared_ptr<const Profile>& profile) {
  if (auto why = is_about_others(one, *profile)) return why;
  StimulusMaker maker = example_maker(profile);
  return does_not_apply(one, maker);
}

}  // namespace p1rig
