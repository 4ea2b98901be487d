#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "cli/options.h"
#include "conformance/report/report_text.h"
#include "conformance/run/conform.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/verdict.h"
#include "conformance/suite/case.h"
#include "conformance/suite/coverage.h"
#include "conformance/suite/known_words.h"
#include "conformance/suite/renamed_cases.h"
#include "protocol/dialect.h"
#include "protocol/hex.h"
#include "protocol/json_text.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Case& one) {
  return {{"name", one.id},
          {"requirement", one.requirement},
          {"title", one.title},
          {"clause", one.clause},
          {"level", to_string(one.level)},
          {"basis", to_string(one.basis)},
          {"subject", to_string(subject_of(one))},
          {"dialects", one.dialects},
          {"needs", one.needs},
          {"mutants", one.mutants},
          {"argues", one.argues},
          {"why", one.why},
          {"file", one.file}};
}

/// Why these options choose no case at all.
std::optional<std::string> mistake_in(const Options& options) {
  for (const std::string& word : options.list("level")) {
    if (!find_level(word)) {
      return fmt::format("--level: expected must, should or quirk, not \"{}\"", word);
    }
  }
  for (const std::string& word : options.list("basis")) {
    if (!find_basis(word)) {
      return fmt::format("--basis: expected printed, derived or field, not \"{}\"", word);
    }
  }
  for (const std::string& glob : options.list("dialect")) {
    if (!names_a_dialect(glob)) {
      return "--dialect: " + unknown_dialect(glob);
    }
  }
  return std::nullopt;
}

bool is_chosen(const Case& one, const Options& options) {
  const auto allows = [&](const char* option, std::string_view word) {
    const auto allowed = options.list(option);
    return allowed.empty() || std::ranges::find(allowed, word) != allowed.end();
  };
  const auto globs = options.list("dialect");
  return allows("level", to_string(one.level)) && allows("basis", to_string(one.basis)) &&
         (globs.empty() || std::ranges::any_of(dialects(), [&](const Dialect& dialect) {
            return matches_any_glob(globs, dialect.name) &&
                   matches_any_glob(one.dialects, dialect.name);
          }));
}

/// What is sent: as one meter sends it.
struct Sending {
  std::string profile;
  bool sealed = false;
  std::vector<Json> steps = {};  ///< "name", "times", "bytes" and "meant"; or "action" and "for_ms"
};

Sending sending_of(const Case& one, StimulusMaker& maker) {
  Sending sending{.profile = maker.profile().name, .sealed = is_sealed(maker.profile())};
  maker.begin(one.id);
  for (const CaseStep& step : one.steps) {
    if (step.action) {
      sending.steps.push_back(
          {{"action", to_string(*step.action)}, {"for_ms", step.duration.count()}});
      continue;
    }
    const auto stimulus = maker.make(one, step, 1);
    if (!stimulus) continue;
    Json said = {{"name", step.id.empty() ? "bytes" : step.id},
                 {"times", step.count},
                 {"bytes", print_hex(stimulus->emission.bytes)}};
    if (stimulus->telegram) said["meant"] = Json::parse(to_json(stimulus->telegram->meant));
    sending.steps.push_back(std::move(said));
  }
  return sending;
}

/// By this meter; without a name by the first plain one that the case is about, if any.
Result<std::optional<Sending>> find_sending(const Case& one,
                                            const std::optional<std::string>& profile) {
  if (profile) {
    auto found = find_profile(*profile);
    if (!found) return fail(fmt::format("{}@{}: {}", one.id, *profile, found.error().message));
    StimulusMaker maker = example_maker(std::make_shared<const Profile>(std::move(*found)));
    if (const auto why = does_not_apply(one, maker)) {
      return fail(fmt::format("{} is not sent by {}: {}", one.id, *profile, *why));
    }
    return sending_of(one, maker);
  }
  // By the meter of the dialect that the case names first.
  for (const std::string& glob : one.dialects) {
    for (const Dialect& dialect : dialects()) {
      if (!matches_glob(glob, dialect.name)) continue;
      auto found = find_profile(profile_of_dialect(dialect.name));
      if (!found || found->encryption) continue;
      StimulusMaker maker = example_maker(std::make_shared<const Profile>(std::move(*found)));
      if (!does_not_apply(one, maker)) return sending_of(one, maker);
    }
  }
  return std::nullopt;
}

/// Telegrams as they are; what is sealed nobody can read, so in hexadecimal.
std::string text_of(const Sending& sending) {
  std::string text =
      fmt::format("\nWhat is sent, by {}{}:\n", sending.profile,
                  sending.sealed ? fmt::format(", sealed with the key {}", kExampleKey) : "");
  for (const Json& step : sending.steps) {
    if (step.contains("action")) {
      const auto action = find_line_action(step["action"].get<std::string>());
      const std::chrono::milliseconds duration{step["for_ms"].get<std::int64_t>()};
      text += fmt::format("\n({})\n", describe(action.value(), duration));
      continue;
    }
    const auto name = step["name"].get<std::string>();
    const auto times = step["times"].get<int>();
    const auto hex = step["bytes"].get<std::string>();
    text += fmt::format("\n{}{}:\n{}\n", step.contains("meant") ? "telegram " + name : name,
                        times > 1 ? ", " + counted(times, "time") : "",
                        sending.sealed ? hex : parse_hex(hex).value_or(""));
    if (step.contains("meant")) text += "means " + step["meant"].dump() + "\n";
  }
  return text;
}

