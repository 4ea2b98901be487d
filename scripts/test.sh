#!/usr/bin/env bash
# shellcheck disable=SC2317  # the functions are called through stage()
# Builds p1rig and runs its tests, from a fresh clone on a fresh Debian 12 as well as in a working tree.
#   --long   also all tests under the address and undefined-behaviour sanitizers, of which a few run
#            always, those that take minutes, and whether the bytes sent depend on the compiler
#   --vm     also the tests inside a virtual machine
#   --speed  also what only optimised code is fast enough for: the fast generator against the plain one
#            at 100,000 states of every profile, and whether ratios of speed are above their floors
set -uo pipefail
cd "$(dirname "$0")/.." || exit

long=no
vm=no
speed=no
for argument in "$@"; do
  case "$argument" in
    --long) long=yes ;;
    --vm) vm=yes ;;
    --speed) speed=yes ;;
    *)
      echo "usage: scripts/test.sh [--long] [--vm] [--speed]" >&2
      exit 2
      ;;
  esac
done

jobs=$(nproc)
table=()
failed=0

# stage NAME COMMAND…: runs it, remembers how long it took and whether it worked.
stage() {
  local name=$1 start=$EPOCHREALTIME outcome=ok code=0
  shift
  printf '\n=== %s\n' "$name"
  "$@" </dev/null || code=$?
  if [ "$code" -ne 0 ]; then
    outcome="FAILED ($code)"
    failed=1
  fi
  table+=("$(awk -v name="$name" -v from="$start" -v to="$EPOCHREALTIME" -v outcome="$outcome" \
    'BEGIN { printf "%-20s %8.1f s  %s", name, to - from, outcome }')")
  return "$code"
}

finish() {
  printf '\n=== stages\n'
  printf '%s\n' "${table[@]}"
  exit "$failed"
}

# build_and_test PRESET [TARGET…]
build_and_test() {
  local preset=$1
  shift
  stage "configure $preset" cmake --preset "$preset" || return
  stage "build $preset" \
    cmake --build --preset "$preset" --parallel "$jobs" --target all "$@" || return
  # Most tests take three of these slots, and those that wait take one (tests/CMakeLists.txt).
  stage "test $preset" ctest --preset "$preset" --parallel $((3 * jobs))
}

# Code that indexes by its input, in every run: two minutes of two cores, and next to nothing once
# the compiler's cache knows it.
sanitize_some() {
  stage "configure asan" cmake --preset asan || return
  stage "build sanitized" \
    cmake --build --preset asan --parallel "$jobs" --target sanitized_tests || return
  stage "test sanitized" build/asan/tests/sanitized_tests --gtest_brief=1
}

run_vm() {
  if [ ! -f tests/vm/run.sh ]; then
    echo "vm: not built yet" >&2
    return 1
  fi
  bash tests/vm/run.sh
}

# each_test PROGRAM: the tests of a GoogleTest program, on all cores.
each_test() {
  "$1" --gtest_list_tests | awk '/^[^ ]/ { suite = $1 } /^ / { print suite $1 }' |
    xargs -P "$jobs" -I{} "$1" --gtest_brief=1 --gtest_filter={}
}

# The ratios run alone, after everything else: other load distorts them.
check_speed() {
  stage "configure release" cmake --preset release || return
  stage "build release" cmake --build --preset release --parallel "$jobs" \
    --target p1rig_bench generator_tests || return
  stage "test release" each_test build/release/tests/generator_tests
  stage speed scripts/bench.sh --gate
}

install=(scripts/install-deps.sh)
[ "$long" = no ] || install+=(--long)
stage install "${install[@]}" || finish
build_and_test dev all_verify_interface_header_sets # every header compiles alone
if [ "$long" = yes ]; then build_and_test asan; else sanitize_some; fi
[ "$long" = no ] || stage "test long" ctest --preset long
[ "$long" = no ] || stage "same bytes" scripts/same-bytes.sh
[ "$vm" = no ] || stage vm run_vm
[ "$speed" = no ] || check_speed
finish
