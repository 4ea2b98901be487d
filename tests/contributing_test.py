#!/usr/bin/env python3
"""What CONTRIBUTING.md says of adding a thing is true: in a copy of the sources each is added as a
newcomer would, in the files that its table names and no more, and p1rig then knows it.

usage: contributing_test.py ROOT BUILD    of a build of the same sources, which lends its libraries
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, BUILD = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])

# By the first words of its row in CONTRIBUTING.md: what is added, as (file, text before which it
# goes, text). A new file has None there.
ADDED = {}

ADDED["a meter"] = [("profiles/new-meter.toml", None, """\
[meter]
name = "New meter"
brand = "New"
model = "meter"
dialect = "dsmr-5.0"
country = "NL"
phases = 1

[line]
baud = 115200
framing = "8N1"
period = "1s"
zone = "Europe/Amsterdam"

[telegram]
text = '''
/NEW5 meter

1-3:0.2.8(50)
0-0:1.0.0({time TST})
0-0:96.1.1(4E45573030303031)
1-0:1.8.1({energy.import.t1 F9(3,3) kWh})
1-0:1.8.2({energy.import.t2 F9(3,3) kWh})
1-0:2.8.1({energy.export.t1 F9(3,3) kWh})
1-0:2.8.2({energy.export.t2 F9(3,3) kWh})
0-0:96.14.0({tariff I4})
1-0:1.7.0({power.import F5(3,3) kW})
1-0:2.7.0({power.export F5(3,3) kW})
!{crc X4}
'''
""")]

# Invented: winter time all year, two hours ahead of UTC.
ADDED["a dialect"] = [("protocol/dialects/ee_1_0.cpp", None, """\
#include <array>
#include <string_view>

#include "protocol/dialect.h"

namespace p1rig {
namespace {

constexpr std::string_view kAnnex = "EE-P1 1.0 annex 1";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", kAnnex, "time of the message"},
    {"1-0:1.8.0", "(F11(3,3)*kWh)", kAnnex, "energy to the client"},
    {"1-0:2.8.0", "(F11(3,3)*kWh)", kAnnex, "energy by the client"},
    {"1-0:1.7.0", "(F7(3,3)*kW)", kAnnex, "power to the client"},
    {"1-0:2.7.0", "(F7(3,3)*kW)", kAnnex, "power by the client"},
});

}  // namespace

extern constinit const Dialect kEe10 = {
    .name = "ee-1.0",
    .document = "EE-P1 1.0",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(120),
    .summer_time = false,
    .summary = "Estonia, invented: W all year",
    .minimum = "0-0:1.0.0 1-0:1.8.0 1-0:2.8.0 1-0:1.7.0 1-0:2.7.0",
    .representative = "ee-meter",
    .rules = kRules,
    .recognition = {.makers = "EEN5*"},
};

}  // namespace p1rig
"""), ("profiles/ee-meter.toml", None, """\
[meter]
name = "Estonian meter"
brand = "New"
model = "Estonian meter"
dialect = "ee-1.0"
country = "EE"
phases = 3

[line]
baud = 115200
framing = "8N1"
period = "10s"
zone = "Etc/GMT-2"

[telegram]
text = '''
/EEN5 meter

0-0:1.0.0({time TST})
1-0:1.8.0({energy.import F11(3,3) kWh})
1-0:2.8.0({energy.export F11(3,3) kWh})
1-0:1.7.0({power.import F7(3,3) kW})
1-0:2.7.0({power.export F7(3,3) kW})
!{crc X4}
'''
""")]

ADDED["a scenario"] = [("profiles/scenarios/new-morning.toml", None, """\
[scenario]
title = "A morning"
start = "2026-07-01T04:00:00Z"
until = "2026-07-01T08:00:00Z"

[[load]]
kind = "household"
""")]

ADDED["a reader to test"] = [("conformance/readers/new-reader.toml", None, """\
[reader]
command = ["{p1rig}", "read", "{endpoint}"]
endpoints = ["pty"]
dialects = ["*"]
""")]

CASE = """\
["dsmr-5.0.2/6.2/{name}"]
requirement = "{requirement}"
title = "{title}"
clause = "DSMR-P1 5.0.2 §6.2"
level = "must"
basis = "derived"
dialects = ["dsmr-5.0", "ee-1.0"]
argues = "The receiver computes the CRC over all that came and compares it with the one that was sent."
why = "A newcomer wrote it."
send = [{{ id = "A"{fault} }}, {{ id = "B" }}]
expect = {{ A = "{expected}", B = "values" }}
mutants = ["{mutant}"]

