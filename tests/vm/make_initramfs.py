#!/usr/bin/env python3
"""Writes the initramfs that boots a Debian kernel into this machine's own file system.

usage: make_initramfs.py KERNEL_TREE BUSYBOX INIT OUTPUT MODULE...

KERNEL_TREE is an unpacked kernel package. The modules and what they depend on go in, in the order in
which they have to be loaded (/modules lists it). Uncompressed: the kernel is faster that way.
"""
import pathlib
import re
import stat
import sys


def depends(module):
    found = re.search(rb"\0depends=([^\0]*)\0", module.read_bytes())
    return [name for name in found[1].decode().split(",") if name] if found else []


def in_order(tree, wanted):
    """The files of the modules, each after those that it depends on."""
    files = {path.stem.replace("-", "_"): path for path in tree.rglob("*.ko")}
    builtin = {pathlib.PurePath(line).stem.replace("-", "_")
               for path in tree.rglob("modules.builtin") for line in path.read_text().split()}
    order = []

    def add(name):
        name = name.replace("-", "_")
        if name in builtin or files.get(name) in order:
            return
        if name not in files:
            sys.exit(f"make_initramfs: this kernel has no module {name}")
        for needed in depends(files[name]):
            add(needed)
        order.append(files[name])

    for name in wanted:
        add(name)
    return order


class Archive:
    """cpio in its "newc" form (Documentation/driver-api/early-userspace/buffer-format.rst)."""

    def __init__(self):
        self._bytes = bytearray()
        self._inode = 0

    def add(self, name, mode, data=b"", device=(0, 0)):
        self._inode += 1
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
        self._bytes += b"070701" + b"".join(b"%08x" % field for field in fields)
        self._bytes += name.encode() + b"\0"
        self._pad()
        self._bytes += data
        self._pad()

    def _pad(self):
        self._bytes += bytes(-len(self._bytes) % 4)

    def finish(self):
        self.add("TRAILER!!!", 0)
        return bytes(self._bytes)


def main():
    tree, busybox, init, output = (pathlib.Path(argument) for argument in sys.argv[1:5])
    archive = Archive()
    for folder in ("bin", "dev", "host", "proc", "sys", "lib"):
        archive.add(folder, stat.S_IFDIR | 0o755)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes())
    archive.add("init", stat.S_IFREG | 0o755, init.read_bytes())
    modules = in_order(tree, sys.argv[5:])
    for module in modules:
        archive.add(f"lib/{module.name}", stat.S_IFREG | 0o644, module.read_bytes())
    archive.add("modules", stat.S_IFREG | 0o644,
                "".join(f"/lib/{module.name}\n" for module in modules).encode())
    output.write_bytes(archive.finish())


if __name__ == "__main__":
    main()
