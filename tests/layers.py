#!/usr/bin/env python3
"""Checks includes: every directory uses only what the design allows, third-party headers stay out of
our own headers, and no two headers define a type of the same name.

usage: layers.py ROOT        exit 0 when all is well, 1 with one line per finding
"""
import pathlib
import re
import sys

BOXES = ("protocol/", "process/", "simulator/", "conformance/", "cli/", "bench/", "tests/")


SIMULATOR = ("files", "render", "profile", "scenario", "meter", "seal", "faults", "line", "panel")


def simulator(*names):
    """What all its rooms know, and of the rooms those."""
    return ("protocol/", "simulator/", *(f"!simulator/{name}/" for name in SIMULATOR if name not in names))


def rooms(*names):
    return [f"conformance/{name}/" for name in names]


# Which of our files a file may include, by the longest prefix of its path. "!" excludes.
ALLOWED = {
    "protocol/": ("protocol/",),
    "process/": ("protocol/", "process/"),
    "simulator/": simulator(),
    "simulator/files/": ("protocol/", "process/", "simulator/files/"),
    "simulator/render/": simulator("files", "render"),
    "simulator/profile/": simulator("files", "render", "profile"),
    "simulator/scenario/": simulator("files", "render", "profile", "scenario"),
    "simulator/meter/": simulator("files", "render", "profile", "scenario", "meter"),
    "simulator/seal/": ("process/", *simulator("files", "seal")),
    "simulator/faults/": simulator("files", "faults"),
    "simulator/line/": ("process/", *simulator("files", "line")),
    "simulator/panel/": ("process/", *simulator(*SIMULATOR)),
    "conformance/judge/": ("protocol/", "conformance/judge/"),
    "conformance/learn/": ("protocol/", *rooms("judge", "learn")),
    "conformance/suite/": ("protocol/", "process/", "simulator/", *rooms("judge", "suite")),
    "conformance/reader/": ("protocol/", "process/", "simulator/", *rooms("judge", "suite", "reader")),
    "conformance/run/": ("protocol/", "process/", "simulator/", *rooms("judge", "suite", "reader", "run")),
    "conformance/report/": ("protocol/", "process/", "simulator/", *rooms("judge", "suite", "run", "report")),
    "conformance/speed/": ("protocol/", "process/", "simulator/",
                           *rooms("judge", "suite", "reader", "run", "report", "speed")),
    "conformance/mutants/": ("protocol/", "process/", "simulator/",
                             *rooms("judge", "suite", "run", "report", "mutants")),
    "cli/": ("protocol/", "process/", "simulator/", "conformance/", "cli/"),
    "bench/": BOXES,
    "tests/": BOXES,
}

# What other rooms may include of these; the other headers are the room's own business. Tests and
# benchmarks look inside.
FACES = {
    "simulator/render/": "render",
    "simulator/scenario/": "day_powers device_list live_scenario scenario scenario_notes",
    "simulator/meter/": "meter",
    "simulator/faults/": "fault",
    "simulator/line/": "bench_check clock event_loop lateness line line_uri modem_shim pacing reader_end reader_process "
                       "reader_tty recorded_steps recording recording_line recording_note replay run_session session "
                       "tcp_acceptor tcp_address uart_model",
    "simulator/panel/": "panel session_script",
    "conformance/judge/": "anonymise clause clock_rule compare contract crc_ways detect_dialect frame_counter "
                          "line_judge line_mistakes lint medium reader rule_shape stream_linter telegram_judge unwrap",
    "conformance/learn/": "learn_series meter_template profile_text whole_telegram",
    "conformance/suite/": "case coverage known_words renamed_cases requirement",
    "conformance/speed/": "speed speed_report",
    "conformance/mutants/": "measure_defects mutant mutant_reader mutant_subject mutant_trial",
}

# The generator never parses what it sends: these are out of its reach, over any number of includes.
PARSING = ("protocol/telegram.h", "protocol/framer.h")

THIRD_PARTY = re.compile(
    r"(toml\+\+|nlohmann|boost|openssl|date|fmt|tl|benchmark|gtest|gmock)/"
    r"|(pcap|libserialport|mosquitto)[./]")
