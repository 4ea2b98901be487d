#include "conformance/run/vectors.h"

#include <fmt/core.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/seed_options.h"
#include "conformance/suite/renamed_cases.h"
#include "protocol/wording.h"

namespace p1rig {

int run_vectors(const Arguments& arguments) {
  Options options(
      "vectors DIR [--dialect D]… [--profile P]… [--case GLOB]… [--seed N]",
      "Exports the cases as files (bytes and expectations) for use without p1rig, from any\n"
      "language. DIR is created, or updated if it contains vectors.");
  options.values("profile", "P", "this meter; may be repeated; default: one for each dialect");
  options.values("dialect", "D", "dialects matching this glob; may be repeated; default: all");
  options.values("case", "GLOB", "only cases whose id matches this glob; may be repeated");
  add_seed_options(options, "selects the values that are sent; default: 1");
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  VectorPlan plan{.folder = options.words()[0],
                  .profiles = options.list("profile"),
                  .dialects = options.list("dialect"),
                  .cases = options.list("case")};
  Seeds seeds;
  if (const int code = choose_seeds(options, seeds); code != kAsExpected) return code;
  plan.seed = seeds.values;
  plan.id_seed = seeds.ids;
  const auto cases = load_all_cases();
  if (!cases) return complain(kUsage, cases.error().message);
  for (const std::string& glob : plan.cases) {
    const std::string note = note_on_renamed(glob, *cases);
    if (!note.empty()) complain(kAsExpected, "--case: " + note);
  }
  if (auto right = check_plan(plan, *cases); !right) return complain(kUsage, right.error().message);
  const auto written = write_vectors(plan, *cases);
  if (!written) return complain(kEnvironment, written.error().message);
  fmt::print("{} in {}\n", counted(*written, "vector"), plan.folder.string());
  return kAsExpected;
}

}  // namespace p1rig
