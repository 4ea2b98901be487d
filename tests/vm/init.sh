#!/bin/busybox sh
# The first process inside the virtual machine: loads the modules, makes the host's file system the
# root (read-only) and runs there what the kernel's command line names as p1rig.run=.
bb=/bin/busybox
end() {
  echo "p1rig-vm: exit $1"
  $bb sleep 0.2
  echo b >/proc/sysrq-trigger # at once: a driver that is stuck must not keep the machine up
  $bb sleep 60
}
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
while read -r module; do
  $bb insmod "$module" || end 99
done </modules
$bb mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host || end 98
$bb mount -t devtmpfs dev /host/dev || end 97
$bb mkdir -p /host/dev/pts /host/dev/shm
# The one place to write to: over /tmp it would hide a clone that lies there.
$bb mount -t tmpfs shm /host/dev/shm
$bb mount -t devpts -o ptmxmode=666 devpts /host/dev/pts
$bb mount -t proc proc /host/proc
$bb mount -t sysfs sysfs /host/sys
$bb ifconfig lo 127.0.0.1 2>/dev/null
run=
for word in $($bb cat /proc/cmdline); do
  case $word in p1rig.run=*) run=${word#p1rig.run=} ;; esac
done
read -r up _ </proc/uptime
echo "p1rig-vm: user space after $up s"
$bb chroot /host /bin/bash "$run" </dev/null
end $?
