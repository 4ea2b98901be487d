"""The same command gives the same verdicts, whatever else the machine does and however a reader reads."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import rig

METER = "iskra-am550"
IN_PIECES = rig.SOURCE / "tests/end_to_end/readers/in_pieces.py"
LONG = os.environ.get("P1RIG_LONG")
TIMES = 20 if LONG else 3
# Where damaged telegrams are followed by others, chance had a say: what ends in one read with what.
CASES = ["*"] if LONG else ["dsmr-5.0.2/6.2/crc-*", "*/noise-within-*", "*/cut-*"]
MUTANTS = (["no-crc", "tells-fragments", "merges-telegrams", "hangs-at-nul", "crashes-at-noise", "drops-empty-lines",
            "strips-blanks", "everything-is-gas", "cuts-decimals", "tells-twice"] if LONG else ["tells-fragments"])


def reader(size, pause, *more):
    return [sys.executable, IN_PIECES, "{endpoint}", size, pause, *more]


class Verdicts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        self.addCleanup(busy.wait)
        self.addCleanup(busy.kill)

    def verdicts(self, command):
        report = pathlib.Path(self.folder.name) / "report.json"
        chosen = [word for glob in CASES for word in ("--case", glob)]
        rig.run("conform", "--profile", METER, *chosen, "--json", report, "--", *command,
                env=os.environ | {"P1RIG_DIALECT": "dsmr-5.0"}, timeout=20 * rig.HANG)
        return {one["case"]: (one["outcome"], one["messages"]) for one in json.loads(report.read_text())["results"]}

    def assert_steady(self, command):
        first = self.verdicts(command)
        self.assertGreater(len(first), 30, "cases that were run")
        for _ in range(TIMES - 1):
            again = self.verdicts(command)
            self.assertEqual({}, {case: (verdict, again.get(case)) for case, verdict in first.items()
                                  if verdict != again.get(case)})
        return first

    def test_of_a_reader_that_reads_what_there_is(self):
        self.assert_steady([rig.PROGRAM, "read", "{endpoint}"])

    def test_of_one_that_reads_byte_by_byte(self):
        self.assert_steady(reader(1, 0))

    def test_of_one_that_sleeps_between_reads(self):
        for size in (64, 1024):
            with self.subTest(size=size):
                outcomes = self.assert_steady(reader(size, 0.002))
                self.assertEqual({"pass"}, {outcome for outcome, _ in outcomes.values()} - {"skip"})

    def test_of_one_that_throws_away_what_came_in_one_read_with_damage(self):
        # Telegrams are apart: the next one never comes in one read with what is damaged.
        outcomes = self.assert_steady(reader(4096, 0.05, "ascii"))
        self.assertEqual({"pass"}, {outcome for case, (outcome, _) in outcomes.items()
                                    if case.startswith("dsmr-5.0.2/6.2/crc-bit-flip") or "noise-within" in case})

    def test_of_mutants(self):
        for mutant in MUTANTS:
            with self.subTest(mutant=mutant):
                outcomes = self.assert_steady([rig.PROGRAM, "read", "--mutant", mutant, "{endpoint}"])
                self.assertTrue({outcome for outcome, _ in outcomes.values()} - {"pass", "skip"}, "it has a defect")


if __name__ == "__main__":
    unittest.main()
