#include "cli/seed_options.h"

namespace p1rig {

void add_seed_options(Options& options, const char* what) {
  options.value("seed", "N", what);
  options.value(
      "id-seed", "N",
      "use the identifiers of the meter with this seed, 1: those of the profile; default: --seed");
}

int choose_seeds(const Options& options, Seeds& seeds) {
  const auto number = [&](const char* name, std::uint64_t& seed) {
    const auto text = options.get(name);
    if (!text) return true;
    const auto count = parse_count(*text);
    seed = count.value_or(seed);
    return count.has_value();
  };
  if (!number("seed", seeds.values)) return options.misuse("--seed: expected a whole number");
  seeds.ids = seeds.values;
  if (!number("id-seed", seeds.ids)) return options.misuse("--id-seed: expected a whole number");
  return kAsExpected;
}

}  // namespace p1rig
