#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "cli/options.h"
#include "conformance/case.h"
#include "conformance/conform.h"
#include "conformance/coverage.h"
#include "conformance/report_text.h"
#include "conformance/stimulus.h"
#include "protocol/dialect.h"

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
          {"dialects", one.dialects},
          {"needs", one.needs},
          {"mutants", one.mutants},
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
      return fmt::format("--dialect: \"{}\" is none (`p1rig dialects` lists them)", glob);
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

/// What is sent, as the first meter sends it that the case is about.
std::string stimuli_of(const Case& one) {
  for (const Dialect& dialect : dialects()) {
    auto profile = find_profile(profile_of_dialect(dialect.name));
    if (!profile) continue;
    const auto shared = std::make_shared<const Profile>(std::move(*profile));
    if (shared->encryption || does_not_apply(one, shared)) continue;
    StimulusMaker maker(shared, 1, std::nullopt);
    maker.begin(one.id);
    std::string text = fmt::format("\nWhat is sent, by {}:\n", shared->name);
    for (const CaseStep& step : one.steps) {
      if (step.action) {
        text += fmt::format("\n({} for {} ms)\n",
                            *step.action == LineAction::kSilence ? "silence" : "unplugged",
                            step.duration.count());
        continue;
      }
      const auto stimulus = maker.make(one, step, 1);
      if (!stimulus) continue;
      text += fmt::format("\n{}{}:\n{}\n", step.id.empty() ? "bytes" : "telegram " + step.id,
                          step.count > 1 ? fmt::format(", {} times", step.count) : "",
                          stimulus->emission.bytes);
      if (stimulus->telegram) {
        text += "means " + to_json(stimulus->telegram->meant) + "\n";
      }
    }
    return text;
  }
  return {};
}

std::string details_of(const Case& one) {
  std::string text = fmt::format("{}\n  {}\n  {}, {}, {}, {}\n  dialects {}\n", one.id, one.title,
                                 one.requirement, one.clause, to_string(one.level),
                                 to_string(one.basis), fmt::join(one.dialects, " "));
  if (!one.needs.empty()) text += fmt::format("  needs {}\n", fmt::join(one.needs, " "));
  if (!one.mutants.empty()) text += fmt::format("  fails {}\n", fmt::join(one.mutants, " "));
  if (!one.why.empty()) text += "  " + one.why + "\n";
  text += "\nWhat is expected:\n";
  for (const std::string& line : expected_of(one)) text += "  " + line + "\n";
  return text + stimuli_of(one);
}

}  // namespace

int run_cases(const Arguments& arguments) {
  Options options("cases [GLOB]… [show ID] [OPTION]…",
                  "What readers are asked, and what is expected of them.");
  options.values("level", "L", "only such: must, should or quirk; may be repeated");
  options.values("basis", "B", "only such: printed, derived or field; may be repeated");
  options.values("dialect", "D", "only those about such a dialect, a glob; may be repeated");
  options.flag("json", "machine-readable: an array of objects, or one object");
  options.flag("coverage", "write docs/coverage.md: each requirement with its cases and mutants");
  if (const auto code = options.parse(arguments, 0, Options::kAnyNumber)) return *code;
  if (const auto mistake = mistake_in(options)) return options.misuse(*mistake);
  const auto cases = load_all_cases();
  if (!cases) return complain(kUsage, cases.error().message);
  if (options.has("coverage")) {
    fmt::print("{}", coverage_page(*cases));
    return kAsExpected;
  }
  const auto& words = options.words();
  // The bytes are made only for the one that is shown.
  const std::string shown = words.size() == 2 && words[0] == "show" ? words[1] : "";
  std::vector<CatalogueEntry> entries;
  for (const Case& one : *cases) {
    if (!is_chosen(one, options)) continue;
    entries.push_back({.name = one.id,
                       .summary = one.title,
                       .json = json_of(one).dump(),
                       .details = one.id == shown ? details_of(one) : ""});
  }
  if (entries.empty()) return complain(kUsage, "cases: none is like that (`p1rig cases` lists all)");
  return show_catalogue("cases", options, entries);
}

int run_readers(const Arguments& arguments) {
  return run_catalogue(
      "readers", "The readers that are known: how each is started and observed.", arguments, [] {
        std::vector<CatalogueEntry> entries;
        for (const auto& [name, file] : list_readers()) {
          const auto reader = load_reader(file);
          const std::string summary =
              reader ? fmt::format("{} on {}", reader->name, fmt::join(reader->endpoints, ", "))
                     : reader.error().message;
          Json json = {{"name", name}, {"file", file.string()}};
          if (reader) {
            json["command"] = reader->command;
            json["endpoints"] = reader->endpoints;
            json["dialects"] = reader->dialects;
          }
          entries.push_back({.name = name,
                             .summary = summary,
                             .json = json.dump(),
                             .details = file.string() + "\n" + json.dump(2)});
        }
        return entries;
      });
}

}  // namespace p1rig
