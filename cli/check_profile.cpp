#include "cli/check_profile.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/known_quirks.h"
#include "cli/meter_options.h"
#include "conformance/judge/reader.h"
#include "protocol/crc_algorithms.h"
#include "simulator/profile/evidence.h"
#include "simulator/scenario/scenario_notes.h"

namespace p1rig {
namespace {

void check_example(const Profile& profile, std::vector<std::string>& problems) {
  if (!profile.example) return;
  const auto expected = example_bytes(profile);
  if (!expected) return problems.push_back(expected.error().message);
  const std::string got = render_example(profile);
  if (got != *expected) problems.push_back("example: " + first_difference(got, *expected));
}

void check_telegram(const Profile& profile, const std::string& bytes,
                    std::vector<std::string>& problems) {
  const auto deviations = shape_deviations(profile, bytes);
  if (!deviations) return problems.push_back(deviations.error().message);
  for (const std::string& deviation : *deviations) problems.push_back("shape: " + deviation);
  lint_next(profile, bytes, nullptr, problems);
  ReferenceReader reader(profile.dialect, [](std::string_view) {});
  reader.feed(bytes);
  reader.finish();
  // Of a meter with another CRC, or without, the reader takes nothing, as it should.
  const bool has_own_crc = profile.layout.crc_algorithm != &crc_algorithms().front() ||
                           (!profile.layout.has_crc && profile.dialect->has_crc);
  if (reader.accepted() != (has_own_crc ? 0 : 1)) {
    problems.push_back(has_own_crc ? "read: the reference reader accepts the telegram"
                                   : "read: the reference reader rejects the telegram");
  }
}

/// A profile is looked at in winter and in summer, by day and a second before a month's end.
constexpr std::int64_t kMoments[] = {1'768'478'096, 1'784'116'800, 1'793'480'399};

ChosenMeter meter_of(const std::shared_ptr<const Profile>& profile, std::int64_t moment) {
  const std::chrono::sys_seconds t{std::chrono::seconds{moment}};
  const auto scenario =
      std::make_shared<const Scenario>(constant_load(*profile, t - std::chrono::days{1}));
  return {profile, scenario, Meter(profile, scenario, 1), {}};
}

}  // namespace

std::string first_difference(std::string_view got, std::string_view expected) {
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(got, expected).in1 - got.begin());
  const auto line_around = [at](std::string_view text) {
    const auto begin = text.rfind('\n', at == 0 ? 0 : at - 1);
    const std::string_view rest = text.substr(begin == std::string_view::npos ? 0 : begin + 1);
    return rest.substr(0, rest.find_first_of("\r\n"));
  };
  return fmt::format("line {}: got \"{}\", expected \"{}\"",
                     1 + std::ranges::count(got.substr(0, at), '\n'), line_around(got),
                     line_around(expected));
}

void lint_next(const Profile& profile, const std::string& bytes, Linter* linter,
               std::vector<std::string>& problems, std::span<const std::string_view> excused) {
  Linter alone(profile.dialect, quirks_of(profile));
  const Telegram telegram = decode_telegram(bytes);
  for (const Finding& finding : (linter != nullptr ? *linter : alone).check(telegram, 0)) {
    if (finding.severity != Severity::kError) continue;
    const bool is_excused = std::ranges::any_of(excused, [&](std::string_view word) {
      return finding.rule.find(word) != std::string_view::npos;
    });
    if (is_excused) continue;
    problems.push_back(fmt::format("lint: line {}: [{}] {} ({})", finding.line, finding.rule,
                                   finding.message, finding.clause));
  }
}

std::vector<std::string> once_each(std::vector<std::string> problems) {
  std::ranges::sort(problems);
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  return problems;
}

std::vector<std::string> telegrams_of(const std::shared_ptr<const Profile>& profile) {
  std::vector<std::string> telegrams;
  for (const std::int64_t moment : kMoments) {
    ChosenMeter chosen = meter_of(profile, moment);
    telegrams.push_back(chosen.telegram_at(std::chrono::sys_seconds{std::chrono::seconds{moment}}));
  }
  return telegrams;
}

CheckFindings check_moments(const std::shared_ptr<const Profile>& profile) {
  CheckFindings found;
  const ChosenMeter chosen = meter_of(profile, kMoments[0]);
  for (const std::string& note :
       notes_on(*chosen.scenario, *profile,
                std::chrono::sys_seconds{std::chrono::seconds{kMoments[0]}})) {
    found.notes.push_back("note: " + note);
  }
  for (const std::string& telegram : telegrams_of(profile)) {
    check_telegram(*profile, telegram, found.problems);
  }
  return found;
}

CheckFindings check_profile(const std::shared_ptr<const Profile>& profile) {
  std::vector<std::string> problems;
  check_example(*profile, problems);
  CheckFindings found = check_moments(profile);
  if (!has_evidence(*profile)) {
    found.notes.insert(
        found.notes.begin(),
        "note: neither an [example] nor a family in [evidence]: there is no evidence that a meter "
        "sends this");
  }
  problems.insert(problems.end(), found.problems.begin(), found.problems.end());
  return {once_each(std::move(problems)), std::move(found.notes)};
}

}  // namespace p1rig
