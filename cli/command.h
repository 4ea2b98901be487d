#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace p1rig {

/// What the program's exit codes mean.
enum ExitCode : int {
  kAsExpected = 0,
  kNotAsExpected = 1,
  kUsage = 2,           ///< or configuration
  kReaderContract = 3,  ///< the reader broke the contract
  kEnvironment = 4,
  kInconclusive = 75,
  kInterrupted = 130
};

using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Arguments& arguments);
};

int run_simulate(const Arguments& arguments);
int run_render(const Arguments& arguments);
int run_record(const Arguments& arguments);
int run_replay(const Arguments& arguments);
int run_anonymise(const Arguments& arguments);
int run_diagnose(const Arguments& arguments);
int run_profiles(const Arguments& arguments);
int run_quantities(const Arguments& arguments);
int run_dialects(const Arguments& arguments);
int run_scenarios(const Arguments& arguments);
int run_faults(const Arguments& arguments);
int run_learn(const Arguments& arguments);
int run_compare(const Arguments& arguments);
int run_check(const Arguments& arguments);
int run_lint(const Arguments& arguments);
int run_read(const Arguments& arguments);
int run_conform(const Arguments& arguments);
int run_doctor(const Arguments& arguments);
int run_cases(const Arguments& arguments);
int run_bench(const Arguments& arguments);
int run_corpus(const Arguments& arguments);
int run_vectors(const Arguments& arguments);
int run_mutants(const Arguments& arguments);
int run_readers(const Arguments& arguments);
int run_bench_check(const Arguments& arguments);
int run_seal(const Arguments& arguments);
int run_unseal(const Arguments& arguments);

/// Writes a line to stderr. It is not an error if that fails.
void say(std::string_view line);

/// Says "p1rig: MESSAGE", each line of it, and returns the code.
int complain(ExitCode code, std::string_view message);

}  // namespace p1rig
