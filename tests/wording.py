#!/usr/bin/env python3
"""Checks what the program says to people: a number agrees with the noun behind it, and none is written
with a power of ten. counted() and readable() of protocol/wording.h see to both.

usage: wording.py ROOT        exit 0 when all is well, 1 with one line per finding
"""
import pathlib
import re
import sys

BOXES = ("protocol", "process", "simulator", "conformance", "cli")
SUFFIXES = (".h", ".cpp", ".in", ".js", ".mjs")

# What is counted here and there; with what counted() is told, in the plural.
NOUNS = {"telegram", "byte", "bit", "case", "result", "error", "line", "file", "frame", "minute"}
COUNTED = re.compile(r"""counted\((?:[^()"']|\([^()]*\))*,\s*["']([^"']+)["']\)""")

# A literal that goes on in the next line is one.
JOINT = re.compile(r'"[ \t]*\n\s*"')
# A hole of a format or what is put in by +, and up to one word between it and the noun.
NUMBER = r"""(?:\{[^{}\n]*\}|to_string\([^;"]*\) \+\s*["'])"""
POWER = re.compile(r"\{[^{}\s]*:[^{}\s]*[0-9.]g\}|%\.?[0-9]*g\b|\btoPrecision\(")


def plural_of(noun):
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


def read_sources(root):
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
            for box in BOXES for file in sorted((root / box).rglob("*"))
            if file.suffix in SUFFIXES and "node_modules" not in file.parts}


def findings_in(name, text, plural):
    for found in POWER.finditer(text):
        yield f"{name}: {found[0]!r}: readable() writes no power of ten"
    for found in plural.finditer(JOINT.sub("", text)):
        yield f"{name}: {found[0]!r}: counted() knows the singular, too"


def main():
    sources = read_sources(pathlib.Path(sys.argv[1]))
    nouns = NOUNS | {noun.split()[-1] for text in sources.values() for noun in COUNTED.findall(text)}
    plural = re.compile(NUMBER + r" (?:(?!of\b)[a-zA-Z]+ )?(?:" +
                        "|".join(sorted(map(plural_of, nouns))) + r")\b(?!/)")
    found = [line for name, text in sources.items() for line in findings_in(name, text, plural)]
    for line in found:
        print(line)
    print(f"{len(sources)} files, {len(nouns)} nouns that are counted, {len(found)} findings")
    return 1 if found or len(nouns) <= len(NOUNS) else 0


if __name__ == "__main__":
    sys.exit(main())
