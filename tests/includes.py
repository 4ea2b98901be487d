#!/usr/bin/env python3
"""Checks that a source includes the standard header of what it names, directly or through our headers.
A precompiled header hides what is missing, and so may another standard library's.

usage: includes.py ROOT        exit 0 when all is well, 1 with one line per finding
"""
import functools
import pathlib
import re
import sys

BOXES = ("protocol", "process", "simulator", "conformance", "cli", "bench", "tests")

# Headers that are easily forgotten, because others happen to include them.
HEADERS = {
    "algorithm": r"std::(?:ranges::)?(?:min|max|clamp|sort|stable_sort|find|find_if|any_of|all_of|none_of|count|"
                 r"count_if|equal|reverse|transform|replace|copy_if|minmax|upper_bound|lower_bound|unique)\(",
    "array": r"std::(?:array<|to_array)|\bstd::array\b",
    "charconv": r"std::(?:from|to)_chars\(",
    "chrono": r"std::chrono::",
    "filesystem": r"std::filesystem::",
    "fstream": r"std::[io]?fstream\b",
    "functional": r"std::function<",
    "map": r"std::(?:multi)?map<",
    "memory": r"std::(?:unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared)\b",
    "optional": r"std::(?:optional<|nullopt\b)",
    "set": r"std::set<",
    "span": r"std::span<",
    "sstream": r"std::[io]?stringstream\b",
    "string": r"std::(?:string\b|to_string\()",
    "string_view": r"std::string_view\b",
    "system_error": r"std::error_code\b",
    "utility": r"std::(?:exchange|pair|move|swap|cmp_less|as_const)\b[<(]",
    "vector": r"std::vector<",
}
PATTERNS = {header: re.compile(pattern) for header, pattern in HEADERS.items()}
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*")


def main():
    root = pathlib.Path(sys.argv[1])
    texts = {file.relative_to(root).as_posix(): COMMENT.sub("", file.read_text(encoding="utf-8"))
             for box in BOXES for file in sorted((root / box).rglob("*"))
             if file.suffix in (".h", ".cpp") and "node_modules" not in file.parts}

    @functools.cache
    def brought(name):
        seen, waiting = set(), [name]
        while waiting:
            for target in INCLUDE.findall(texts[waiting.pop()]):
                if target not in seen:
                    seen.add(target)
                    waiting += [target] if target in texts else []
        return seen

    found = [f"{name}: uses <{header}> without including it: {use[0]}"
             for name, text in texts.items() for header, pattern in PATTERNS.items()
             if (use := pattern.search(text)) and header not in brought(name)]
    for line in found:
        print(line)
    print(f"includes: {len(texts)} files, {len(found)} findings")
    return 1 if found or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
