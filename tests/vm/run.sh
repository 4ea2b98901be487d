#!/usr/bin/env bash
# Runs the tests that need kernel modules which containers do not have: boots Debian's own kernel
# under QEMU, in software, on this machine's file system (read-only), and runs
# guest_test.py in there. Fails where it cannot run; there is no way to skip it.
#   tests/vm/run.sh [BUILD_FOLDER]     default: build/dev
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
build=$(realpath -m "${1:-build/dev}")
work=$root/build/vm
limit=900 # seconds for the machine as a whole
started=$EPOCHREALTIME
mkdir -p "$work"

fail() {
  echo "vm: FAILED: $*" >&2
  exit 1
}

# The machine has these folders to itself, and finds the rest where it is here.
for folder in "$root" "$build"; do
  case $folder/ in
    /dev/* | /proc/* | /sys/*) fail "$folder cannot be seen inside the machine; use a clone elsewhere" ;;
    *[[:space:]]*) fail "$folder: has a blank, which a kernel's command line cannot have; use a clone elsewhere" ;;
  esac
done

took() { awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.0f s", to - from }'; }

scripts/install-deps.sh --vm

# Debian's kernel. The cloud kernel has no USB, so it is the real package behind linux-image-amd64.
kernel_package=$(apt-cache depends linux-image-amd64 |
  sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
[ -n "$kernel_package" ] || fail "apt-cache knows no kernel behind linux-image-amd64"
tree=$work/$kernel_package
if [ ! -f "$tree/complete" ]; then
  rm -rf "$tree" "$work"/*.deb
  (cd "$work" && apt-get download -q "$kernel_package") || fail "cannot download $kernel_package"
  mkdir -p "$tree"
  dpkg-deb -x "$work/$kernel_package"_*.deb "$tree"
  rm -f "$work"/*.deb
  touch "$tree/complete"
fi
kernel=$(find "$tree/boot" -name 'vmlinuz-*' | head -n 1)

[ -d "$build" ] || fail "$build: not configured; try cmake --preset dev"
cmake --build "$build" --target p1rig crossed_cables

python3 tests/vm/make_initramfs.py "$tree" /bin/busybox tests/vm/init.sh "$work/initramfs" \
  virtio_pci 9p 9pnet_virtio vhci-hcd ftdi_sio

cat >"$work/guest.sh" <<GUEST
export PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/dev/shm TMPDIR=/dev/shm LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export P1RIG_PROGRAM='$build/p1rig' P1RIG_CROSSED='$build/tests/crossed_cables' P1RIG_SOURCE_DIR='$root'
cd '$root/tests/vm' && exec python3 guest_test.py -v
GUEST

echo "vm: $kernel_package under QEMU, $(took) so far"
# No KVM, even where there is one: inside other virtual machines it may start and then do nothing.
# no_timer_check: on a busy host the kernel finds its emulated timer too slow, and panics.
# One processor: the transfers of a USB request then change hands inside the machine. With two, each
# change waits for the host to run the other one: 26 ms instead of 0.4 ms on a busy host.
log=$work/console.log
timeout --kill-after=5 "$limit" qemu-system-x86_64 -machine q35 -accel tcg,thread=single \
  -smp 1 -m 768 \
  -nodefaults -no-user-config -display none -serial stdio -no-reboot \
  -kernel "$kernel" -initrd "$work/initramfs" \
  -append "console=ttyS0 loglevel=1 panic=-1 mitigations=off no_timer_check p1rig.run=$work/guest.sh" \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=host,mount_tag=host </dev/null 2>&1 | tee "$log" ||
  fail "the machine did not come to its end within $limit s"

result=$(tr -d '\r' <"$log" | sed -n 's/^p1rig-vm: exit \([0-9]*\)$/\1/p' | tail -n 1)
echo "vm: $(took)"
[ -n "$result" ] || fail "the machine ended without a result"
[ "$result" -eq 0 ] || fail "tests failed inside the machine ($result)"
grep -q '^OK' "$log" || fail "no test ran"
