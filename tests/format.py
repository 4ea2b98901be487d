#!/usr/bin/env python3
"""Checks that all sources are formatted according to .clang-format.

usage: format.py ROOT CLANG-FORMAT    exit 0 when all are, 1 with one line per file, 77 for a version of
                                      clang-format other than 14, which formats differently
"""
import pathlib
import subprocess
import sys

BOXES = ("protocol", "process", "simulator", "conformance", "cli", "bench", "tests")


def main():
    root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if "version 14." not in version:
        print(f"not checked: {version.strip()}")
        return 77
    files = [file.relative_to(root) for box in BOXES for file in sorted((root / box).rglob("*"))
             if file.suffix in (".h", ".cpp") and "node_modules" not in file.parts]
    said = subprocess.run([program, "--dry-run", *map(str, files)], cwd=root, capture_output=True,
                          text=True, check=True).stderr
    found = sorted({line.split(":")[0] for line in said.splitlines() if "clang-format-violations" in line})
    for file in found:
        print(f"{file}: not formatted; clang-format -i {file}")
    print(f"format: {len(files)} files, {len(found)} findings")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
