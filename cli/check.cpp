#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "cli/known_quirks.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "conformance/judge/lint.h"
#include "conformance/judge/reader.h"
#include "simulator/evidence.h"

namespace p1rig {
namespace {

using Complaints = std::vector<std::string>;

/// Where two texts part, for a person: the line, and both lines.
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

void check_example(const Profile& profile, Complaints& complaints) {
  if (!profile.example) return;
  const auto expected = example_bytes(profile);
  if (!expected) return complaints.push_back(expected.error().message);
  const std::string got = render_example(profile);
  if (got != *expected) complaints.push_back("example: " + first_difference(got, *expected));
}

void check_telegram(const MeterOptions& meter, std::chrono::sys_seconds t, Complaints& complaints) {
  const Profile& profile = meter.profile;
  const std::string bytes = telegram_at(meter, t);
  const auto deviations = shape_deviations(profile, bytes);
  if (!deviations) return complaints.push_back(deviations.error().message);
  for (const std::string& deviation : *deviations) complaints.push_back("shape: " + deviation);

  const Telegram telegram = decode_telegram(bytes);
  Linter linter(profile.dialect, quirks_of(profile));
  for (const Finding& finding : linter.check(telegram, 0)) {
    if (finding.severity != Severity::kError) continue;
    complaints.push_back(fmt::format("lint: line {}: [{}] {} ({})", finding.line, finding.rule,
                                     finding.message, finding.clause));
  }
  ReferenceReader reader(profile.dialect, [](std::string_view) {});
  reader.feed(bytes);
  reader.finish();
  if (reader.accepted() != 1)
    complaints.push_back("read: the reference reader rejects the telegram");
}

/// Each telegram of a family is looked at in winter and in summer, by day and at a month's end.
constexpr std::int64_t kMoments[] = {1'768'478'096, 1'784'116'800, 1'793'480'399};

Complaints check_profile(const std::string& file) {
  Complaints complaints;
  auto profile = load_profile(file);
  if (!profile) return {profile.error().message};
  MeterOptions meter{std::move(*profile), {}};
  meter.scenario = constant_load(meter.profile);
  check_example(meter.profile, complaints);
  const Evidence& evidence = meter.profile.evidence;
  if (!meter.profile.example && evidence.family.empty() && evidence.also.empty()) {
    complaints.push_back(
        "evidence: neither an [example] nor shapes of a family or of [evidence] also: nothing "
        "shows that a meter sends this");
  }
  for (const std::int64_t moment : kMoments) {
    check_telegram(meter, std::chrono::sys_seconds{std::chrono::seconds{moment}}, complaints);
  }
  // A deviation shows at every moment; once is enough.
  std::ranges::sort(complaints);
  const auto twice = std::ranges::unique(complaints);
  complaints.erase(twice.begin(), twice.end());
  return complaints;
}

}  // namespace

int run_check(const Arguments& arguments) {
  Options options(
      "check FILE…",
      "Checks profiles: the file itself, its example byte for byte, its shape against the\n"
      "telegrams of its family, and what lint and the reference reader say of it.");
  if (const auto code = options.parse(arguments, 1, 100'000)) return *code;
  std::size_t failed = 0;
  bool unreadable = false;
  for (const std::string& file : options.words()) {
    const Complaints complaints = check_profile(file);
    if (complaints.empty()) {
      fmt::print("ok      {}\n", file);
      continue;
    }
    ++failed;
    fmt::print("FAILED  {}\n", file);
    for (const std::string& complaint : complaints) fmt::print("        {}\n", complaint);
    unreadable = unreadable || complaints.front().starts_with(file + ":");
  }
  fmt::print("{} checked, {} failed\n", options.words().size(), failed);
  if (failed == 0) return kAsExpected;
  return unreadable ? kUsage : kNotAsExpected;
}

}  // namespace p1rig
