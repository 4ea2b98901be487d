"""The reports of a run, each by its own rules, and the waivers that make a run green."""
import json
import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema
import rig

HERE = rig.SOURCE / "tests" / "end_to_end"
READERS = HERE / "readers"
FLIP, WRONG = "dsmr-5.0.2/6.2/crc-bit-flip", "dsmr-5.0.2/6.2/crc-wrong"
METERS = ["iskra-am550", "sagemcom-t211-d-emucs21"]
SCHEMA = json.loads((rig.SOURCE / "conformance" / "schema" / "report.schema.json").read_text())
# What publishes_everything.py logs, as a report may show it.
NASTY = r"""</script><script>alert(1)</script> \x1B[31m \u{202E} ]]> --> & "' `|*"""
FORMS = ["json", "junit", "html", "markdown", "badge"]


class Reports(rig.Case):
    def conform(self, code, reader, *more, meters=METERS, cases=(FLIP, WRONG), forms=FORMS):
        """Runs it and returns the path of each report by its form."""
        files = {form: self.folder / f"report.{form}" for form in forms}
        arguments = ["conform"]
        for meter in meters:
            arguments += ["--profile", meter]
        for case in cases:
            arguments += ["--case", case]
        for form, file in files.items():
            arguments += [f"--{form}", file]
        result = rig.run(*arguments, *more, "--", sys.executable, READERS / reader, "{endpoint}",
                         env=os.environ | {"PYTHONPATH": str(READERS)})
        self.assertEqual(result.returncode, code, result.stdout.decode() + result.stderr.decode())
        self.said = result.stdout.decode()
        self.assertFalse([file for file in self.folder.iterdir() if ".toml" not in file.name
                          and file not in files.values()], "temporary files are left")
        return files

    def json_of(self, files):
        report = json.loads(files["json"].read_text())
        jsonschema.validate(report, SCHEMA)
        return report

    def outcomes(self, files):
        return [one["outcome"] for one in self.json_of(files)["results"]]

    def test_failures_in_each_form(self):
        files = self.conform(1, "publishes_everything.py")
        for file in files.values():
            text = file.read_bytes()
            text.decode("utf-8")
            for byte in (b"\x1b", "\u202e".encode(), b"\r", b"\t"):
                self.assertFalse(byte in text, (file.name, byte))

        report = self.json_of(files)
        self.assertEqual([(one["case"], one["profile"], one["outcome"], one["counts"])
                          for one in report["results"]],
                         [(case, meter, "fail", True) for meter in METERS for case in (FLIP, WRONG)])
        self.assertEqual((report["exit_code"], report["verdict"], report["sums"]["fail"]),
                         (1, "4 of 4 not as expected", 4))
        failure = report["results"][0]
        self.assertTrue(failure["messages"][0].startswith("reports a telegram that was never sent"))
        self.assertIn(f"--profile {METERS[0]} --line pty --case {FLIP} --seed 1 -- ",
                      failure["reproduction"])
        self.assertEqual([moment["name"] for moment in failure["wire"] if moment["kind"] == "sent"],
                         ["A", "B", "sentinel 1"])
        self.assertIn(NASTY, [moment["text"] for moment in failure["wire"]])
        self.assertEqual(report["cases"][0]["expected"],
                         ["A is rejected", "B is reported with the values that were sent",
                          "at most 1 good telegram lost"])
        self.assertIn("CRC", report["cases"][0]["argues"])

        self.junit(files["junit"])
        self.markdown(files["markdown"])
        self.assertEqual(json.loads(files["badge"].read_text()),
                         {"schemaVersion": 1, "label": "P1 conformance",
                          "message": "4 of 4 not as expected", "color": "red"})
        self.html(files["html"])

    def junit(self, file):
        subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", file], check=True,
                       capture_output=True)
        root = ElementTree.parse(file).getroot()
        self.assertEqual([(suite.get("name"), suite.get("tests"), suite.get("failures"))
                          for suite in root], [(f"{meter}@pty", "2", "2") for meter in METERS])
        test = root[0][0]
        properties = {one.get("name"): one.get("value") for one in test.iter("property")}
        self.assertTrue(properties.pop("cause").startswith("behaves as `no-crc`: "))
        # One line with a flipped bit is enough.
        self.assertRegex(properties.pop("smaller"), r"^/.*1-0:.*![0-9A-F]{4}")
        self.assertEqual(properties,
                         {"level": "must", "basis": "derived", "clause": "DSMR-P1 5.0.2 §6.2",
                          "requirement": "R-CRC-01", "outcome": "fail"})
        story = test.find("failure").text
        self.assertIn(NASTY, story)
        self.assertIn("expected: A is rejected", story)
        self.assertIn("again: p1rig conform --profile", story)

    def markdown(self, file):
        text = file.read_text()
        self.assertIn(f"| {METERS[0]} on pty | 2 |", text.replace("\\", ""))
        # Whatever was logged stands within a fence, where nothing is markup.
        inside = False
        for line in text.splitlines():
            if line.startswith("```"):
                inside = not inside
            self.assertTrue(inside or "<script>" not in line, line)

    def html(self, file):
        text = file.read_text()
        # Nothing is loaded, and no text ends the element that it stands in.
        for word in ("src=", "url(", "@import", "http://", "https://"):
            self.assertFalse(word in text, word)
        self.assertEqual(text.count("</script>"), 2)
        if SKIP_BROWSER:
            return
        said = subprocess.run(["node", HERE / "node" / "report-page.mjs", file, self.folder],
                              capture_output=True, timeout=rig.HANG)
        self.assertEqual(said.returncode, 0, said.stdout.decode() + said.stderr.decode())
        page = json.loads(said.stdout)
        for name in ("light", "dark"):
            picture = self.folder / f"{name}.png"
            self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            picture.unlink()
        self.assertEqual(page["errors"], [])
        self.assertEqual(page["requests"], 1, "more than the page itself is loaded")
        self.assertEqual(page["title"], "p1rig read 0.1.0: P1 conformance".replace(
            "0.1.0", json.loads(file.with_suffix(".json").read_text())["reader"]["version"]))
        self.assertEqual(page["columns"], [f"{meter}@pty" for meter in METERS])
        self.assertEqual(page["rows"], ["A telegram with one flipped bit in the actual power is dropped",
                                        "A telegram with another CRC is dropped"])
        self.assertEqual(page["outcomes"], ["fail"] * 4)
        self.assertEqual(page["rows with 'another'"], ["A telegram with another CRC is dropped"])
        self.assertEqual(page["rows of level should"], [])
        self.assertEqual(page["rows without fail"], [])
        self.assertEqual(page["rows again"], page["rows"])
        # By keyboard alone: to the cell on the right, and unfolded.
        self.assertEqual(page["focus"], f"fail: {FLIP} at {METERS[1]}@pty")
        story = page["story"]
        for word in ("A is rejected", "reports a telegram that was never sent", "DSMR-P1 5.0.2 §6.2",
                     "R-CRC-01", f"--profile {METERS[1]}", "to the reader (A)", "sentinel 1", NASTY,
                     r"\r\n"):
            self.assertIn(word, story)
        self.assertIn("reports a telegram", page["failure"])
        self.assertGreaterEqual(page["width"], page["scroll width"], "the page scrolls sideways")

    def test_a_failed_case_is_kept_as_it_was_on_the_line(self):
        folder = self.folder / "lines.toml.d"
        self.conform(1, "publishes_everything.py", "--record", folder, meters=METERS[:1], forms=[])
        names = [f"{case.replace('/', '_')}@{METERS[0]}@pty" for case in (FLIP, WRONG)]
        self.assertEqual(sorted(file.name for file in folder.iterdir()),
                         sorted(name + end for name in names for end in (".pcap", ".toml")))
        # Of the three telegrams of the case the first is broken.
        said = rig.run("read", folder / f"{names[0]}.pcap")
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        self.assertEqual([next(iter(line)) for line in lines if "hello" not in line],
                         ["reject", "telegram", "telegram"])

    def test_what_is_as_expected(self):
        files = self.conform(0, "prints_binary.py", meters=METERS[:1])
        self.assertEqual(self.outcomes(files), ["pass", "pass"])
        self.assertEqual([one["wire"] for one in self.json_of(files)["results"]], [[], []])
        subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", files["junit"]],
                       check=True, capture_output=True)
        self.assertEqual(json.loads(files["badge"].read_text())["color"], "brightgreen")

    def test_a_reader_that_cannot_be_judged_is_an_error_and_not_a_failure(self):
        files = self.conform(3, "exits_at_once.py", meters=METERS[:1])
        subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", files["junit"]],
                       check=True, capture_output=True)
        root = ElementTree.parse(files["junit"]).getroot()
        self.assertEqual((root.get("failures"), root.get("errors"), root.get("skipped")),
                         ("0", "1", "2"))

    # Waivers

    def waivers(self, text):
        file = self.folder / "waivers.toml"
        file.write_text(text)
        return file

    def test_day_one_is_green(self):
        file = self.folder / "day-one.toml"
        self.conform(1, "publishes_everything.py", "--write-waivers", file, meters=METERS[:1])
        self.assertEqual(file.read_text().count("FILL IN: reports a telegram"), 2)
        files = self.conform(0, "publishes_everything.py", "--waivers", file, meters=METERS[:1])
        self.assertEqual(self.outcomes(files), ["xfail", "xfail"])

    def test_a_waived_failure_shows_its_reason_everywhere(self):
        file = self.waivers('[[waiver]]\ncase = "dsmr-5.0.2/6.2/crc-*"\nreason = "issue <12>"\n')
        files = self.conform(0, "publishes_everything.py", "--waivers", file, meters=METERS[:1])
        self.assertEqual({one["waiver"] for one in self.json_of(files)["results"]}, {"issue <12>"})
        self.assertIn("issue <12>", self.said)
        skipped = ElementTree.parse(files["junit"]).getroot()[0][0].find("skipped")
        self.assertEqual(skipped.get("message"), "expected to fail: issue <12>")
        self.assertIn("issue \\<12\\>", files["markdown"].read_text())
        self.assertTrue("issue \\u003c12>" in files["html"].read_text())

    def test_a_pass_that_a_waiver_does_not_expect_counts(self):
        for volatile, code in (("", 1), ("volatile = true\n", 0)):
            with self.subTest(volatile=volatile):
                file = self.waivers(f'[[waiver]]\ncase = "{FLIP}@iskra-*"\nreason = "x"\n{volatile}')
                after = self.folder / "after.toml"
                files = self.conform(code, "prints_binary.py", "--waivers", file, "--write-waivers",
                                     after, meters=METERS[:1])
                self.assertEqual(self.outcomes(files), ["xpass", "pass"])
                # The file that makes this run green drops it, or keeps it where it comes and goes.
                self.assertEqual(after.read_text().count("[[waiver]]"), 0 if code else 1)
                self.conform(0, "prints_binary.py", "--waivers", after, meters=METERS[:1])

    def test_an_unused_waiver_counts_only_where_the_whole_suite_ran(self):
        file = self.waivers('[[waiver]]\ncase = "no/such/case"\nreason = "x"\n')
        files = self.conform(0, "prints_binary.py", "--waivers", file, meters=METERS[:1])
        [unused] = self.json_of(files)["unused_waivers"]
        self.assertEqual((unused["case"], unused["counts"], unused["where"]),
                         ("no/such/case", False, f"{file}:1:1"))
        self.assertIn(f"{file}:1:1", self.said)


SKIP_BROWSER = rig.SANITIZED  # nothing of ours runs in it

if __name__ == "__main__":
    unittest.main()