"""
# Before the first table of the file.
FIRST_TABLE = re.compile(r'^\["', re.MULTILINE)

ADDED["a case"] = [("conformance/cases/dsmr-crc.toml", FIRST_TABLE, CASE.format(
    name="new-case", requirement="R-CRC-01", title="A telegram with a flipped bit is dropped", mutant="no-crc",
    fault=', fault = "flip-bit", at = "line:3"', expected="nothing"))]

ADDED["a fault"] = [
    ("simulator/faults/bytes.cpp", re.compile(r"^constexpr auto kRows", re.MULTILINE), """\
bool flip_fortieth(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (emission.bytes.size() < 40) return false;
  emission.bytes[39] = static_cast<char>(emission.bytes[39] ^ 1);
  return true;
}

"""),
    ("simulator/faults/bytes.cpp", re.compile(r"^\}\);\n\n\}  // namespace\n", re.MULTILINE), """\
    {"flip-fortieth", "the fortieth byte has a flipped bit", "", 0, kStage, false, kNowhere,
     flip_fortieth},
"""),
    ("conformance/cases/dsmr-crc.toml", FIRST_TABLE, CASE.format(
        name="new-fault", requirement="R-CRC-01", title="A telegram with its fortieth byte flipped is dropped",
        mutant="no-crc", fault=', fault = "flip-fortieth"', expected="nothing"))]

ADDED["a mutant"] = [
    ("conformance/mutants/values.cpp", re.compile(r"^constexpr auto kRows", re.MULTILINE), """\
void add_a_digit(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string&) {
    if (number.starts_with("9.99")) number += "1";
  });
}

"""),
    ("conformance/mutants/values.cpp", re.compile(r"^\}\);\n\n\}  // namespace\n", re.MULTILINE), """\
    report_filter("adds-a-digit", kFamily, "numbers above 9.99 with a digit more", add_a_digit),
"""),
    ("conformance/cases/dsmr-values.toml", FIRST_TABLE, CASE.format(
        name="new-mutant", requirement="R-PAR-07", title="Numbers have the digits that were sent",
        mutant="adds-a-digit", fault=', set = { "power.import" = "9.993 kW" }', expected="values"))]

ADDED["an input that p1rig judged wrongly"] = [
    ("tests/inputs/new-input.txt", None, "/NEW5 input\r\n\r\n1-3:0.2.8(50)\r\n!0000\r\n"),
    ("tests/inputs/expected.toml", FIRST_TABLE, """\
["new-input.txt"]
what = "a telegram with a wrong CRC"
source = "a newcomer"
read = { code = 1, accepted = 0, rejected = ["crc"] }

