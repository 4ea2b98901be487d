#!/usr/bin/env python3
"""Breaks two readers in many small ways and shows which of them the suite notices.

    scripts/mutate.py --list                       what would be changed
    scripts/mutate.py --sample 150 --jobs 2        150 changes of each reader, chosen by --seed
    scripts/mutate.py --only 1a2b3c4d              one of them again, by its id

Each mutant is one changed place of a source: a comparison, a boundary, a condition, a constant, an operator
or a removed statement (scripts/source_mutants.py). It is compiled into a small program of its own and judged
by `p1rig conform` on stdin; the judge is the program that is there already. The working tree is not touched.

    equivalent   the program is the same byte by byte, or tests/mutate/equivalent.toml says why it does the same
    not built    no compiler takes it
    opening      it does not even read one ordinary telegram
    killed       some result of the suite differs from that of the unchanged reader, or it takes far too long
    survived     no result differs: a hole in the suite, unless it is equivalent

The rate is that of the killed among the killed and survived; those of the opening do not count. Exit code 0
if it is at least --floor for each reader, 1 if not, 2 for wrong usage, 4 if something cannot be built or run.
"""
import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib

from source_mutants import mutants_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ("-std=c++20", "-O2", "-DNDEBUG", "-w", "-ffunction-sections", "-fdata-sections")
TELEGRAM = ("render", "iskra-am550", "--at", "2026-07-01T12:00:00Z")
OPENING_SECONDS = 10
# Takes as long as all other cases, and asks how fast a reader is.
SLOW = "dsmr-5.0.2/6.1/keeps-up"
# A mutant may ask for memory without end.
LIMITED = ("prlimit", "--as=2000000000")
# A verdict that hangs on so few results is looked at twice.
FEW = 2


@dataclasses.dataclass(frozen=True)
class Source:
    """A reader that is broken, and how it is built and run."""
    main: str
    mutated: tuple
    linked: tuple
    libraries: tuple
    left_out: dict  # of the mutated: the files, and the functions of files, that are not, and why
    not_judged: str  # statements whose removal the contract of readers allows
    reader: str  # lines of its reader file
    dialects: tuple  # in groups; the next one is asked where the one before saw nothing
    first: dict  # by source: the dialects that are asked first


SOURCES = {
    "reference": Source(
        main="tests/mutate/reference_reader.cpp",
        mutated=("conformance/judge/reader*.cpp", "conformance/judge/stretch_judge.cpp",
                 "conformance/judge/rule_shape.cpp", "conformance/judge/medium.cpp",
                 "conformance/judge/frame_counter.cpp", "protocol/*.cpp"),
        linked=("conformance/judge/detect_dialect.cpp", "protocol/dialects/*.cpp"),
        libraries=("-lfmt", "-lcrypto"),
        left_out={
            "protocol/crc16_fold.cpp": "runs on some processors only",
            "protocol/form_match.cpp": "runs on some processors only",
            "protocol/number_reader.cpp": "runs on some processors only",
            "protocol/shape.cpp": "reads our own tables",
            "protocol/value_format.cpp": "reads our own tables",
            "protocol/dialect.cpp": "reads our own tables",
            "protocol/hex.cpp": "reads key files",
            "protocol/frame_cipher.cpp lines_with_keys": "reads key files",
            "protocol/frame_cipher.cpp trim_blanks": "reads key files",
            "protocol/frame_cipher.cpp parse_key": "reads key files",
            "protocol/frame_cipher.cpp parse_frame_keys": "reads key files",
            "protocol/framer.cpp Framer::finish": "no case ends the stream",
            "conformance/judge/stretch_judge.cpp ends_amid_crc": "no case ends the stream",
        },
        # A reader may drop in silence.
        not_judged=r"(?:return )?reject\(|\+\+rejected_",
        reader='can = ["key", "mbus", "tariffs"]\nclaims = ["*"]\ndecimals = 9\n',
        dialects=("dsmr-5.0", "lux-1.1 dsmr-2.2", "emucs-2.1 hu-eon"),
        first={
            "conformance/judge/frame_counter.cpp": "lux-1.1",
            "protocol/dlms_frame.cpp": "lux-1.1",
            "protocol/frame_cipher.cpp": "lux-1.1",
            "protocol/aes_gcm.cpp": "lux-1.1",
        }),
    "ordinary": Source(
        main="tests/mutate/ordinary_reader.cpp",
        mutated=("bench/contenders/ordinary_reader.h", "bench/contenders/table_crc.h"),
        linked=(),
        libraries=(),
        left_out={},
        not_judged="",
        reader='decimals = 3\ntime = "local"\nclaims = ["1-3:0.2.8", "1-0:1.8.*", "1-0:2.8.*", "1-0:*.7.0"]\n',
        dialects=("dsmr-5.0", "dsmr-2.2", "emucs-2.1 hu-eon"),
        first={}),
}


