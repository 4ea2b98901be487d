#!/usr/bin/env bash
# Builds the benchmarks optimised, runs them interleaved, and prints each ratio against its floor and
# its target (docs/benchmarks.md).
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'END'
usage: scripts/bench.sh [--gate]
  (nothing)  measures all ratios; unless one is below its floor, they are written to bench/ratios.json
             and the tables of docs/benchmarks.md and README.md
  --gate     short, for continuous integration: what other work beside it spoilt is measured up to
             twice more, all repetitions are judged together, and nothing is written
Exits with 1 where a ratio is below its floor, with 2 where one could not be measured. Single benchmarks:
build/release/bench/p1rig_bench --benchmark_filter=…
END
}

gate=no
for argument in "$@"; do
  case "$argument" in
    --gate) gate=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "bench: unknown option $argument" >&2
      usage >&2
      exit 2
      ;;
  esac
done

folder=build/release/bench
measured=$folder/measured.json
command -v valgrind >/dev/null || {
  echo "bench: valgrind, which counts instructions, is missing: run scripts/install-deps.sh" >&2
  exit 2
}

cmake --preset release >/dev/null
cmake --build --preset release --target p1rig_bench

# What that many more telegrams cost in instructions; Valgrind does not support AVX-512.
instructions() {
  P1RIG_DATA=$PWD P1RIG_CPU=portable valgrind --tool=callgrind --toggle-collect='*generate*' \
    --callgrind-out-file=/dev/null "$folder/p1rig_bench" --generate "$1" 2>&1 |
    sed -n 's/.*Collected : //p'
}
few=$(instructions 1000)
many=$(instructions 3000)
each=$(((many - few) / 2000))

# Earlier measurements are never judged again.
run() {
  rm -f "$measured"
  P1RIG_DATA=$PWD "$folder/p1rig_bench" --benchmark_enable_random_interleaving=true \
    --benchmark_repetitions=9 --benchmark_display_aggregates_only=true \
    --benchmark_out="$measured" --benchmark_out_format=json "$@"
}

if [ "$gate" = no ]; then
  # Not in the gate: what pages for a file cost depends too much on other load.
  cmake --build --preset release --target p1rig
  run
  corpus=$(python3 bench/corpus_ratio.py build/release/p1rig)
  if [ -n "${P1RIG_CPU:-}" ]; then
    echo "bench: P1RIG_CPU is set: nothing is written" >&2
    exec python3 bench/ratios.py "$measured" "$each" "$corpus"
  fi
  exec python3 bench/ratios.py "$measured" "$each" "$corpus" --publish
fi
judged=
for try in 1 2 3; do
  measured=$folder/measured-$try.json
  run --benchmark_filter="$(python3 bench/ratios.py --filter)" --benchmark_min_time=0.02 \
    >/dev/null 2>"$folder/errors" || {
    cat "$folder/errors" >&2
    exit 1
  }
  judged+=${judged:+,}$measured
  code=0
  python3 bench/ratios.py "$judged" "$each" || code=$?
  [ "$code" = 1 ] || exit "$code"
  echo "bench: attempt $try of 3 failed" >&2
done
exit 1