THIRD_PARTY_ALLOWED = {("protocol/result.h", "tl/expected.hpp")}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def longest_prefix(path):
    return max((box for box in ALLOWED if path.startswith(box)), key=len)


def may_include(path, target):
    rules = ALLOWED[longest_prefix(path)]
    return (any(target.startswith(rule) for rule in rules)
            and not any(target.startswith(rule[1:]) for rule in rules if rule[0] == "!"))


def is_hidden_from(path, target):
    room, _, name = target.rpartition("/")
    faces = FACES.get(f"{room}/")
    return (faces is not None and not path.startswith((f"{room}/", "tests/", "bench/"))
            and name.removesuffix(".h") not in faces.split())


def read_includes(root):
    files = {}
    for box in BOXES:
        for file in sorted((root / box).rglob("*")):
            if file.suffix in (".h", ".cpp") and "node_modules" not in file.parts:
                text = file.read_text(encoding="utf-8")
                files[file.relative_to(root).as_posix()] = [
                    (text.count("\n", 0, found.start(2)) + 1, found[1], found[2])
                    for found in INCLUDE.finditer(text)]
    return files


def way_to_parsing(path, files, seen):
    """The chain of includes from path to a parsing header, or nothing."""
    for _, _, target in files.get(path, ()):
        if target in PARSING:
            return [target]
        if target not in seen:
            seen.add(target)
            rest = way_to_parsing(target, files, seen)
            if rest:
                return [target, *rest]
    return []


def findings(files):
    for path, includes in files.items():
        for line, quote, target in includes:
            where = f"{path}:{line}"
            ours = target.startswith(BOXES)
            if quote == '"' and target not in files:
                yield f'{where}: "{target}" is not one of our files; write our includes from the root'
            elif quote == "<" and ours:
                yield f'{where}: <{target}> is ours; write it as "{target}"'
            elif ours and not may_include(path, target):
                yield f"{where}: {longest_prefix(path)} may not include {target}"
            elif ours and is_hidden_from(path, target):
                yield f"{where}: {target} is known in its own room only (FACES)"
            if (path.endswith(".h") and not path.startswith(("tests/", "bench/"))
                    and THIRD_PARTY.match(target) and (path, target) not in THIRD_PARTY_ALLOWED):
                yield f"{where}: third-party {target} in a header; keep it in the .cpp that needs it"
        if path.startswith("simulator/"):
            way = way_to_parsing(path, files, set())
            if way:
                yield f"{path}: the generator must not parse: it includes {' -> '.join(way)}"


# A type at namespace level that is defined here, not only declared.
TYPE = re.compile(r"^(?:struct|class|enum class) ([A-Z]\w*)\b(?!::)[^;{]*\{", re.MULTILINE)


def doubled_types(root, files):
    """Two types of one name in two headers are one type to the linker, without a warning."""
    homes = {}
    for path in files:
        if path.endswith(".h") and not path.startswith(("tests/", "bench/")):
            for name in TYPE.findall((root / path).read_text(encoding="utf-8")):
                if homes.setdefault(name, path) != path:
                    yield f"{path}: {name} is also a type of {homes[name]}; rename one of them"


# Foreign JSON may nest to any depth; ours needs no check.
PARSES_JSON = re.compile(r"\b(?:Json|json|Foreign)::parse\(")
PARSES_OURS = ("cli/cases.cpp", "simulator/panel/openapi.cpp")


def deep_json(root, files):
    for path, includes in files.items():
        if path.startswith("tests/") or path in PARSES_OURS:
            continue
        asks = any(target == "protocol/json_depth.h" for _, _, target in includes)
        if not asks and PARSES_JSON.search((root / path).read_text(encoding="utf-8")):
            yield f"{path}: parses JSON without checking its depth (json_depth.h)"


def main():
    root = pathlib.Path(sys.argv[1])
    files = read_includes(root)
    if not files:
        sys.exit("layers: no sources found")
    found = [*findings(files), *doubled_types(root, files), *deep_json(root, files)]
    for finding in found:
        print(finding)
    print(f"layers: {len(files)} files, {len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
