"""What read, lint and diagnose make of the inputs of tests/inputs/, by its expected.toml."""

import json
import tomllib
import unittest

import rig

INPUTS = rig.SOURCE / "tests" / "inputs"
EXPECTED = tomllib.loads((INPUTS / "expected.toml").read_text())


def runs_of(expected, command):
    """The runs of this command that an input is to have."""
    runs = expected.get(command, [])
    return runs if isinstance(runs, list) else [runs]


def at(pointer, value):
    """What a JSON pointer finds; KeyError where there is nothing."""
    for key in pointer.split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


class Inputs(rig.Case):
    def test_every_input_has_its_expectation(self):
        files = {file.name for file in INPUTS.iterdir()} - {"README.md", "expected.toml"}
        self.assertEqual(files, set(EXPECTED))
        for name, expected in EXPECTED.items():
            self.assertTrue(expected["what"] and expected["source"], name)

    def each(self, command, judge):
        for name, expected in EXPECTED.items():
            for run in runs_of(expected, command):
                arguments = run.get("arguments", [])
                with self.subTest(input=name, arguments=arguments):
                    judge(INPUTS / name, arguments, run)

    def test_read(self):
        def judge(file, arguments, expected):
            result = rig.run("read", file, *arguments)
            self.assertEqual(result.returncode, expected["code"], result.stderr)
            lines = [json.loads(line) for line in result.stdout.splitlines()]
            told = [line for line in lines if "telegram" in line]
            self.assertEqual(len(told), expected["accepted"])
            self.assertEqual([line["reject"] for line in lines if "reject" in line],
                             expected["rejected"])
            for pointer, value in expected.get("says", {}).items():
                self.assertEqual(at(pointer, told[-1]), value, pointer)
            self.assertIn(expected.get("stderr", ""), result.stderr.decode())
            for pointer in expected.get("says_not", []):
                with self.assertRaises(KeyError):
                    at(pointer, told[-1])

        self.each("read", judge)

    def test_lint(self):
        def judge(file, arguments, expected):
            result = rig.run("lint", file, *arguments, "--json")
            report = json.loads(result.stdout)
            self.assertEqual(result.returncode, expected["code"], result.stderr)
            self.assertEqual(report["outcome"], expected["outcome"])
            if "dialect" in expected:
                self.assertEqual(report["dialect"], expected["dialect"])
            errors = {finding["rule"] for finding in report["findings"]
                      if finding["severity"] == "error"}
            self.assertEqual(errors, set(expected["errors"]))
            for wanted in expected["findings"]:
                self.assertTrue(any(self.is_like(finding, wanted)
                                    for finding in report["findings"]), (wanted, report))

        self.each("lint", judge)

    def test_diagnose(self):
        def judge(file, arguments, expected):
            result = rig.run("diagnose", file, *arguments, "--json")
            said = json.loads(result.stdout)
            self.assertEqual(result.returncode, expected["code"], result.stderr)
            self.assertEqual(said["all_well"], result.returncode == 0)
            self.assertEqual(len(said["mistakes"]), len(expected["mistakes"]), said)
            for mistake, wanted in zip(said["mistakes"], expected["mistakes"]):
                for key in ("id", "likelihood"):
                    self.assertEqual(mistake[key], wanted[key])
                for key in ("why", "fix"):
                    self.assertIn(wanted.get(key, ""), mistake[key])
            if "notes" in expected:
                self.assertEqual([note["id"] for note in said["notes"]], expected["notes"])

        self.each("diagnose", judge)

    def test_what_is_about_no_line_has_none(self):
        findings = json.loads(rig.run("lint", INPUTS / "lost-amid.txt", "--json").stdout)["findings"]
        self.assertEqual({finding["line"] for finding in findings
                          if finding["rule"] == "telegram-cut"}, {None})
        said = rig.run("lint", INPUTS / "lost-amid.txt").stdout.decode()
        self.assertIn(", offset 69: warning [telegram-cut]", said)
        self.assertNotIn("line 0", said)

    def test_the_three_agree_whether_a_line_is_well(self):
        of_the_line = {rule for rule in (
            "crc-missing", "crc-wrong", "crc-malformed", "no-object", "telegram-endless",
            "telegram-cut", "frame-cut", "stray-bytes")}
        for name in EXPECTED:
            with self.subTest(input=name):
                well = json.loads(rig.run("diagnose", INPUTS / name, "--json").stdout)["all_well"]
                read = rig.run("read", INPUTS / name)
                report = json.loads(rig.run("lint", INPUTS / name, "--json").stdout)
                rules = {finding["rule"] for finding in report["findings"]}
                taken = read.returncode == 0 and b'"reject"' not in read.stdout
                self.assertEqual(well, taken and not rules & of_the_line, (taken, rules))

    @staticmethod
    def is_like(finding, wanted):
        wanted = dict(wanted)
        part = wanted.pop("message", "")
        return part in finding["message"] and wanted.items() <= finding.items() | \
            {("source", part) for part in finding["source"].split(", ")}


if __name__ == "__main__":
    unittest.main()
