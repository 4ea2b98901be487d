#!/usr/bin/env bash
# Puts a Kaifa MA304C on a pseudo-terminal and reads it. Installs and builds what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

p1rig=build/release/p1rig
profile=kaifa-ma304c
count=2 # this meter sends every 10 s, on multiples of 10 s of its clock

say() {
  if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi
}

scripts/install-deps.sh
[ -f build/release/build.ninja ] || cmake --preset release
cmake --build --preset release --target p1rig

folder=$(mktemp -d)
meter=
cleanup() {
  if [ -n "$meter" ]; then
    kill "$meter" 2>/dev/null || true
    wait "$meter" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap cleanup EXIT

say "What a $profile sends (p1rig render $profile):"
"$p1rig" render "$profile"

say "The same meter on a line, and a reader for it:"
echo "  p1rig simulate $profile --line pty:$folder/p1 --count $count"
echo "  p1rig read $folder/p1"
"$p1rig" simulate "$profile" --line "pty:$folder/p1" --count "$count" >"$folder/meter.log" 2>&1 &
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

say "What the reader understood, one line per telegram, every 10 s:"
# The meter closes its line after the last telegram; the limit is for the day it does not.
code=0
timeout 24 "$p1rig" read "$folder/p1" | tee "$folder/read.jsonl" || code=$?
telegrams=$(grep -c '^{"telegram"' "$folder/read.jsonl" || true)
if [ "$code" -ne 0 ] || [ "$telegrams" -ne "$count" ]; then
  echo "demo: expected $count telegrams, read $telegrams (exit code $code); the meter said:" >&2
  cat "$folder/meter.log" >&2
  exit 1
fi
say "$telegrams telegrams sent, $telegrams understood."
