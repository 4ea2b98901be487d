#!/usr/bin/env bash
# Builds the benchmarks optimised, runs them interleaved, and prints each ratio against its floor and
# its target (docs/benchmarks.md). Exits with 1 where one is below its floor.
# Writes build/release/bench/ratios.json and ratios.md. Words given here go to p1rig_bench:
#   scripts/bench.sh --benchmark_min_time=0.02     shorter, and less sure
set -euo pipefail
cd "$(dirname "$0")/.."

folder=build/release/bench
cmake --preset release >/dev/null
cmake --build --preset release --target p1rig_bench
P1RIG_DATA=$PWD "$folder/p1rig_bench" --benchmark_enable_random_interleaving=true \
  --benchmark_repetitions=9 --benchmark_report_aggregates_only=true \
  --benchmark_out="$folder/measured.json" --benchmark_out_format=json "$@"

# What so many more telegrams cost in instructions; Valgrind knows no AVX-512.
instructions() {
  P1RIG_DATA=$PWD P1RIG_CPU=portable valgrind --tool=callgrind --toggle-collect='*generate*' \
    --callgrind-out-file=/dev/null "$folder/p1rig_bench" --generate "$1" 2>&1 |
    sed -n 's/.*Collected : //p'
}
few=$(instructions 1000)
many=$(instructions 3000)
python3 bench/ratios.py "$folder/measured.json" "$folder/ratios.json" "$folder/ratios.md" \
  $(((many - few) / 2000))
