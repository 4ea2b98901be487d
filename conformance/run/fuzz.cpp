#include "conformance/run/fuzz.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include "conformance/run/shrink.h"
#include "conformance/run/stimulus.h"
#include "protocol/hex.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

using Whole = Expectation::Whole;

constexpr int kMostSteps = 4;
constexpr int kMostFaults = 3;

/// Faults that are left out. Silences of seconds have their own cases; after a change of keys nothing can
/// be read; a frame short enough for another form of its length has lost most of its values.
constexpr std::array<std::string_view, 9> kLeftOut = {
    "silence",        "late",           "stall",
    "drip",           "key-change",     "split-frame",
    "length-form-81", "length-form-82", "length-form-short"};

/// Faults that leave a telegram whole: more bytes around it, or another correct way to seal it.
constexpr std::array<std::string_view, 3> kHarmless = {"noise", "control-bytes", "counter-gap"};

/// Faults that send a telegram twice.
constexpr std::array<std::string_view, 4> kRepeating = {"replay", "two-frames", "plain-too",
                                                        "counter-repeat"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

/// The random numbers of one stimulus, one after the other.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t index) : seed_(seed), index_(index) {}
  std::int64_t below(std::int64_t limit) {
    return random_below(random_at(seed_, index_, ++thrown_), limit);
  }
  bool one_in(std::int64_t chances) { return below(chances) == 0; }

 private:
  std::uint64_t seed_, index_, thrown_ = 0;
};

std::string iso_utc(std::chrono::sys_seconds t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string fault_text(const FaultRequest& fault) {
  const FaultRow& row = faults()[fault.row];
  std::string text(row.id);
  if (fault.amount) text += "=" + write_amount(row, *fault.amount);
  if (fault.at) text += ",at=" + *fault.at;
  return text;
}

FaultRequest random_fault(Dice& dice, bool sealed) {
  while (true) {
    FaultRequest fault;
    fault.row = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(faults().size())));
    const FaultRow& row = faults()[fault.row];
    if (holds(kLeftOut, row.id) || (row.sealed_only && !sealed)) continue;
    const bool counts = row.unit == "bits" || row.unit == "bytes" || row.unit == "lines";
    if (counts && dice.one_in(2)) {
      fault.amount = 1 + dice.below(std::min<std::int64_t>(40, row.largest_amount));
    }
    if (row.at == FaultPlace::kByte && dice.one_in(2)) {
      fault.at = fmt::format("byte:{}", dice.below(700));
    } else if (row.at != FaultPlace::kNone && dice.one_in(3)) {
      fault.at = fmt::format("line:{}", 1 + dice.below(25));
    }
    return fault;
  }
}

void random_condition(Dice& dice, const Profile& profile, CaseStep& step) {
  if (dice.one_in(3)) {
    const auto t = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1} +
                   std::chrono::seconds{dice.below(3 * 365 * 86'400LL)};
    step.time = iso_utc(t);
  }
  if (dice.one_in(5)) step.failures = static_cast<int>(dice.below(11));
  if (dice.one_in(5)) step.peaks = static_cast<int>(dice.below(14));
  if (!dice.one_in(4)) return;
  step.devices.emplace();
  for (int channel = 1; channel <= 4; ++channel) {
    const auto medium = static_cast<Medium>(dice.below(kMediumCount));
    if (dice.one_in(2) || !profile.layout.has_block(medium, channel)) continue;
    step.devices->push_back(
        {.medium = std::string(to_string(medium)), .channel = channel, .id = {}, .reading = {}});
  }
}

void expect_what_follows(Case& one, const Dialect& dialect) {
  one.expect.clear();
  for (const CaseStep& step : one.steps) {
    if (!step.id.empty()) one.expect[step.id] = expectation_after(step.faults, dialect);
  }
}

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string device_text(const CaseDevice& device) {
  return fmt::format("{{ medium = {}, channel = {} }}", toml_text(device.medium), device.channel);
}

std::string step_text(const CaseStep& step) {
  if (step.bytes) return fmt::format("{{ bytes = \"{}\" }}", print_hex(*step.bytes));
  std::string text = "{ id = " + toml_text(step.id);
  if (step.time) text += ", time = " + toml_text(*step.time);
  if (step.failures) text += fmt::format(", failures = {}", *step.failures);
  if (step.peaks) text += fmt::format(", peaks = {}", *step.peaks);
  if (step.devices) {
    text += ", devices = [";
    for (std::size_t i = 0; i < step.devices->size(); ++i) {
      text += (i > 0 ? ", " : "") + device_text((*step.devices)[i]);
    }
    text += "]";
  }
  if (!step.faults.empty()) {
    text += ", fault = [";
    for (std::size_t i = 0; i < step.faults.size(); ++i) {
      text += (i > 0 ? ", " : "") + toml_text(fault_text(step.faults[i]));
    }
    text += "]";
  }
  if (!step.wait) text += ", wait = false";
  return text + " }";
}

std::string expectation_text(const CaseExpectation& expectation) {
  const std::string_view word = to_string(expectation.whole);
  if (!expectation.may_repeat) return toml_text(word);
  return fmt::format("{{ telegram = \"{}\", may_repeat = true }}", word);
}

}  // namespace

