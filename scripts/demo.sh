#!/usr/bin/env bash
# Puts a Kaifa MA304C on a pseudo-terminal and reads it. Installs and builds what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

p1rig=build/release/p1rig
profile=kaifa-ma304c

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

scripts/install-deps.sh
[ -f build/release/build.ninja ] || cmake --preset release
cmake --build --preset release --target p1rig

folder=$(mktemp -d)
meter=
cleanup() {
  [ -z "$meter" ] || kill "$meter" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

say "What a $profile sends (p1rig render $profile):"
"$p1rig" render "$profile"

say "The same meter on a line, and a reader beside it:"
echo "  p1rig simulate $profile --line pty:$folder/p1 --count 3"
echo "  p1rig read $folder/p1"
"$p1rig" simulate "$profile" --line "pty:$folder/p1" --count 3 >"$folder/meter.log" 2>&1 &
meter=$!
for _ in $(seq 50); do
  [ ! -e "$folder/p1" ] || break
  kill -0 "$meter" 2>/dev/null || break
  sleep 0.1
done
if [ ! -e "$folder/p1" ]; then
  echo "demo: the meter did not open its line:" >&2
  cat "$folder/meter.log" >&2
  exit 1
fi

say "What the reader understood, one line per telegram (this meter sends every 10 s):"
# The line ends with the meter; the limit is for the day it does not.
timeout 24 "$p1rig" read "$folder/p1" | tee "$folder/read.jsonl" || true
telegrams=$(grep -c '"telegram"' "$folder/read.jsonl" || true)
if [ "$telegrams" -lt 2 ]; then
  echo "demo: expected 3 telegrams, read $telegrams; the meter said:" >&2
  cat "$folder/meter.log" >&2
  exit 1
fi
say "$telegrams telegrams read."
