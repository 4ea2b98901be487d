#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "conformance/mutants/measure_defects.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/report/columns.h"
#include "conformance/run/known_defects.h"
#include "conformance/suite/renamed_cases.h"
#include "protocol/dialect.h"
#include "protocol/wording.h"
#include "simulator/files/read_file.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

CatalogueEntry entry_of(const Mutant& mutant, const std::vector<Case>& cases) {
  const auto ids = cases_naming(cases, mutant.name);
  const Json json = {{"name", mutant.name},       {"family", to_string(mutant.family)},
                     {"summary", mutant.summary}, {"how", how_of(mutant)},
                     {"code", code_of(mutant)},   {"cases", ids}};
  return {.name = std::string(mutant.name),
          .facts = {std::string(mutant.summary)},
          .json = json.dump(),
          .details = fmt::format(
              "{}\n  {}\n  {}, {}\n  in code: {}\n  must be caught by {}\n", mutant.name,
              mutant.summary, to_string(mutant.family), how_of(mutant), code_of(mutant),
              ids.empty() ? "nothing yet" : fmt::format("{}", fmt::join(ids, ", ")))};
}

/// What a run is to find out: all that was not chosen by another option.
struct TrialQuestion {
  bool mutants = true;  ///< whether each mutant is caught
  bool cases = true;    ///< whether each case is failed by one
};

/// A few cases, or one dialect, need not catch every mutant, nor need a few mutants
/// that they fail every case.
TrialQuestion question_of(const Options& options) {
  return {.mutants = options.get("mutant") || !(options.get("case") || options.get("dialect")),
          .cases = !options.get("mutant")};
}

/// The mutants that must be caught: of all cases all, of some those that they name, and one that is
/// asked for by its name.
std::set<std::string_view> due_mutants(const Options& options,
                                       const std::vector<const Mutant*>& chosen,
                                       const std::vector<TrialGround>& grounds) {
  const bool is_all = !options.get("case") && !options.get("dialect");
  std::set<std::string_view> due;
  for (const Mutant* mutant : chosen) {
    const bool is_named = std::ranges::any_of(grounds, [&](const TrialGround& ground) {
      return !cases_naming(ground.cases, mutant->name).empty();
    });
    if (is_all || is_named || options.get("mutant") == mutant->name) due.insert(mutant->name);
  }
  return due;
}

/// How often the reference reader fails; says which cases.
std::size_t failures_of_reference(const std::vector<TrialGround>& grounds) {
  std::size_t failures = 0;
  for (const TrialGround& ground : grounds) {
    for (const CaseResult& result : try_mutant(nullptr, ground)) {
      if (!is_caught(result)) continue;
      ++failures;
      fmt::print("The reference reader fails {}: {}\n", result.name(),
                 fmt::join(result.messages, "; "));
    }
  }
  return failures;
}

/// The matrix, a row for each mutant: which cases caught it; then what is not as it must be.
int run_trials(const Options& options, const std::vector<const Mutant*>& chosen,
               const std::vector<TrialGround>& grounds) {
  const auto began = std::chrono::steady_clock::now();
  const TrialQuestion question = question_of(options);
  const std::size_t wrong = failures_of_reference(grounds);
  const MutantMatrix matrix =
      run_matrix(chosen, grounds, options.get("case") ? Asks::kNoOrdinary : Asks::kAll);
  const auto due = due_mutants(options, chosen, grounds);
  std::vector<TableRow> rows;
  std::size_t missed = 0;
  for (const Mutant* mutant : chosen) {
    const auto& by = matrix.caught_by.at(std::string(mutant->name));
    const bool is_missed = by.empty() && question.mutants && due.contains(mutant->name);
    if (by.empty() && !is_missed) continue;
    missed += is_missed ? 1 : 0;
    rows.push_back({std::string(mutant->name), std::to_string(by.size()),
                    is_missed ? "NOT CAUGHT" : fmt::format("{}", fmt::join(by, " "))});
  }
  std::string summary;
  if (question.mutants) {
    summary +=
        fmt::format("{} of {} caught, ", rows.size() - missed, counted(rows.size(), "mutant"));
  }
  std::size_t unfailed = 0;
  fmt::print("{}", in_columns(rows, "<>"));
  for (const auto& [id, by] : matrix.failed_for) {
    if (!question.cases || !by.empty()) continue;
    ++unfailed;
    fmt::print("No mutant fails {}\n", id);
  }
  if (question.cases) {
    summary +=
        fmt::format("{} of {} failed by at least one mutant, ", matrix.failed_for.size() - unfailed,
                    counted(matrix.failed_for.size(), "case"));
  }
  const std::chrono::duration<double> needed = std::chrono::steady_clock::now() - began;
  fmt::print("{}in {:.1f} s\n", summary, needed.count());
  return wrong + missed + unfailed == 0 ? kAsExpected : kNotAsExpected;
}

