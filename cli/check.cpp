#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/check_cases.h"
#include "cli/check_profile.h"
#include "cli/command.h"
#include "cli/known_quirks.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "conformance/judge/lint.h"
#include "conformance/judge/reader.h"
#include "conformance/reader/reader_file.h"
#include "conformance/run/waivers.h"
#include "protocol/crc_algorithms.h"
#include "protocol/wording.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/evidence.h"
#include "simulator/scenario/scenario_notes.h"

namespace p1rig {
namespace {

using Problems = std::vector<std::string>;

using Findings = CheckFindings;

void add_notes(const std::vector<std::string>& more, Problems& notes) {
  for (const std::string& note : more) notes.push_back("note: " + note);
}

Findings check_profile_file(const std::string& file) {
  auto loaded = load_profile(file);
  if (!loaded) return {{loaded.error().message}, {}};
  return check_profile(std::make_shared<const Profile>(std::move(*loaded)));
}

/// A scenario is lived through by the meter that it is made for, looked at every ten minutes.
/// Parts of the names of rules that a scenario breaks because it says so: with a wrong clock, a reading that
/// jumps, or a list of objects without the type of a device.
std::vector<std::string_view> excused_by(const Scenario& scenario) {
  std::vector<std::string_view> words;
  if (!scenario.readout.only.empty()) words.push_back("mbus-type-first");
  for (const Event& event : scenario.events) {
    if (std::holds_alternative<ClockEvent>(event.what)) words.push_back("time");
    if (std::holds_alternative<DeviceClockEvent>(event.what)) words.push_back("time");
    if (std::holds_alternative<ReadingEvent>(event.what)) words.push_back("register-falls");
    if (std::holds_alternative<ReadoutEvent>(event.what)) words.push_back("mbus-type-first");
  }
  return words;
}

Findings check_scenario(const std::string& file) {
  const auto head = read_scenario_head(file);
  if (!head) return {{head.error().message}, {}};
  auto profile = find_profile(head->made_for.empty() ? "iskra-am550" : head->made_for);
  if (!profile) return {{file + ": made_for: " + profile.error().message}, {}};
  auto scenario = load_scenario(file, *profile);
  if (!scenario) return {{scenario.error().message}, {}};
  auto shown = with_readout(*profile, scenario->readout);
  if (!shown) return {{shown.error().message}, {}};
  ChosenMeter chosen{std::make_shared<const Profile>(std::move(*shown)),
                     std::make_shared<const Scenario>(std::move(*scenario)),
                     std::nullopt,
                     {}};
  chosen.meter.emplace(chosen.profile, chosen.scenario, 1);
  Problems notes;
  // Winter, by day.
  constexpr std::chrono::sys_seconds kMoment{std::chrono::seconds{1'768'478'096}};
  const auto from = chosen.scenario->window_from(kMoment);
  add_notes(notes_on(*chosen.scenario, *chosen.profile, from), notes);
  const auto until = chosen.scenario->until.value_or(from + std::chrono::days{1});
  Problems problems;
  const auto excused = excused_by(*chosen.scenario);
  std::shared_ptr<const Profile> as;
  std::optional<Linter> linter;
  // Of a window of years, fewer moments are enough.
  constexpr std::int64_t kMostMoments = 10'000;
  const auto step =
      std::max<std::chrono::seconds>(std::chrono::minutes{10}, (until - from) / kMostMoments);
  for (auto t = from; t < until; t += step) {
    if (!chosen.meter->sends_at(t)) continue;
    // What one dialect says, another one does not know.
    if (auto now = chosen.meter->profile_at(t); now != as) {
      const bool judges_on = as != nullptr && as->dialect == now->dialect && as->name == now->name;
      as = std::move(now);
      if (!judges_on) linter.emplace(as->dialect, quirks_of(*as));
    }
    lint_next(*as, chosen.telegram_at(t), &*linter, problems, excused);
  }
  return {once_each(std::move(problems)), std::move(notes)};
}

constexpr const char* kFolders[] = {"profiles", "profiles/scenarios", "profiles/tariffs",
                                    "conformance/cases", "conformance/readers"};

/// The file that is meant: a path, or the name of something that is shipped.
std::string file_of(const std::string& word) {
  std::error_code code;
  if (word.find('/') != std::string::npos || std::filesystem::exists(word, code)) return word;
  for (const char* folder : kFolders) {
    const auto files = list_data(folder);
    if (const auto found = files.find(word); found != files.end()) return found->second.string();
  }
  return word;
}

Problems no_file(const std::string& word) {
  std::vector<std::string> names;
  for (const char* folder : kFolders) {
    for (const auto& [name, file] : list_data(folder)) names.push_back(name);
  }
  return {fmt::format(
      "{}: no such file, and no profile, scenario, calendar, case file or reader of that name{}",
      word, did_you_mean(word, {names.begin(), names.end()}))};
}

/// Case ids have slashes; an id without one gets that hint if the rest is a case's.
bool is_case(const std::string& key, const Node& node) {
  if (key.find('/') != std::string::npos) return true;
  return node.table() != nullptr &&
         std::ranges::any_of(*node.table(), [](const Node::Entry& entry) {
           return entry.key == "send" || entry.key == "requirement";
         });
}

Findings check_file(const std::string& file) {
  const auto only = [](Problems problems) { return Findings{std::move(problems), {}}; };
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return only(no_file(file));
  const auto document = read_document(file);
  if (!document) return only({document.error().message});
  if (document->root.table()->empty()) return only({file + ": is empty"});
  for (const auto& [key, node] : *document->root.table()) {
    if (key == "reader") {
      const auto reader = load_reader(file);
      return only(reader ? Problems{} : Problems{reader.error().message});
    }
    if (key == "waiver") {
      const auto waivers = load_waivers(file);
      return only(waivers ? Problems{} : Problems{waivers.error().message});
    }
    if (is_case(key, node)) return only(check_cases(*document));
    if (key == "scenario") return check_scenario(file);
    if (key == "calendar") {
      const auto calendar = load_calendar(file);
      return only(calendar ? Problems{} : Problems{calendar.error().message});
    }
  }
  return check_profile_file(file);
}

void print_indented(const Problems& texts) {
  for (const std::string& text : texts) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) fmt::print("        {}\n", line);
  }
}

}  // namespace

int run_check(const Arguments& arguments) {
  Options options(
      "check FILE|NAME…",
      "Checks profiles: the file itself, its example byte for byte, its shape against the\n"
      "telegrams of its family, and with lint and the reference reader. Scenarios: the file, and\n"
      "the telegrams of the meter that it is made for. Cases: the file, and that a meter can send\n"
      "them. Readers: the file (`p1rig doctor` checks the reader). Tariff calendars and waivers:\n"
      "the file. Exit code 1: the meter does not match its file; 2: the file itself is invalid.");
  if (const auto code = options.parse(arguments, 1, Options::kAnyNumber)) return *code;
  std::size_t failed = 0;
  bool unreadable = false;
  for (const std::string& word : options.words()) {
    const std::string file = file_of(word);
    const auto [problems, notes] = check_file(file);
    fmt::print("{}  {}\n", problems.empty() ? "ok    " : "FAILED", file);
    print_indented(problems);
    print_indented(notes);
    if (problems.empty()) continue;
    ++failed;
    unreadable = unreadable || problems.front().starts_with(file + ":");
  }
  fmt::print("{} checked, {} failed\n", counted(options.words().size(), "file"), failed);
  if (failed == 0) return kAsExpected;
  return unreadable ? kUsage : kNotAsExpected;
}

}  // namespace p1rig
