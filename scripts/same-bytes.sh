#!/usr/bin/env bash
# Shows that the same profile, scenario, seed and time give the same bytes regardless of the compiler:
# builds it with GCC without optimisation, with GCC at its highest and with Clang, lets each of them
# render every profile, scenario and fault, and compares the hashes. The first of them does it twice,
# in another time zone, language and directory. Reports differences and then exits with 1.
#   CLANG=clang++-14 scripts/same-bytes.sh     another Clang
set -euo pipefail
cd "$(dirname "$0")/.."

source_folder=$PWD
work=$source_folder/build/same-bytes
jobs=$(nproc)
clang=${CLANG:-clang++}

command -v "$clang" >/dev/null || {
  echo "same-bytes: there is no $clang; \`scripts/install-deps.sh --long\` installs one" >&2
  exit 4
}

# build NAME COMPILER FLAGS
build() {
  local folder=$work/$1 log=$work/$1.log
  cmake -S . -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_CXX_FLAGS="$3" -DP1RIG_TESTS=OFF -DP1RIG_BENCH=OFF >"$log" 2>&1 &&
    cmake --build "$folder" --parallel "$jobs" --target p1rig >>"$log" 2>&1 && return
  echo "same-bytes: $1 cannot be built:" >&2
  tail -30 "$log" >&2
  exit 1
}

# Where one rendering goes, and its arguments.
rendering() {
  local file=$1
  shift
  # A rejection is a result too: all must reject alike.
  echo "\"\$p1rig\" $* >\"\$out/$file\" 2>&1 || echo \"exit \$?\" >>\"\$out/$file\""
}

# Every rendering as a line of shell.
renderings() {
  local file profile scenario made_for moment seed fault
  # Winter and summer, both hours of the autumn fold, the spring gap, the end of a year.
  local moments=(2026-01-15T11:54:56Z 2026-07-16T05:20:00Z 2026-10-25T00:30:00Z
    2026-10-25T01:30:00Z 2026-03-29T01:00:00Z 2026-12-31T23:00:00Z)
  for file in profiles/*.toml; do
    profile=$(basename "$file" .toml)
    for moment in "${moments[@]}"; do
      for seed in 1 4242; do
        rendering "$profile at $moment, seed $seed" \
          render "$profile" --at "$moment" --seed "$seed"
      done
    done
  done
  for file in profiles/scenarios/*.toml; do
    scenario=$(basename "$file" .toml)
    made_for=$(sed -n 's/^made_for = "\(.*\)"/\1/p' "$file")
    while read -r moment; do
      rendering "$scenario, ${made_for:-iskra-am550} at $moment" \
        render "${made_for:-iskra-am550}" --scenario "$scenario" --at "$moment" --seed 77
    done < <(sed -n 's/^\(at\|until\) = "\(.*\)"/\2/p' "$file" | sort -u)
    for profile in dsmr-3.0-example dsmr-4.2.2-example kaifa-ma304c iskra-am550 \
      sagemcom-t211-d-emucs17 sagemcom-smarty-lux landisgyr-e360-se aidon-6534 sagemcom-sag-eon \
      eso-maximum sagemcom-xt211; do
      local start=()
      grep -q '^start = ' "$file" || start=(--start 2026-05-04T10:00:00Z)
      rendering "$scenario, $profile" simulate "$profile" --scenario "$scenario" "${start[@]}" \
        --line file:/dev/stdout --pace none --speed max --count 200
    done
  done
  local hours=(--start 2026-06-21T10:00:00Z --line file:/dev/stdout --pace none --speed max)
  for fault in $faults; do
    for profile in kaifa-ma304c dsmr-4.2.2-example sagemcom-t211-d-emucs17 iskra-mt382; do
      rendering "$fault, $profile" \
        simulate "$profile" "${hours[@]}" --until 2026-06-21T10:01:00Z --seed 9 --fault "$fault"
    done
  done
  rendering "faults composed" simulate kaifa-ma304c "${hours[@]}" --count 60 \
    --fault flip-bit=3,every=5 --fault shuffle-lines,every=2 --fault insert-byte=7,every=3 \
    --fault change-digits=2,at=1-0:1.8.1 --fault noise=20,every=4
  for profile in sagemcom-smarty-lux-encrypted sagemcom-t210-d-r; do
    rendering "sealed, $profile" simulate "$profile" "${hours[@]}" --count 40 \
      --key-file "$work/key"
  done
}

# render_all NAME PROGRAM: everything into the directory of that name, and its hashes into NAME.sha256.
render_all() {
  local part
  rm -rf "$work/out/$1"
  mkdir -p "$work/out/$1"
  for part in "$work"/part.*; do
    p1rig=$2 out=$work/out/$1 P1RIG_DATA=$source_folder bash "$part" </dev/null &
  done
  wait
  (cd "$work/out/$1" && sha256sum -- *) >"$work/$1.sha256"
}

# compare NAME: with the first.
compare() {
  local differing
  differing=$({ diff "$work/gcc-O0.sha256" "$work/$1.sha256" || true; } |
    sed -n 's/^[<>] [0-9a-f]*  //p' | sort -u)
  if [ -z "$differing" ]; then
    echo "$1: all $count as with gcc-O0"
    return
  fi
  failed=1
  echo "$1: $(wc -l <<<"$differing") of $count differ from gcc-O0:"
  while read -r file; do
    echo "  $file$({ cmp "$work/out/gcc-O0/$file" "$work/out/$1/$file" 2>&1 || true; } |
      sed -n 's/.* differ: /: first differing /p')"
  done < <(head -20 <<<"$differing")
}

mkdir -p "$work"
build gcc-O0 g++ -O0
build gcc-O3 g++ -O3
build clang-O2 "$clang" -O2
built=$SECONDS

faults=$("$work/gcc-O0/p1rig" faults | cut -d ' ' -f 1)
(umask 077 && echo 000102030405060708090A0B0C0D0E0F >"$work/key")
rm -f "$work"/part.*
renderings >"$work/renderings"
split --number="r/$jobs" "$work/renderings" "$work/part."
for name in gcc-O0 gcc-O3 clang-O2; do render_all "$name" "$work/$name/p1rig"; done
(cd / && TZ=Pacific/Chatham LC_ALL=C.UTF-8 LANG=tr_TR.UTF-8 \
  render_all gcc-O0-again "$work/gcc-O0/p1rig")

failed=0
count=$(wc -l <"$work/gcc-O0.sha256")
refused=$(grep -l '^exit [0-9]*$' "$work/out/gcc-O0"/* | wc -l)
bytes=$(cat "$work/out/gcc-O0"/* | wc -c)
echo "same-bytes: $count renderings ($refused of them refusals), $bytes bytes"
# Most meters can run most scenarios; a comparison of refusals proves nothing.
if [ $((refused * 4)) -gt "$count" ]; then
  echo "same-bytes: too many refusals, such as $work/out/gcc-O0/$(
    cd "$work/out/gcc-O0" && grep -l '^exit [0-9]*$' -- * | head -1)"
  failed=1
fi
for name in gcc-O3 clang-O2 gcc-O0-again; do compare "$name"; done
echo "same-bytes: built in $built s, rendered and compared in $((SECONDS - built)) s"
exit "$failed"