""")]


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def copy_sources(target):
    listed = run("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def add_all(folder):
    for pieces in ADDED.values():
        for name, before, text in pieces:
            file = folder / name
            if before is None:
                assert not file.exists(), name
                file.write_bytes(text.encode())
                continue
            whole = file.read_text(encoding="utf-8")
            place = before.search(whole)
            assert place, f"{name}: there is no {before.pattern}"
            file.write_text(whole[:place.start()] + text + whole[place.start():], encoding="utf-8")


def cached(name):
    """What the build was configured with."""
    return re.search(rf"^{re.escape(name)}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)[1]


def objects_of(folder):
    """Where the build puts what is compiled of the added sources."""
    boxes = {"protocol/": "p1rig_protocol", "simulator/": "p1rig_simulator", "conformance/mutants/": "p1rig_mutants"}
    names = {name for pieces in ADDED.values() for name, _, _ in pieces if name.endswith(".cpp")}
    # The list of dialects, which the build writes.
    for name in sorted(names | {"protocol/dialects/all.cpp"}):
        box, = (box for box in boxes if name.startswith(box))
        yield f"{box}CMakeFiles/{boxes[box]}.dir/{name.removeprefix(box)}.o"


def program(folder):
    """p1rig with what was added: few files are compiled, the rest is that of the build."""
    build = folder / "build"
    kind = cached("CMAKE_BUILD_TYPE")
    same = ["CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS", f"CMAKE_CXX_FLAGS_{kind.upper()}",
            "P1RIG_WERROR", "P1RIG_PRECOMPILE", "P1RIG_TOGETHER"]
    run("cmake", "-S", folder, "-B", build, "-G", "Ninja", "-DP1RIG_TESTS=OFF", "-DP1RIG_BENCH=OFF",
        *(f"-D{name}={cached(name)}" for name in same))
    objects = list(objects_of(folder))
    run("ninja", "-C", build, *objects)
    # What stands before the libraries is taken instead of what they have of the same file.
    link = run("ninja", "-C", BUILD, "-t", "commands", "p1rig").splitlines()[-1]
    result = build / "p1rig"
    own = " ".join(shlex.quote(str(build / name)) for name in objects)
    linked, count = re.subn(r" -o p1rig ", lambda _: f" {own} -o {shlex.quote(str(result))} ", link)
    assert count == 1, link
    run("sh", "-c", linked, cwd=BUILD)
    return result


class Contributing(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="p1rig-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name) / "p1rig"
        copy_sources(cls.folder)
        add_all(cls.folder)
        cls.program = program(cls.folder)

    def p1rig(self, *arguments, stdin=""):
        done = subprocess.run([self.program, *arguments], input=stdin.encode(), capture_output=True, check=False,
                              env=os.environ | {"P1RIG_DATA": str(self.folder)})
        said = done.stdout.decode()  # with CR LF as it is
        self.assertEqual(done.returncode, 0, said + done.stderr.decode())
        return said

    def test_the_table_names_the_files(self):
        page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        rows = dict(re.findall(r"^\| ([^|`]+) \| (.+) \|$", page, re.MULTILINE))
        for thing, pieces in ADDED.items():
            with self.subTest(thing):
                self.assertIn(thing, rows)
                # NAME and the like stand for any word.
                forms = {re.sub(r"[A-Z]{4,}", "[^/]+", re.escape(form)) + ".*" * form.endswith("/")
                         for form in re.findall(r"`([^`]+/[^`]*)`", rows[thing])}
                files = {name for name, _, _ in pieces}
                self.assertLessEqual(len(files), 2)
                self.assertEqual(len(files), len(forms), rows[thing])
                for name in files:
                    self.assertTrue(any(re.fullmatch(form, name) for form in forms), f"{name}: {rows[thing]}")

    def test_each_is_listed(self):
        listed = {"profiles": "new-meter", "dialects": "ee-1.0", "scenarios": "new-morning",
                  "readers": "new-reader", "faults": "flip-fortieth", "mutants": "adds-a-digit"}
        for command, name in listed.items():
            with self.subTest(command):
                self.assertIn(name, [line.split()[0] for line in self.p1rig(command).splitlines() if line.strip()])
        cases = self.p1rig("cases")
        for name in ("new-case", "new-fault", "new-mutant"):
            self.assertIn(f"dsmr-5.0.2/6.2/{name} ", cases)

    def test_files_are_right(self):
        for name in ("profiles/new-meter.toml", "profiles/ee-meter.toml", "profiles/scenarios/new-morning.toml",
                     "conformance/readers/new-reader.toml"):
            with self.subTest(name):
                self.p1rig("check", str(self.folder / name))

    def test_the_dialect_is_sent_and_judged(self):
        telegram = self.p1rig("render", "ee-meter", "--at", "2026-07-01T10:00:00Z")
        self.assertIn("0-0:1.0.0(260701120000W)", telegram)
        self.assertIn('"2026-07-01T12:00:00+02:00"', self.p1rig("read", "-", stdin=telegram))
        self.p1rig("lint", "-", "--dialect", "ee-1.0", stdin=telegram)

    def test_the_input_is_judged(self):
        script = self.folder / "tests" / "end_to_end" / "inputs_test.py"
        run(sys.executable, "-B", script, env=os.environ | {
            "P1RIG_PROGRAM": str(self.program), "P1RIG_SOURCE_DIR": str(self.folder)})

    def test_the_cases_catch_what_they_name(self):
        for case, mutant in (("new-case", "no-crc"), ("new-fault", "no-crc"), ("new-mutant", "adds-a-digit")):
            for dialect in ("dsmr-5.0", "ee-1.0"):
                with self.subTest(case, dialect=dialect):
                    self.p1rig("mutants", "--run", "--case", f"dsmr-5.0.2/6.2/{case}", "--mutant", mutant,
                               "--dialect", dialect)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
