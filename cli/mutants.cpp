#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "cli/options.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/renamed_cases.h"
#include "protocol/dialect.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> cases_for(const std::vector<Case>& cases, std::string_view mutant) {
  std::vector<std::string> ids;
  for (const Case& one : cases) {
    if (std::ranges::find(one.mutants, mutant) != one.mutants.end()) ids.push_back(one.id);
  }
  return ids;
}

CatalogueEntry entry_of(const Mutant& mutant, const std::vector<Case>& cases) {
  const auto ids = cases_for(cases, mutant.name);
  const Json json = {{"name", mutant.name},
                     {"family", to_string(mutant.family)},
                     {"summary", mutant.summary},
                     {"how", how_of(mutant)},
                     {"cases", ids}};
  return {.name = std::string(mutant.name),
          .summary = std::string(mutant.summary),
          .json = json.dump(),
          .details = fmt::format("{}\n  {}\n  {}, {}\n  must be caught by {}\n", mutant.name,
                                 mutant.summary, to_string(mutant.family), how_of(mutant),
                                 ids.empty() ? "nothing yet" : fmt::format("{}", fmt::join(ids, ", ")))};
}

/// The matrix, a row for each mutant: which cases caught it; then what is not as it must be.
int run_trials(const Options& options, std::vector<Case> cases) {
  const std::string mutant_glob = options.get("mutant").value_or("*");
  const std::string case_glob = options.get("case").value_or("*");
  std::vector<const Mutant*> chosen;
  for (const Mutant& mutant : mutants()) {
    if (matches_glob(mutant_glob, mutant.name)) chosen.push_back(&mutant);
  }
  if (chosen.empty()) {
    return options.misuse(fmt::format("--mutant: none is named by \"{}\" (`p1rig mutants` lists them)",
                                      mutant_glob));
  }
  if (const std::string note = note_on_renamed(case_glob, cases); !note.empty()) {
    complain(kAsExpected, "--case: " + note);
  }
  std::erase_if(cases, [&](const Case& one) { return !is_named(one, case_glob); });
  if (cases.empty()) {
    return options.misuse(
        fmt::format("--case: none is named by \"{}\" (`p1rig cases` lists them)", case_glob));
  }
  const auto began = std::chrono::steady_clock::now();
  const auto grounds = trial_grounds(cases, options.get("dialect").value_or("*"));
  if (!grounds) return complain(kUsage, grounds.error().message);
  if (grounds->empty()) return options.misuse("--dialect: no dialect is named so (`p1rig dialects`)");

  std::size_t wrong = 0;
  for (const TrialGround& ground : *grounds) {
    for (const CaseResult& result : try_mutant(nullptr, ground)) {
      if (!is_caught(result)) continue;
      ++wrong;
      fmt::print("The reference reader fails {}: {}\n", result.name(),
                 fmt::join(result.messages, "; "));
    }
  }
  const MutantMatrix matrix = run_matrix(chosen, *grounds);
  std::size_t caught = 0;
  for (const Mutant* mutant : chosen) {
    const auto& by = matrix.caught_by.at(std::string(mutant->name));
    if (!by.empty()) ++caught;
    fmt::print("{:<24} {:>4}  {}\n", mutant->name, by.size(),
               by.empty() ? "NOT CAUGHT" : fmt::format("{}", fmt::join(by, " ")));
  }
  std::size_t failed = 0;
  for (const auto& [id, by] : matrix.failed_for) {
    if (by.empty()) {
      fmt::print("No mutant fails {}\n", id);
    } else {
      ++failed;
    }
  }
  const auto needed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  fmt::print("{} of {} mutants caught, {} of {} cases failed by at least one, in {:.1f} s\n", caught,
             chosen.size(), failed, matrix.failed_for.size(),
             static_cast<double>(needed.count()) / 1000);
  const bool all = wrong == 0 && caught == chosen.size() && failed == matrix.failed_for.size();
  return all ? kAsExpected : kNotAsExpected;
}

}  // namespace

int run_mutants(const Arguments& arguments) {
  auto cases = load_all_cases();
  if (!cases) return complain(kUsage, cases.error().message);
  if (std::ranges::find(arguments, "--run") == arguments.end()) {
    return run_catalogue("mutants",
                         "Faulty readers that show that the cases can fail. --run runs them all and\n"
                         "prints which cases caught which [--mutant GLOB] [--case GLOB] [--dialect GLOB].",
                         arguments, [&] {
                           std::vector<CatalogueEntry> entries;
                           for (const Mutant& mutant : mutants()) {
                             entries.push_back(entry_of(mutant, *cases));
                           }
                           return entries;
                         });
  }
  Options options("mutants --run [--mutant GLOB] [--case GLOB] [--dialect GLOB]",
                  "Runs the reference reader and its mutants against the cases. Exit code 1 where a\n"
                  "mutant is not caught, or nothing fails a case.");
  options.flag("run", "run them");
  options.value("mutant", "GLOB", "these mutants only");
  options.value("case", "GLOB", "these cases only");
  options.value("dialect", "GLOB", "at meters of these dialects only");
  if (const auto code = options.parse(arguments, 0, 0)) return *code;
  return run_trials(options, std::move(*cases));
}

}  // namespace p1rig