def give_up(message, code=4):
    print(f"mutate: {message}", file=sys.stderr)
    sys.exit(code)


def files_of(source):
    found = {file.relative_to(ROOT).as_posix() for pattern in source.mutated for file in ROOT.glob(pattern)}
    return sorted(found - source.left_out.keys())


def is_judged(source, mutant, text):
    """False for what shows in no case, whatever the reader does there."""
    if source.not_judged and mutant.kind == "statement" and re.match(source.not_judged, mutant.before):
        return False
    for name in source.left_out:
        file, _, function = name.partition(" ")
        body = file == mutant.file and function and re.search(
            rf"^\w[^\n]*\b{function}\(.*?^}}$", text, re.MULTILINE | re.DOTALL)
        if body and body.start() <= mutant.at < body.end():
            return False
    return True


def all_mutants(source):
    mutants = []
    for file in files_of(source):
        text = (ROOT / file).read_text(encoding="utf-8")
        mutants += [mutant for mutant in mutants_of(file, text) if is_judged(source, mutant, text)]
    return mutants


def globs_of_cases(program):
    """Those of all cases but the slow one."""
    said = subprocess.run([str(program), "cases", "--json"], capture_output=True, check=True).stdout
    names = {case["name"] for case in json.loads(said)} - {SLOW}
    section = SLOW.rsplit("/", 1)[0] + "/"
    sections = {name.rsplit("/", 1)[0] + "/*" for name in names if not name.startswith(section)}
    return sorted(sections | {name + "*" for name in names if name.startswith(section)} | {"*/ordinary/*"})