Json whole_json_of(const Case& one, const std::optional<Sending>& sending) {
  Json json = json_of(one);
  json.update({{"since", one.since},
               {"may_lose", one.may_lose},
               {"judges", one.judges},
               {"expected", expected_of(one)}});
  if (!sending) return json;
  json["profile"] = sending->profile;
  if (sending->sealed) json["key"] = kExampleKey;
  json["sent"] = sending->steps;
  return json;
}

std::string details_of(const Case& one, const std::optional<Sending>& sending) {
  std::string text =
      fmt::format("{}\n  {}\n  {}, {}, {}, {}\n  subject {}\n  dialects {}\n", one.id, one.title,
                  one.requirement, one.clause, to_string(one.level), to_string(one.basis),
                  to_string(subject_of(one)), fmt::join(one.dialects, " "));
  if (!one.needs.empty()) text += fmt::format("  needs {}\n", fmt::join(one.needs, " "));
  if (!one.mutants.empty()) text += fmt::format("  fails {}\n", fmt::join(one.mutants, " "));
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += "  " + line + "\n";
  }
  text += "\nWhat is expected:\n";
  for (const std::string& line : expected_of(one)) text += "  " + line + "\n";
  return sending ? text + text_of(*sending) : text;
}

}  // namespace

int run_cases(const Arguments& arguments) {
  Options options(
      "cases [GLOB]… [show ID[@PROFILE]] [OPTION]…",
      "Lists the conformance cases: what is sent to readers, and what is expected of them.");
  options.values("level", "L", "only this level: must, should or quirk; may be repeated");
  options.values("basis", "B", "only this basis: printed, derived or field; may be repeated");
  options.values("dialect", "D", "only cases for dialects matching this glob; may be repeated");
  options.flag("json", "machine-readable: an array of objects, or one object");
  options.flag("coverage", "write docs/coverage.md: each requirement with its cases and mutants");
  if (const auto code = options.parse(arguments, 0, Options::kAnyNumber)) return *code;
  if (const auto mistake = mistake_in(options)) return options.misuse(*mistake);
  const RightCases all = load_right_cases();
  const auto tell_broken = [&all](int code) {
    for (const std::string& why : all.broken) code = complain(kUsage, why);
    return code;
  };
  if (options.has("coverage")) {
    if (!all.broken.empty()) return tell_broken(kUsage);
    fmt::print("{}", coverage_page(all.cases));
    return kAsExpected;
  }
  const auto& words = options.words();
  // The bytes are made only for the one that is shown, by ID or as reports print it, ID@PROFILE.
  const std::string shown = words.size() == 2 && words[0] == "show" ? words[1] : "";
  const std::size_t at = shown.find('@');
  std::optional<std::string> profile;
  if (at != std::string::npos) profile = shown.substr(at + 1);
  for (const std::string& word : words) {
    const std::string note = note_on_renamed(word.substr(0, word.find('@')), all.cases);
    if (!note.empty()) complain(kAsExpected, "cases: " + note);
  }
  std::vector<CatalogueEntry> entries;
  for (const Case& one : all.cases) {
    if (!is_chosen(one, options)) continue;
    CatalogueEntry entry{.name = one.id,
                         .facts = {one.title},
                         .json = json_text(json_of(one)),
                         .former_names = one.formerly};
    const std::string asked = shown.substr(0, at);
    if (one.id == asked || std::ranges::find(one.formerly, asked) != one.formerly.end()) {
      const auto sending = find_sending(one, profile);
      if (!sending) return complain(kUsage, "cases: " + sending.error().message);
      entry.name = shown;
      entry.json = json_text(whole_json_of(one, *sending));
      entry.details = details_of(one, *sending);
    }
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) {
    return tell_broken(complain(kUsage, "cases: none matches (`p1rig cases` lists all)"));
  }
  const int code = show_catalogue("cases", options, entries);
  return shown.empty() || code != kAsExpected ? tell_broken(code) : code;
}

int run_readers(const Arguments& arguments) {
  return run_catalogue(
      "readers", "Lists the bundled readers: how each is started and observed.", arguments, [] {
        std::vector<CatalogueEntry> entries;
        for (const auto& [name, file] : list_readers()) {
          const auto reader = load_reader(file);
          if (!reader) {
            entries.push_back({.name = name, .broken = reader.error().message});
            continue;
          }
          const Json json = {{"name", name},
                             {"file", file.string()},
                             {"command", reader->command},
                             {"endpoints", reader->endpoints},
                             {"dialects", reader->dialects}};
          entries.push_back(
              {.name = name,
               .facts = {fmt::format("{}on {}", reader->name == name ? "" : reader->name + " ",
                                     fmt::join(reader->endpoints, ", "))},
               .json = json_text(json),
               .details = file.string() + "\n" + json_text(json, 2)});
        }
        return entries;
      });
}

}  // namespace p1rig
