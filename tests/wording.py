#!/usr/bin/env python3
"""Checks messages, help texts and documents: a number agrees with its noun, no number is written with a
power of ten (counted() and readable() of protocol/wording.h see to both), and phrases that made
readers stumble do not return.

usage: wording.py ROOT        exit 0 when all is well, 1 with one line per finding
"""
import pathlib
import re
import sys

BOXES = ("protocol", "process", "simulator", "conformance", "cli")
SUFFIXES = (".h", ".cpp", ".in", ".js", ".mjs")

# Nouns that are counted; those given to counted() are added, in the plural.
NOUNS = {"telegram", "byte", "bit", "case", "result", "error", "line", "file", "frame", "minute"}
COUNTED = re.compile(r"""counted\((?:[^()"']|\([^()]*\))*,\s*["']([^"']+)["']\)""")

# Adjacent literals are one.
JOINT = re.compile(r'"[ \t]*\n\s*"')
# A format hole or what + inserts, and up to one word between it and the noun.
NUMBER = r"""(?:\{[^{}\n]*\}|to_string\([^;"]*\) \+\s*["'])"""
POWER = re.compile(r"\{[^{}\s]*:[^{}\s]*[0-9.]g\}|%\.?[0-9]*g\b|\btoPrecision\(")

# Phrases that a native engineer stumbles over, and what to write instead (docs/glossary.md).
FOREIGN = {
    r"\bsays nothing to\b": "does not accept",
    r"\bis too much: this\b": "takes no amount",
    r"\bhas no ear\b": "does not listen",
    r"\b(?:does not go|goes) with --": "requires, cannot be combined with",
    r"\bgone? on with\b": "continue, resume",
    r"\banew\b": "again, re-",
    r"\bamid\b": "in the middle of, within",
    r"\b[Ww]hoever\b": "anyone who",
    r"\b(?:lives?|living) through\b": "scenario, runs",
    r"\bwhose (?:it is|they are)\b": "what identifies the household",
    r"\bturned round\b|\bupside down\b": "inverted",
    r"\bput right\b": "corrected, restored",
    r"\bin normal time\b|\bnormal time\b": "standard time",
    r"\bpseudo terminal": "pseudo-terminal",
    r"\bis none of: ": "is not one of",
    r"\bis no (?:UTF-8|TOML|date|time|unit|format|framing|country|phase|address|terminal)\b": "is not a",
    r"\bno pseudo-terminal is left\b": "is available",
    r"\bby the look of\b": "guessed",
    r"\bof the telegram before\b": "of the previous telegram",
    r"\bwhere to\?": "is missing",
}
FOREIGN_PHRASE = re.compile("|".join(f"(?:{phrase})" for phrase in FOREIGN))
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMENT = re.compile(r"(?m)(?<!:)//.*$")


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
        yield f"{name}: {found[0]!r}: use readable(), which writes no power of ten"
    for found in plural.finditer(JOINT.sub("", text)):
        yield f"{name}: {found[0]!r}: use counted(), which has the singular too"


def foreign_in(name, text):
    for found in FOREIGN_PHRASE.finditer(text):
        instead = next(better for phrase, better in FOREIGN.items() if re.fullmatch(phrase, found[0]))
        yield f"{name}: {found[0]!r}: rather {instead!r}"


def messages_of(text):
    return "\n".join(LITERAL.findall(JOINT.sub("", COMMENT.sub("", text))))


def main():
    root = pathlib.Path(sys.argv[1])
    sources = read_sources(root)
    documents = {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
                 for file in [*root.glob("*.md"), *sorted((root / "docs").glob("*.md"))]}
    nouns = NOUNS | {noun.split()[-1] for text in sources.values() for noun in COUNTED.findall(text)}
    plural = re.compile(NUMBER + r" (?:(?!of\b)[a-zA-Z]+ )?(?:" +
                        "|".join(sorted(map(plural_of, nouns))) + r")\b(?!/)")
    found = [line for name, text in sources.items() for line in findings_in(name, text, plural)]
    found += [line for name, text in sources.items() for line in foreign_in(name, messages_of(text))]
    found += [line for name, text in documents.items() for line in foreign_in(name, text)]
    for line in found:
        print(line)
    print(f"{len(sources)} sources, {len(documents)} documents, {len(nouns)} nouns that are counted, "
          f"{len(found)} findings")
    return 1 if found or len(nouns) <= len(NOUNS) or not documents else 0


if __name__ == "__main__":
    sys.exit(main())