class Bench:
    """One reader: what it is built of, and what the suite says of it unchanged."""

    def __init__(self, name, options, folder):
        self.source, self.program = SOURCES[name], options.program
        self.compiler, self.folder = options.cxx, folder / name
        self.folder.mkdir()
        self.objects = {}
        self.reader = self.folder / "reader"
        self.cases = globs_of_cases(self.program)
        self.groups = {}

    def compile(self, file, target, before=()):
        """Of a path, with includes looked up in these folders first; what the compiler says where it fails."""
        ccache = () if before or not shutil.which("ccache") else ("ccache",)
        includes = [f"-I{folder}" for folder in (*before, ROOT)]
        done = subprocess.run([*ccache, self.compiler, *FLAGS, *includes, "-c", str(file), "-o", str(target)],
                              capture_output=True, text=True, cwd=ROOT)
        return done.stderr if done.returncode else ""

    def link(self, objects, target):
        linker = ("-fuse-ld=mold",) if shutil.which("mold") else ()
        done = subprocess.run([self.compiler, *linker, "-Wl,--gc-sections", "-s", "-Wl,--build-id=none",
                               *map(str, objects), *self.source.libraries, "-o", str(target)],
                              capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def build(self, pool):
        patterns = (self.source.main, *self.source.mutated, *self.source.linked)
        files = sorted({file for pattern in patterns for file in ROOT.glob(pattern) if file.suffix == ".cpp"})
        if self.source.linked:  # CMake writes the list of dialects
            files.append(self.program.parent / "protocol" / "dialects" / "all.cpp")
        for number, file in enumerate(files):
            name = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else str(file)
            self.objects[name] = self.folder / f"{number}.o"
        said = [*pool.map(self.compile, files, self.objects.values())]
        said.append(self.link(self.objects.values(), self.reader) if not any(said) else "")
        if any(said):
            give_up("the unchanged reader cannot be built:\n" + "\n".join(filter(None, said)))

    def reads_a_telegram(self, reader, telegram):
        try:
            done = subprocess.run([*LIMITED, str(reader)], input=telegram, capture_output=True, timeout=OPENING_SECONDS,
                                  env={**os.environ, "P1RIG_DIALECT": "dsmr-5.0"})
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0 and b'"telegram"' in done.stdout

    def ask(self, reader, dialects, seconds=None):
        """The outcome of each case at each meter; nothing if it took too long."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=reader.parent))
        (folder / "reader.toml").write_text(
            f'[reader]\nname = "mutant"\ncommand = ["{reader}"]\nendpoints = ["stdin"]\ndialects = ["*"]\n'
            f'patience = "2s"\nenvironment = {{ P1RIG_CPU = "portable" }}\n{self.source.reader}', encoding="utf-8")
        command = [*LIMITED, str(self.program), "conform", "reader.toml", "--json", "results.json"]
        for dialect in dialects.split():
            command += ["--dialect", dialect]
        for glob in self.cases:
            command += ["--case", glob]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   start_new_session=True)
        try:
            said = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None
        results = folder / "results.json"
        if not results.exists():
            give_up(f"{self.program} conform: exit code {process.returncode}\n{said.decode(errors='replace')}")
        report = json.loads(results.read_text(encoding="utf-8"))
        shutil.rmtree(folder)
        outcomes = {f"{result['case']}@{result['profile']}": result["outcome"] for result in report["results"]}
        return {**outcomes, "exit code": report["exit_code"]}, report["duration_ms"] / 1000

    def unchanged(self, dialects):
        """What the suite says of the unchanged reader, and how long that takes."""
        if dialects not in self.groups:
            self.groups[dialects] = self.ask(self.reader, dialects)
        return self.groups[dialects]

    def differences(self, reader, dialects):
        """Which results differ; nothing if it took too long."""
        expected, usual = self.unchanged(dialects)
        found = self.ask(reader, dialects, 60 + 4 * usual)
        if found is None:
            return None
        return {place: f"{place}: {found[0].get(place, 'none')}, not {expected.get(place, 'there')}"
                for place in expected.keys() | found[0].keys() if expected.get(place) != found[0].get(place)}

    def groups_for(self, file):
        first = self.source.first.get(file)
        if first is None:
            return self.source.dialects
        rest = [" ".join(name for name in group.split() if name not in first.split())
                for group in self.source.dialects]
        return (first, *filter(None, rest))


def verdict_of(bench, mutant, telegram, folder):
    """One of those above, and what shows it."""
    file = folder / mutant.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(mutant.apply((ROOT / mutant.file).read_text(encoding="utf-8")), encoding="utf-8")
    is_header = mutant.file not in bench.objects
    replaced = bench.source.main if is_header else mutant.file
    changed = folder / "changed.o"
    said = bench.compile(ROOT / replaced if is_header else file, changed, (folder,) if is_header else (folder / "x",))
    if said:
        return "not built", next((line for line in said.splitlines() if " error: " in line), said)
    reader = folder / "reader"
    said = bench.link([changed if name == replaced else path for name, path in bench.objects.items()], reader)
    if said:
        return "not built", said
    if reader.read_bytes() == bench.reader.read_bytes():
        return "equivalent", "the compiler makes the same of it"
    if not bench.reads_a_telegram(reader, telegram):
        return "opening", ""
    for dialects in bench.groups_for(mutant.file):
        found = bench.differences(reader, dialects)
        if found is not None and 0 < len(found) <= FEW:
            again = bench.differences(reader, dialects)
            found = None if again is None else {place: found[place] for place in found.keys() & again.keys()}
        if found is None:
            return "killed", f"took too long at {dialects}"
        if found:
            shown = sorted(found.values())
            return "killed", "; ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
    return "survived", ""


def judge(bench, mutant, telegram, known):
    folder = pathlib.Path(tempfile.mkdtemp(dir=bench.folder))
    try:
        verdict, shown = verdict_of(bench, mutant, telegram, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if verdict == "survived" and mutant.id in known:
        verdict, shown = "equivalent", known[mutant.id]
    return {"id": mutant.id, "mutant": str(mutant), "file": mutant.file, "kind": mutant.kind,
            "verdict": verdict, "shown": shown}


def rate_of(results):
    """Killed, survived and their rate in percent; 100 where there are none."""
    killed = sum(result["verdict"] == "killed" for result in results)
    survived = sum(result["verdict"] == "survived" for result in results)
    return killed, survived, 100 * killed / (killed + survived) if killed + survived else 100.0


def report(name, results):
    """The lines about one reader."""
    def count(verdict):
        return sum(result["verdict"] == verdict for result in results)
    killed, survived, rate = rate_of(results)
    lines = [f"{name}: {len(results)} mutants: {count('equivalent')} equivalent, {count('not built')} not built, "
             f"{count('opening')} failed at the opening, {killed} killed, {survived} survived: "
             f"{rate:.1f} % killed"]
    for kind in sorted({result["kind"] for result in results}):
        of_kind, alive, part = rate_of([result for result in results if result["kind"] == kind])
        lines.append(f"  {kind:<11} {of_kind} of {of_kind + alive} killed ({part:.0f} %)")
    return lines + sorted(f"  survived {result['id']} {result['mutant']}" for result in results
                          if result["verdict"] == "survived")


def known_equivalents(path):
    with path.open("rb") as file:
        return {row["id"]: row["why"] for row in tomllib.load(file).get("mutant", ())}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="mutate.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", action="append", choices=SOURCES, help="this reader; default: both")
    parser.add_argument("--file", metavar="GLOB", help="only mutants of such files")
    parser.add_argument("--only", action="append", metavar="ID", help="only this mutant; may be repeated")
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants of each reader; default: all")
    parser.add_argument("--seed", type=int, default=1, help="selects the sample; default: 1")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="mutants at the same time; default: 1")
    parser.add_argument("--floor", type=float, default=85, metavar="P", help="percent; default: 85")
    parser.add_argument("--json", type=pathlib.Path, metavar="F", help="write each mutant and its verdict")
    parser.add_argument("--continue", action="store_true", dest="goes_on",
                        help="keep the verdicts that the file of --json has, and make the others")
    parser.add_argument("--list", action="store_true", help="print the mutants and make none")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/dev/p1rig", metavar="F",
                        help="the p1rig that judges; default: build/dev/p1rig")
    parser.add_argument("--cxx", default="g++", metavar="C", help="the compiler; default: g++")
    options = parser.parse_args(arguments)
    if options.jobs < 1 or (options.sample is not None and options.sample < 1):
        parser.error("--jobs and --sample take a number above 0")
    options.program = options.program.resolve()
    return options


def chosen_mutants(name, options):
    mutants = all_mutants(SOURCES[name])
    if options.file:
        mutants = [mutant for mutant in mutants if pathlib.PurePath(mutant.file).match(options.file)]
    if options.only:
        return [mutant for mutant in mutants if mutant.id in options.only]
    if options.sample is not None:  # a choice that a new mutant elsewhere does not change
        mutants.sort(key=lambda mutant: hashlib.sha1(f"{options.seed} {mutant.id}".encode()).digest())
    return mutants[:options.sample]


def run_all(name, mutants, results, options, pool, folder, tell):
    """Adds to the results those of the mutants that have none."""
    judged = {result["id"] for result in results}
    mutants = [mutant for mutant in mutants if mutant.id not in judged]
    if not mutants:
        return
    bench = Bench(name, options, folder)
    bench.build(pool)
    telegram = subprocess.run([str(options.program), *TELEGRAM], capture_output=True, check=True).stdout
    if not bench.reads_a_telegram(bench.reader, telegram):
        give_up(f"{name}: the unchanged reader does not read an ordinary telegram")
    for dialects in {group for mutant in mutants for group in bench.groups_for(mutant.file)}:
        bench.unchanged(dialects)
    known = known_equivalents(ROOT / "tests/mutate/equivalent.toml")
    waiting = [pool.submit(judge, bench, mutant, telegram, known) for mutant in mutants]
    for done in concurrent.futures.as_completed(waiting):
        results.append(done.result())
        tell(done.result())


def main(arguments):
    options = parse(arguments)
    names = options.source or list(SOURCES)
    chosen = {name: chosen_mutants(name, options) for name in names}
    if options.list:
        for mutants in chosen.values():
            print(*(f"{mutant.id} {mutant}" for mutant in mutants), sep="\n")
        return 0
    if not any(chosen.values()):
        give_up("no such mutant; --list prints them", 2)
    if not options.program.exists():
        give_up(f"{options.program}: is missing; build it, or name another with --program")
    written = {name: [] for name in names}
    if options.goes_on and options.json and options.json.exists():
        written.update(json.loads(options.json.read_text(encoding="utf-8")))

    def tell(result):
        print(f"{result['verdict']:<10} {result['id']} {result['mutant']}{': ' if result['shown'] else ''}"
              f"{result['shown']}", flush=True)
        if options.json:
            options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")

    with tempfile.TemporaryDirectory(prefix="mutate") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, mutants in chosen.items():
            run_all(name, mutants, written[name], options, pool, pathlib.Path(folder), tell)
    lines = [line for name, results in written.items() if results for line in report(name, results)]
    print(*lines, sep="\n")
    return 0 if all(rate_of(results)[2] >= options.floor for results in written.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
