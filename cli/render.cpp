#include "simulator/render/render.h"

#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "cli/command.h"
#include "cli/key_options.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/truth_json.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/follow.h"

namespace p1rig {
namespace {

/// Applies "quantity=value" to the state; which quantity it was.
Result<Quantity> set(std::string_view assignment, const Layout& layout, const Zone& zone,
                     MeterState& state) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return fail(fmt::format("--set {}: expected quantity=value", assignment));
  }
  const std::string_view name = assignment.substr(0, equals);
  const std::string value(assignment.substr(equals + 1));
  const QuantityRow* row = find_quantity(name);
  if (row == nullptr) {
    std::vector<std::string_view> names;
    for (const QuantityRow& known : quantities()) names.push_back(known.name);
    return fail(fmt::format("--set: unknown quantity \"{}\"{} (`p1rig quantities` lists them)",
                            name, did_you_mean(name, names)));
  }
  if (!layout.shows(row->id)) {
    return fail(fmt::format("--set {}: this meter's telegram does not show it", name));
  }
  const auto done = set_quantity(*row, value, zone, state);
  if (!done) return fail(fmt::format("--set {}: {}", name, done.error().message));
  // A meter would wrap or stop at all nines; who sets a value wants to read that value.
  if (const auto limit = limit_passed(layout, row->id, state[row->id])) {
    return fail(fmt::format("--set {}: {} does not fit: {}", name, value, *limit));
  }
  return row->id;
}

/// Applies all assignments and what follows from them. Says what does not follow.
Result<void> set_all(const std::vector<std::string>& assignments, const Profile& profile,
                     MeterState& state) {
  const MeterState before = state;
  std::vector<Quantity> quantities;
  for (const std::string& assignment : assignments) {
    const auto done = set(assignment, profile.layout, profile.zone, state);
    if (!done) return tl::make_unexpected(done.error());
    quantities.push_back(*done);
  }
  for (const std::string& sentence : follow(profile, before, quantities, state)) {
    say("p1rig: note: --set: " + sentence + "; the telegram shows what is set");
  }
  return {};
}

}  // namespace

int run_render(const Arguments& arguments) {
  Options options(
      "render PROFILE [--scenario S] [--at T] [--set quantity=value]… [--seed N] [--truth F]\n"
      "              [--key-file F] [--counter-file F]",
      "Prints the telegram for one point in time. PROFILE is a name of `p1rig profiles` or a\n"
      "path. Without --key-file it is plain, even if the meter seals its telegrams.");
  options.value(
      "at", "T",
      "the time: 2026-10-25T00:30:00Z, or in the meter's own form 261025023000S; default: now");
  add_meter_options(options);
  options.values("set", "Q=V",
                 "the value of a quantity, such as power.import=\"1.5 kW\"; values that depend on "
                 "it change too, unless they are set as well; may be repeated");
  add_seal_options(options);
  options.value("truth", "F", "write the values in the telegram to this file, as JSON");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  ChosenMeter chosen;
  std::chrono::sys_seconds at;
  if (const int code = choose_meter(options, "at", this_second(), chosen, at); code != kAsExpected)
    return code;
  const auto profile = chosen.meter->profile_at(at);
  std::optional<TelegramSealer> sealer;
  if (const int code = choose_sealer(options, *chosen.profile, chosen.seeds.ids, false, sealer);
      code != kAsExpected)
    return code;
  if (!chosen.meter->sends_at(at)) {
    say("p1rig: the meter is silent at this time: this is what it would send");
  }
  MeterState state = chosen.meter->at(at);
  if (const auto done = set_all(options.list("set"), *profile, state); !done) {
    return options.misuse(done.error().message);
  }
  std::string telegram;
  Truth truth;
  render(profile->layout, state, profile->zone, telegram, &truth);
  OutputGuard guard = guard_of(options, chosen);
  std::optional<OutputFile> truth_file;
  if (const auto claimed = guard.uses_stdout("the telegram"); !claimed) {
    return complain(kUsage, claimed.error().message);
  }
  if (const int code = open_output(options, "truth", kTruthKind, guard, truth_file);
      code != kAsExpected) {
    return code;
  }
  if (sealer) {
    const std::string plain = std::move(telegram);
    const auto done = sealer->seal(plain, telegram);
    if (!done) return complain(kEnvironment, done.error().message);
    if (telegram.empty()) return complain(kNotAsExpected, "the frame counter is exhausted");
  }
  if (truth_file) {
    const auto done = truth_file->write(truth_json_line(truth, profile->zone) + "\n");
    if (!done) return complain(kEnvironment, "--truth: " + done.error().message);
  }
  std::fwrite(telegram.data(), 1, telegram.size(), stdout);
  return kAsExpected;
}

}  // namespace p1rig
