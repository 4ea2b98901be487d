#!/usr/bin/env bash
# Installs what building and testing p1rig needs on Debian 12, and nothing else. Never prompts, and is
# done in a fraction of a second when everything is there.
#   --vm    also what the tests inside a virtual machine need
#   --long  also what the long tests need: another compiler
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  g++ cmake ninja-build pkg-config clang-format
  libboost-dev libboost-program-options-dev
  libssl-dev libserialport-dev libpcap-dev libmosquitto-dev
  libtomlplusplus-dev nlohmann-json3-dev libfmt-dev libexpected-dev
  libhowardhinnant-date-dev tzdata
  libgtest-dev libgmock-dev libbenchmark-dev valgrind
  python3 python3-serial python3-cryptography python3-jsonschema
  libxml2-utils chromium curl
  ser2net gensio-bin tshark mosquitto
)

fail() {
  echo "install-deps: $*" >&2
  exit 1
}

[ "${1:-}" != --vm ] || packages+=(qemu-system-x86 busybox-static)
[ "${1:-}" != --long ] || packages+=(clang)

# An installed Node, from any source, is left alone.
if ! command -v node >/dev/null; then
  packages+=(nodejs npm)
elif ! command -v npm >/dev/null; then
  dpkg-query -S "$(readlink -f "$(command -v node)")" >/dev/null 2>&1 ||
    fail "this Node ($(command -v node)) has no npm, and Debian's npm would replace it; please install its npm"
  packages+=(npm)
fi

missing_packages() {
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u)
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "please run this as root, or install sudo: still missing: ${missing[*]}"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

command -v dpkg-query >/dev/null || fail "this script knows Debian's packages only; see the list in it"
mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "install-deps: installing ${missing[*]}"
  apt update || echo "install-deps: some package lists could not be refreshed; continuing with the existing ones" >&2
  apt install -y --no-install-recommends "${missing[@]}"
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -eq 0 ] || fail "still missing: ${missing[*]}"
fi

# The readers from npm that the tests run. serialport brings compiled bindings along, so no install
# script has to run.
node_folder=tests/end_to_end/node
if ! cmp -s "$node_folder/package-lock.json" "$node_folder/node_modules/.installed-lock.json"; then
  echo "install-deps: npm packages of $node_folder"
  (cd "$node_folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null)
  cp "$node_folder/package-lock.json" "$node_folder/node_modules/.installed-lock.json"
fi
