"""What bench/ratios.py and scripts/bench.sh print and write, without measuring anything.

    bench_ratios_test.py SOURCE_FOLDER
"""
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop()).resolve()
DIALECTS = ("dsmr-2.2", "dsmr-5.0", "mixed")


def ratios_module():
    spec = importlib.util.spec_from_file_location("ratios", SOURCE / "bench" / "ratios.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ratios = ratios_module()


def good_times():
    """Each ratio is well within its target."""
    times = {}
    for _, _, above, below, direction, _, target in ratios.ROWS + ratios.WORST_ROWS:
        for dialect in DIALECTS:
            if direction == ratios.AT_LEAST:
                times[above.format(dialect)] = 1000.0
                times.setdefault(below.format(dialect), 1.0)
    for name in ("crc/vpclmul", "crc/pclmul", "crc/portable"):
        times[name] = 1.0
    times["generator/p1rig_million"] = 1.0
    times["sealed/render_and_seal"] = times["sealed/bare_evp"] = 1.0
    for dialect in DIALECTS:
        times[f"reader/{dialect}/line_scan"] = 2.0
    return times


def measured(times, crc="vpclmul"):
    runs = [{"run_type": "iteration", "run_name": name, "cpu_time": time}
            for name, time in times.items()]
    runs.append({"run_type": "iteration", "run_name": "fleet/made_and_bare/min_time:0.300",
                 "cpu_time": 1.0, "added": 0.0})
    runs.append({"run_type": "iteration", "run_name": "generator/p1rig", "cpu_time": 1.0,
                 "meter_bytes": 200.0})
    return {"context": {"crc": crc}, "benchmarks": runs}


class Tree(unittest.TestCase):
    """A copy of what is run and of what is written, with programs that do nothing."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        for name in ("bench/ratios.py", "scripts/bench.sh"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, self.root / name)
        self.marked = "before\n<!-- ratios -->\nold\n<!-- end of ratios -->\nafter\n"
        for name in ("README.md", "docs/benchmarks.md"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(self.marked)
        self.file = self.root / "build/release/bench/measured.json"
        self.file.parent.mkdir(parents=True)
        self.program("bin/cmake", f"echo built >> {self.root}/calls")
        self.program("bin/valgrind", "echo 'Collected : 1600000'")

    def program(self, name, script):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def run_it(self, *command):
        environment = {name: value for name, value in os.environ.items() if name != "P1RIG_CPU"}
        environment["PATH"] = f"{self.root}/bin:{environment['PATH']}"
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              env=environment, check=False)

    def judge(self, contents, *more):
        self.file.write_text(json.dumps(contents))
        return self.run_it(sys.executable, self.root / "bench/ratios.py", self.file, 800, *more)

    def published(self):
        written = [(self.root / name).read_text() != self.marked
                   for name in ("README.md", "docs/benchmarks.md")]
        written.append((self.root / "bench/ratios.json").exists())
        self.assertEqual(len(set(written)), 1)
        return written[0]


class Ratios(Tree):
    def test_all_is_written_where_all_is_there(self):
        done = self.judge(measured(good_times()), 0.9, "--publish")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(self.published())
        rows = json.loads((self.root / "bench/ratios.json").read_text())
        self.assertEqual({row["reached"] for row in rows}, {"target"})
        self.assertEqual(len(rows), len(ratios.ROWS) + len(ratios.WORST_ROWS) + 4)
        self.assertIn("before\n<!-- ratios -->\n| what | measured | target | reached |\n",
                      (self.root / "README.md").read_text())

    def test_nothing_is_written_below_a_floor(self):
        times = good_times() | {"sealed/render_and_seal": 1.41}
        done = self.judge(measured(times), 0.9, "--publish")
        self.assertEqual((done.returncode, done.stderr), (1, "ratios: below the floor: P8\n"))
        self.assertIn("| 1.41 | ≤ 1.4 | ≤ 1.25 | below the floor |", done.stdout)
        self.assertFalse(self.published())

    def test_nothing_is_written_where_a_row_is_missing(self):
        for name, row in [("sealed/bare_evp", "P8"), ("reader/mixed/p1rig", "P12 mixed")]:
            times = good_times()
            del times[name]
            done = self.judge(measured(times), 0.9, "--publish")
            self.assertEqual(done.returncode, 2)
            self.assertIn(row, done.stderr)
            self.assertFalse(self.published())

    def test_a_count_that_is_missing_is_a_row_that_is_missing(self):
        contents = measured(good_times())
        contents["benchmarks"] = contents["benchmarks"][:-2]
        done = self.judge(contents)
        self.assertEqual((done.returncode, done.stderr),
                         (2, "ratios: not measured: P13, P7 bytes\n"))

    def test_a_machine_without_pclmul_does_not_judge_what_needs_it(self):
        times = good_times()
        del times["crc/vpclmul"], times["crc/pclmul"]
        for dialect in DIALECTS:
            times[f"reader/{dialect}/line_scan"] = 0.1
        not_judged = ["P1 vpclmul", "P1 pclmul", "P12", "P12 mixed", "P12 worst"]
        done = self.judge(measured(times, "portable"))
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"of the processor: {', '.join(not_judged)}\n", done.stdout)
        # One that has them, but must not use them.
        times |= {"crc/vpclmul": 1.0, "crc/pclmul": 1.0}
        done = self.judge(measured(times, "portable"))
        self.assertIn(f"of the processor: {', '.join(not_judged[2:])}\n", done.stdout)
        # One that uses them.
        self.assertEqual(self.judge(measured(times)).returncode, 1)

    def test_worst_is_the_worst_of_all_dialects(self):
        times = good_times() | {"reader/dsmr-2.2/p1rig": 100.0, "reader/dsmr-2.2/line_scan": 80.0}
        done = self.judge(measured(times))
        self.assertEqual(done.returncode, 0)
        self.assertIn("with the least gain: dsmr-2.2 | 10 |", done.stdout)
        self.assertIn("with the cheapest lines: dsmr-2.2 | 1.25 |", done.stdout)

    def test_the_filter_takes_every_dialect(self):
        taken = re.compile(ratios.benchmark_filter())
        for name in ("reader/dsmr-2.2/p1rig/min_time:0.020", "reader/hu-eon/line_scan", "crc/boost",
                     "reader/mixed/ordinary", "fleet/made_and_bare/min_time:0.300"):
            self.assertTrue(taken.search(name), name)
        for name in ("parser/p1rig", "generator/meter_print", "reader/mixed/p1rig/other"):
            self.assertFalse(taken.search(name), name)

    def test_a_file_that_is_not_there(self):
        done = self.run_it(sys.executable, self.root / "bench/ratios.py", self.file, 800)
        self.assertEqual(done.returncode, 2)
        self.assertIn("measured.json", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


class Script(Tree):
    def bench(self, *arguments):
        return self.run_it("bash", self.root / "scripts/bench.sh", *arguments)

    def builds(self):
        return (self.root / "calls").exists()

    def test_help_and_mistakes_build_nothing(self):
        for arguments, code in [(["--help"], 0), (["--gate", "--help"], 0), (["--gat"], 2),
                                (["--gate", "--benchmark_filter=crc"], 2)]:
            done = self.bench(*arguments)
            self.assertEqual(done.returncode, code, arguments)
            self.assertIn("usage: scripts/bench.sh", done.stdout if code == 0 else done.stderr)
        self.assertFalse(self.builds())

    def test_the_gate_judges_nothing_that_was_measured_before(self):
        self.program("build/release/bench/p1rig_bench", "exit 0")
        before = self.file.with_name("measured-1.json")
        before.write_text(json.dumps(measured(good_times())))
        done = self.bench("--gate")
        self.assertEqual(done.returncode, 2)
        self.assertIn(before.name, done.stderr)

    def measures(self, *attempts):
        """The program then writes one of these at each of its runs."""
        for number, times in enumerate(attempts, 1):
            (self.root / f"attempt-{number}").write_text(json.dumps(measured(good_times() | times)))
        (self.root / "tries").unlink(missing_ok=True)
        self.program("build/release/bench/p1rig_bench", f"""echo >> {self.root}/tries
for argument; do
  case $argument in --benchmark_out=*) file=${{argument#*=}} ;; esac
done
cp {self.root}/attempt-$(wc -l < {self.root}/tries) $file""")

    def test_the_gate_gives_three_tries_and_writes_nothing(self):
        bad = {"sealed/render_and_seal": 9.0}
        for attempts, code in [((bad, bad, {}), 0), ((bad, bad, bad), 1)]:
            self.measures(*attempts)
            done = self.bench("--gate")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(len((self.root / "tries").read_text()), 3)
            self.assertFalse(self.published())

    def test_the_gate_judges_all_tries_together(self):
        # Each try is spoilt elsewhere.
        self.measures({"sealed/render_and_seal": 9.0}, {"generator/p1rig_million": 9.0})
        done = self.bench("--gate")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len((self.root / "tries").read_text()), 2)



if __name__ == "__main__":
    unittest.main()
