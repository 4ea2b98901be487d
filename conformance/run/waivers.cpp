#include "conformance/run/waivers.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "conformance/run/stimulus.h"
#include "protocol/dialect.h"
#include "simulator/files/visible.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

constexpr std::size_t kLongestReason = 300;
constexpr std::string_view kNoReason = "FILL IN";
constexpr std::string_view kFirstWords = "# Failures that are known.";

/// The two globs of a pattern.
struct PatternParts {
  std::string case_glob, profile_glob;
};

PatternParts parts_of(const std::string& pattern) {
  const std::size_t at = pattern.find('@');
  if (at == std::string::npos) return {pattern, "*"};
  return {pattern.substr(0, at), pattern.substr(at + 1)};
}

bool means(const Waiver& waiver, const CaseResult& result) {
  const PatternParts parts = parts_of(waiver.pattern);
  return is_named(*result.of, parts.case_glob) && matches_glob(parts.profile_glob, result.profile);
}

bool is_death(const CaseResult& result) {
  return result.outcome == Outcome::kCrash || result.outcome == Outcome::kHang;
}

Result<Waivers> waivers_of(const Document& document) {
  Complaints complaints(document.file);
  TableReader root("the file", &document.root, complaints);
  Waivers waivers{.file = document.file, .all = {}};
  std::set<std::string> known;
  for (const Node* const node : root.tables("waiver")) {
    TableReader table("[[waiver]]", node, complaints);
    Waiver waiver{.pattern = table.required_string("case"),
                  .reason = table.required_string("reason"),
                  .comes_and_goes = table.boolean("volatile").value_or(false),
                  .covers_crash = table.boolean("crash").value_or(false),
                  .place = table.place()};
    constexpr std::string_view kBlanks = " \t\r\n";
    if (waiver.pattern.find_first_of(kBlanks) != std::string::npos) {
      table.complain("case", "expected an id of `p1rig cases`, a glob, or id@profile");
    }
    if (!waiver.reason.empty() && waiver.reason.find_first_not_of(kBlanks) == std::string::npos) {
      table.complain("reason", "expected why this failure is known");
    }
    if (!waiver.pattern.empty() && !known.insert(waiver.pattern).second) {
      table.complain("case", fmt::format("\"{}\" is waived twice", waiver.pattern));
    }
    table.finish();
    waivers.all.push_back(std::move(waiver));
  }
  root.finish();
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return waivers;
}

/// True if a meter that was not run, or a case that was left out, might still match it.
bool may_answer_elsewhere(const PatternParts& parts, const ConformReport& report,
                          const std::set<std::string>& ran) {
  const auto is_newer = [&](const std::string& id) { return matches_glob(parts.case_glob, id); };
  if (std::ranges::any_of(report.newer_cases, is_newer)) return true;
  for (const auto& [name, file] : list_profiles()) {
    if (ran.contains(name) || !matches_glob(parts.profile_glob, name)) continue;
    auto profile = find_profile(name);
    if (!profile) continue;
    const auto shared = std::make_shared<const Profile>(std::move(*profile));
    for (const Case& one : report.cases) {
      if (is_named(one, parts.case_glob) && !does_not_apply(one, shared)) return true;
    }
  }
  return false;
}

/// As a TOML string of one line.
std::string toml_string(std::string_view text) {
  std::string line = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') line += '\\';
    line += byte < 0x20 || byte == 0x7F ? fmt::format("\\u{:04X}", byte) : std::string(1, c);
  }
  return line + "\"";
}

std::string table_of(const Waiver& waiver) {
  return fmt::format("\n[[waiver]]\ncase = {}\nreason = {}\n{}{}", toml_string(waiver.pattern),
                     toml_string(waiver.reason), waiver.comes_and_goes ? "volatile = true\n" : "",
                     waiver.covers_crash ? "crash = true\n" : "");
}

}  // namespace

const OutputKind kWaiversKind{"a file of --write-waivers",
                              [](std::string_view text) { return text.starts_with(kFirstWords); }};

Result<Waivers> load_waivers(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return waivers_of(*document);
}

Result<Waivers> parse_waivers(std::string file, std::string text) {
  const auto document = parse_document(std::move(file), std::move(text));
  if (!document) return tl::make_unexpected(document.error());
  return waivers_of(*document);
}