/// That nothing has this name; an empty text if all is well. Notes what has another name now.
std::string unknown_choice(const Options& options, const std::vector<Case>& cases) {
  const auto mutant_glob = options.get("mutant"), case_glob = options.get("case");
  if (const auto note = note_on_renamed(case_glob.value_or("*"), cases); !note.empty()) {
    complain(kAsExpected, "--case: " + note);
  }
  const bool any_mutant = std::ranges::any_of(mutants(), [&](const Mutant& mutant) {
    return matches_glob(mutant_glob.value_or("*"), mutant.name);
  });
  if (!any_mutant) {
    return fmt::format("--mutant: no mutant matches \"{}\" (`p1rig mutants` lists them)",
                       *mutant_glob);
  }
  const bool any_case = std::ranges::any_of(
      cases, [&](const Case& one) { return is_named(one, case_glob.value_or("*")); });
  if (any_case) return {};
  return fmt::format("--case: no case matches \"{}\" (`p1rig cases` lists them)", *case_glob);
}

/// The mutants and cases that the options choose, and the meters for them.
int choose_and_run(const Options& options, std::vector<Case> cases) {
  const std::string mutant_glob = options.get("mutant").value_or("*");
  const std::string case_glob = options.get("case").value_or("*");
  if (const auto unknown = unknown_choice(options, cases); !unknown.empty()) {
    return options.misuse(unknown);
  }
  std::vector<const Mutant*> chosen;
  for (const Mutant& mutant : mutants()) {
    if (matches_glob(mutant_glob, mutant.name)) chosen.push_back(&mutant);
  }
  std::erase_if(cases, [&](const Case& one) { return !is_named(one, case_glob); });
  const auto grounds = trial_grounds(cases, options.get("dialect").value_or("*"));
  if (!grounds) return complain(kUsage, grounds.error().message);
  if (grounds->empty()) return options.misuse("--dialect: no such dialect (`p1rig dialects`)");
  if (std::ranges::all_of(*grounds, [](const auto& ground) { return ground.cases.empty(); })) {
    return options.misuse("--case: no meter of these dialects can send it");
  }
  return run_trials(options, chosen, *grounds);
}

/// What the file says that is to be written.
Result<KnownDefects> defects_before(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return tl::make_unexpected(text.error());
  return parse_known_defects(file, *text);
}

int write_defects(const Options& options, const std::vector<Case>& cases) {
  if (const auto unknown = unknown_choice(options, cases); !unknown.empty()) {
    return options.misuse(unknown);
  }
  std::optional<Remeasuring> again;
  if (options.get("mutant") || options.get("case")) {
    auto known = defects_before(*options.get("write-defects"));
    if (!known) return complain(kUsage, known.error().message);
    again = {.known = std::move(*known),
             .mutants = options.get("mutant").value_or(""),
             .cases = options.get("case").value_or("")};
  }
  std::optional<OutputFile> file;
  OutputGuard guard = guard_of(options);
  const int opened = open_output(options, "write-defects", kDefectsKind, guard, file);
  if (opened != kAsExpected) return opened;
  const auto defects = measure_defects(cases, again ? &*again : nullptr);
  if (!defects) return complain(kUsage, defects.error().message);
  const auto written = file->write(to_json(*defects));
  return written ? kAsExpected : complain(kEnvironment, written.error().message);
}

}  // namespace

int run_mutants(const Arguments& arguments) {
  Options options(
      "mutants [GLOB]… [show NAME] [--json]\n"
      "       p1rig mutants --run [--mutant GLOB] [--case GLOB] [--dialect GLOB]\n"
      "       p1rig mutants --write-defects F [--mutant GLOB] [--case GLOB]",
      "Lists faulty readers that prove that the cases can fail. --run runs the reference reader\n"
      "and its mutants against the cases and prints which case caught which mutant. Exit code 1:\n"
      "a mutant is not caught, or no mutant fails a case. --mutant alone checks only the former,\n"
      "--case or --dialect alone only the latter, both together whether these cases catch these\n"
      "mutants.");
  options.flag("json", "machine-readable: an array of objects, or one object");
  options.flag("run", "run them");
  options.value("mutant", "GLOB",
                "with --run: these mutants only;\n"
                "with --write-defects: measure these and what F does not have, keep the rest of F");
  options.value("case", "GLOB", "with --run: these cases only; with --write-defects as --mutant");
  options.value("dialect", "GLOB", "with --run: on meters of these dialects only");
  options.value("write-defects", "F",
                "write which cases each of them fails: the data by which `conform` finds causes");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 0, Options::kAnyNumber)) return *code;
  const bool is_run = options.has("run");
  if (options.get("write-defects")) {
    for (const char* name : {"run", "json", "dialect"}) {
      if (options.has(name)) {
        return options.misuse(fmt::format("--write-defects and --{}: not both", name));
      }
    }
  }
  for (const char* name : {"mutant", "case", "dialect"}) {
    const bool is_writing = options.get("write-defects").has_value();
    if (!is_run && !is_writing && options.get(name))
      return options.misuse(fmt::format("--{} requires --run", name));
  }
  if (is_run && options.has("json")) return options.misuse("--json cannot be combined with --run");
  const bool lists = !is_run && !options.get("write-defects");
  if (!lists && !options.words().empty()) {
    return options.misuse(fmt::format("unexpected argument \"{}\"", options.words()[0]));
  }
  auto cases = load_all_cases();
  if (!cases) return complain(kUsage, cases.error().message);
  if (is_run) return choose_and_run(options, std::move(*cases));
  if (options.get("write-defects")) return write_defects(options, *cases);
  std::vector<CatalogueEntry> entries;
  for (const Mutant& mutant : mutants()) entries.push_back(entry_of(mutant, *cases));
  return show_catalogue("mutants", options, entries);
}

}  // namespace p1rig