CaseExpectation expectation_after(std::span<const FaultRequest> done, const Dialect& dialect) {
  CaseExpectation expectation;
  for (const FaultRequest& fault : done) {
    const FaultRow& row = faults()[fault.row];
    if (holds(kHarmless, row.id)) continue;
    if (holds(kRepeating, row.id)) expectation.may_repeat = true;
    // A changed text with a right CRC is another telegram; without a CRC there is no way to know.
    const bool undetectable =
        row.stage == FaultStage::kText || (row.stage == FaultStage::kBytes && !dialect.has_crc);
    if (undetectable) {
      expectation.whole = Whole::kAnything;
    } else if (expectation.whole == Whole::kValues) {
      expectation.whole = Whole::kEither;
    }
  }
  return expectation;
}

Case fuzz_case(std::uint64_t seed, std::uint64_t index,
               const std::shared_ptr<const Profile>& profile) {
  Dice dice(seed, index);
  const bool sealed = is_sealed(*profile);
  Case one{.id = fmt::format("fuzz/{}/{}", seed, index)};
  one.requirement = profile->dialect->has_crc ? "R-CRC-01" : "R-FRM-06";
  one.title = "Whole telegrams are reported, and altered values never are";
  one.clause = "a random stimulus";
  one.argues = "A telegram says what the meter sent, and nothing else.";
  one.basis = Basis::kDerived;
  one.dialects = {std::string(profile->dialect->name)};
  const auto steps = 1 + dice.below(kMostSteps);
  for (std::int64_t i = 0; i < steps; ++i) {
    CaseStep step{.id = std::string(1, static_cast<char>('A' + i))};
    step.wait = !dice.one_in(3);
    random_condition(dice, *profile, step);
    const auto count = dice.one_in(3) ? 0 : dice.below(kMostFaults + 1);
    for (std::int64_t k = 0; k < count; ++k) step.faults.push_back(random_fault(dice, sealed));
    one.steps.push_back(std::move(step));
  }
  expect_what_follows(one, *profile->dialect);
  // What this meter cannot send is left out, from the end.
  while (does_not_apply(one, profile)) {
    CaseStep& last = *std::ranges::max_element(
        one.steps, {}, [](const CaseStep& step) { return step.faults.size(); });
    if (last.faults.empty()) {
      for (CaseStep& step : one.steps) {
        step.failures.reset();
        step.peaks.reset();
        step.devices.reset();
      }
      break;
    }
    last.faults.pop_back();
    expect_what_follows(one, *profile->dialect);
  }
  if (sealed) one.needs = {"key"};
  return one;
}

Case shrink_fuzz(Case one, const std::function<bool(const Case&)>& fails) {
  constexpr int kMostQuestions = 200;
  return shrink(std::move(one),
                {.fails = [&](const Case& smaller, const Case&) { return fails(smaller); },
                 .expect =
                     [](Case& smaller) {
                       expect_what_follows(smaller, *find_dialect(smaller.dialects.front()));
                     },
                 .most = kMostQuestions});
}

std::string to_toml(const Case& one) {
  std::string text = fmt::format(
      "[\"{}\"]\nrequirement = {}\ntitle = {}\nclause = {}\nargues = {}\nlevel = \"{}\"\nbasis = "
      "\"{}\"\n"
      "dialects = [{}]\n",
      one.id, toml_text(one.requirement), toml_text(one.title), toml_text(one.clause),
      toml_text(one.argues), to_string(one.level), to_string(one.basis),
      toml_text(one.dialects.front()));
  if (!one.needs.empty()) text += "needs = [\"key\"]\n";
  text += "send = [\n";
  for (const CaseStep& step : one.steps) text += "  " + step_text(step) + ",\n";
  text += "]\nexpect = { ";
  bool first = true;
  for (const auto& [id, expectation] : one.expect) {
    text += fmt::format("{}{} = {}", first ? "" : ", ", id, expectation_text(expectation));
    first = false;
  }
  return text + " }\n";
}

}  // namespace p1rig