void apply_waivers(const Waivers& waivers, CaseResult& result) {
  const auto waiver =
      std::ranges::find_if(waivers.all, [&](const Waiver& one) { return means(one, result); });
  if (waiver == waivers.all.end()) return;
  if (result.outcome == Outcome::kPass) {
    result.outcome = Outcome::kXpass;
    result.messages.push_back(
        waiver->comes_and_goes ? "passes this time; its waiver is volatile"
                               : "passes, though a waiver says that it fails: remove the waiver");
  } else if (is_death(result) && !waiver->covers_crash) {
    result.messages.push_back(
        "its waiver covers a failure only; a crash or a hang needs crash = true");
    return;
  } else if (is_failure(result)) {
    result.is_waived_death = is_death(result);
    result.outcome = Outcome::kXfail;
  } else {
    return;
  }
  result.waiver = waiver->reason;
  result.comes_and_goes = waiver->comes_and_goes;
}

std::vector<UnusedWaiver> unused_waivers(const Waivers& waivers, const ConformReport& report) {
  std::set<std::string> ran;
  for (const CaseResult& result : report.results) ran.insert(result.profile);
  std::vector<UnusedWaiver> unused;
  for (const Waiver& waiver : waivers.all) {
    const auto answers = [&](const CaseResult& result) { return means(waiver, result); };
    if (std::ranges::any_of(report.results, answers)) continue;
    const PatternParts parts = parts_of(waiver.pattern);
    UnusedWaiver one{
        .pattern = waiver.pattern,
        .reason = waiver.reason,
        .where = fmt::format("{}:{}:{}", waivers.file, waiver.place.line, waiver.place.column),
        .message = "matches no case that was run",
        .counts = false};
    const bool whole = report.whole_suite && !report.interrupted && report.environment.empty();
    const bool meter_ran = std::ranges::any_of(
        ran, [&](const std::string& name) { return matches_glob(parts.profile_glob, name); });
    const bool is_meter = meter_ran || std::ranges::any_of(list_profiles(), [&](const auto& known) {
                            return matches_glob(parts.profile_glob, known.first);
                          });
    if (report.whole_suite && !is_meter) {
      one.message = "no meter has this name: remove or correct it";
      one.counts = true;
    } else if (whole && meter_ran && !may_answer_elsewhere(parts, report, ran)) {
      one.message = "there is no such case at the meters that it names: remove or correct it";
      one.counts = true;
    }
    unused.push_back(std::move(one));
  }
  return unused;
}

std::string waiver_file(const ConformReport& report, const Waivers& before,
                        const Waivers& earlier) {
  struct Fate {
    const CaseResult* failed = nullptr;
    bool passed = false;
    bool dies = false;
  };
  std::map<std::string, Fate> fates;
  std::vector<std::string> order;
  for (const CaseResult& result : report.results) {
    const auto [fate, is_new] = fates.try_emplace(result.name());
    if (is_new) order.push_back(result.name());
    if (is_failure(result) || result.outcome == Outcome::kXfail) {
      fate->second.failed = &result;
      fate->second.dies = fate->second.dies || is_death(result) || result.is_waived_death;
    } else if (result.outcome == Outcome::kPass || result.outcome == Outcome::kXpass) {
      fate->second.passed = true;
    }
    // A volatile one may fail again.
    if (result.outcome == Outcome::kXpass && result.comes_and_goes &&
        fate->second.failed == nullptr) {
      fate->second.failed = &result;
    }
  }
  std::string text(kFirstWords);
  text += fmt::format(" Each needs a reason; \"{}\" marks those that have none yet.\n", kNoReason);
  std::set<std::string> written;
  for (const std::string& name : order) {
    const Fate& fate = fates[name];
    if (fate.failed == nullptr) continue;
    const CaseResult& result = *fate.failed;
    const std::string first =
        result.messages.empty() ? "" : ": " + visible(result.messages.front(), kLongestReason);
    Waiver one{.pattern = name,
               .reason = result.waiver.empty() ? std::string(kNoReason) + first : result.waiver,
               .comes_and_goes = fate.passed || result.comes_and_goes,
               .covers_crash = fate.dies};
    if (one.reason.starts_with(kNoReason)) {
      const auto known = std::ranges::find_if(earlier.all, [&](const Waiver& waiver) {
        return means(waiver, result) && !waiver.reason.starts_with(kNoReason);
      });
      if (known != earlier.all.end()) {
        one.reason = known->reason;
        one.comes_and_goes = one.comes_and_goes || known->comes_and_goes;
      }
    }
    text += table_of(one);
    written.insert(name);
  }
  const auto keep = [&](const Waivers& waivers, const std::vector<UnusedWaiver>& all_unused) {
    for (const UnusedWaiver& unused : all_unused) {
      if (unused.counts) continue;
      const auto kept = std::ranges::find(waivers.all, unused.pattern, &Waiver::pattern);
      if (kept != waivers.all.end() && written.insert(kept->pattern).second) {
        text += table_of(*kept);
      }
    }
  };
  keep(before, report.unused_waivers);
  keep(earlier, unused_waivers(earlier, report));
  return text;
}

}  // namespace p1rig
