#!/usr/bin/env bash
# Builds the benchmarks optimised, runs them interleaved, and prints each ratio against its floor and
# its target (docs/benchmarks.md). Exits with 1 where one is below its floor.
#   scripts/bench.sh           also writes bench/ratios.json and the tables of docs/benchmarks.md and
#                              README.md
#   scripts/bench.sh --gate    short, for continuous integration: what other work beside it spoilt gets
#                              two more tries, and nothing is written
# Words behind that go to p1rig_bench.
set -euo pipefail
cd "$(dirname "$0")/.."

gate=no
if [ "${1:-}" = --gate ]; then
  gate=yes
  shift
fi
folder=build/release/bench
measured=$folder/measured.json

cmake --preset release >/dev/null
cmake --build --preset release --target p1rig_bench

# What so many more telegrams cost in instructions; Valgrind knows no AVX-512.
instructions() {
  P1RIG_DATA=$PWD P1RIG_CPU=portable valgrind --tool=callgrind --toggle-collect='*generate*' \
    --callgrind-out-file=/dev/null "$folder/p1rig_bench" --generate "$1" 2>&1 |
    sed -n 's/.*Collected : //p'
}
few=$(instructions 1000)
many=$(instructions 3000)
each=$(((many - few) / 2000))

run() {
  P1RIG_DATA=$PWD "$folder/p1rig_bench" --benchmark_enable_random_interleaving=true \
    --benchmark_repetitions=9 --benchmark_display_aggregates_only=true \
    --benchmark_out="$measured" --benchmark_out_format=json "$@"
}

if [ "$gate" = no ]; then
  # Not in the gate: what pages for a file cost depends too much on what else the machine does.
  cmake --build --preset release --target p1rig
  run "$@"
  corpus=$(python3 bench/corpus_ratio.py build/release/p1rig)
  exec python3 bench/ratios.py "$measured" "$each" "$corpus" --publish
fi
for try in 1 2 3; do
  run --benchmark_filter="$(python3 bench/ratios.py --filter)" --benchmark_min_time=0.02 "$@" \
    >/dev/null 2>"$folder/errors" || {
    cat "$folder/errors" >&2
    exit 1
  }
  if python3 bench/ratios.py "$measured" "$each" 2>"$folder/errors"; then exit 0; fi
  echo "bench: try $try: $(cat "$folder/errors")" >&2
done
exit 1
