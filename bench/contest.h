#pragma once

#include <string>

namespace p1rig::bench {

// A contest is a file of this folder: contenders that do the same, a comparison of what they give, and
// a benchmark for each, named "contest/contender" as scripts/bench.sh looks for them. A contender is
// one small header in contenders/.

/// Nothing where all contenders give the same; otherwise what differs. Nothing is timed before.
std::string compare_crcs();
std::string compare_sealers();
std::string compare_generators();
std::string compare_readers();
std::string compare_parsers();  ///< also adds the benchmarks of foreign ones

/// Lets one meter live so many seconds and prints them, for Callgrind to count.
void generate(int telegrams);

}  // namespace p1rig::bench
