"""Few causes instead of many failures: in every report, as issues to be posted, and while it runs."""
import json
import os
import pty
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema
import rig

METER = "iskra-am550"
SCHEMA = json.loads((rig.SOURCE / "conformance" / "schema" / "report.schema.json").read_text())
READERS = rig.SOURCE / "tests" / "end_to_end" / "readers"
MUTANT = ["--", rig.PROGRAM, "read", "--mutant", "no-crc", "{endpoint}"]


class Causes(rig.Case):
    def conform(self, code, *more, command=MUTANT, line="pty"):
        result = rig.run("conform", "--profile", METER, "--line", line, *more, *command,
                         cwd=self.folder)
        self.assertEqual(result.returncode, code, result.stdout.decode() + result.stderr.decode())
        return result.stdout.decode()

    def test_a_known_defect_is_named_in_every_report(self):
        said = self.conform(1, "--case", "dsmr-5.0.2/6.2/*", "--json", "r.json", "--junit", "r.xml",
                            "--markdown", "r.md", "--html", "r.html")
        report = json.loads((self.folder / "r.json").read_text())
        jsonschema.validate(report, SCHEMA)
        [cause] = report["causes"]
        failures = [place for place, one in enumerate(report["results"]) if one["outcome"] == "fail"]
        self.assertGreater(len(failures), 3)
        self.assertEqual((cause["name"], cause["kind"], cause["results"]), ("no-crc", "defect", failures))
        self.assertEqual(report["unexplained"], [])
        line = f"1 cause explains {len(failures)} of {len(failures)} failures"
        head, first = said.splitlines()[:2]
        self.assertEqual(head, line + ":")
        self.assertTrue(first.startswith("  (1) behaves as `no-crc`: "), first)
        # All of it on one screen.
        self.assertLess(len(said.splitlines()), 30, said)
        shown = report["results"][cause["shown"]]
        self.assertIn(shown["reproduction"], said)
        sent = [one for one in shown["wire"] if one["kind"] == "sent" and
                not one["name"].startswith("sentinel")]
        self.assertEqual(cause["stimulus"]["sent"], sum(one["size"] for one in sent))
        # One line of one telegram is enough to see it.
        self.assertLess(cause["stimulus"]["size"], 100)
        self.assertEqual(cause["stimulus"]["as_sent"], "")
        self.assertEqual(cause["messages"], ["A: was reported, but must be rejected"])
        self.assertEqual(len(cause["stimulus"]["hex"]), 2 * cause["stimulus"]["size"])
        tests = ElementTree.parse(self.folder / "r.xml").getroot()[0]
        named = [test.get("name") for test in tests for one in test.iter("property")
                 if one.get("name") == "cause" and one.get("value") == cause["summary"]]
        self.assertEqual(named, [report["results"][place]["case"] for place in failures])
        [smaller] = [one.get("value") for one in tests.iter("property") if one.get("name") == "smaller"]
        self.assertEqual(smaller, cause["stimulus"]["text"])
        markdown = (self.folder / "r.md").read_text()
        self.assertIn(smaller, markdown)
        self.assertIn(f"### {line}\n", markdown)
        self.assertEqual(markdown.count("<details>"), 1)

    def test_last_words_are_a_cause(self):
        said = self.conform(1, "--case", "dsmr-5.0.2/6.2/crc-*", "--json", "r.json",
                            command=["--", "python3", READERS / "dies_on_third.py", "{endpoint}"])
        report = json.loads((self.folder / "r.json").read_text())
        self.assertEqual({one["kind"] for one in report["causes"]}, {"death"}, said)

    def test_an_issue_shows_it_without_p1rig(self):
        self.conform(1, "--case", "dsmr-5.0.2/6.2/crc-*", "--issue", "issues", line="stdin")
        folder = self.folder / "issues"
        self.assertEqual(sorted(file.name for file in folder.iterdir()), ["no-crc.bin", "no-crc.md"])
        text = (folder / "no-crc.md").read_text()
        for word in ("# Does not check the CRC", "## What happens", "DSMR-P1 5.0.2 §6.2", "[no-crc.bin](no-crc.bin)", "p1rig read "):
            self.assertIn(word, text)
        # As it says.
        [command] = [line for line in text.splitlines() if line.endswith(" < no-crc.bin")]
        shown = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=True,
                               timeout=rig.HANG).stdout
        told = [json.loads(line) for line in shown.splitlines()]
        careful = rig.run("read", folder / "no-crc.bin").stdout
        self.assertGreater(sum("telegram" in line for line in told),
                           sum("telegram" in json.loads(line) for line in careful.splitlines()))

    def test_what_is_shown_is_made_smaller_and_the_same_again(self):
        shown = []
        for _ in range(2):
            self.conform(1, "--case", "dsmr-5.0.2/6.2/crc-*", "--issue", "issues", line="stdin")
            shown.append((self.folder / "issues" / "no-crc.bin").read_bytes())
        self.assertEqual(shown[0], shown[1])
        self.assertLess(len(shown[0]), 100, shown[0])
        whole = self.conform(1, "--case", "dsmr-5.0.2/6.2/crc-*", "--shrink-limit", "0", "--issue",
                             "issues", line="stdin")
        self.assertGreater(len((self.folder / "issues" / "no-crc.bin").read_bytes()), 1000)
        self.assertNotIn("made smaller", whole)
        # The telegram behind the damaged one is not shown, but the damaged end is.
        self.assertRegex(whole, r"sent, [0-9]+ bytes: … .*!\\r\\n/")

    def test_a_directory_is_made_when_there_is_something_to_write(self):
        careful = ["--", rig.PROGRAM, "read", "{endpoint}"]
        options = ["--case", "dsmr-5.0.2/6.2/crc-wrong", "--issue", "a/issues", "--record", "a/records"]
        self.conform(0, *options, command=careful)
        self.conform(4, *options, command=["--", "/nosuch/reader", "{endpoint}"])
        self.assertFalse((self.folder / "a").exists())
        self.conform(1, *options)
        self.assertEqual(sorted(file.name for file in (self.folder / "a").iterdir()),
                         ["issues", "records"])
        (self.folder / "file").write_text("mine\n")
        for option in ("--issue", "--record"):
            self.conform(4, option, "file/below")
            self.conform(4, option, "file")

    def test_issues_replace_those_of_before_and_nothing_else(self):
        options = ["--case", "dsmr-5.0.2/6.2/crc-*", "--issue", "issues"]
        folder = self.folder / "issues"
        self.conform(1, *options)
        (folder / "gone.md").write_text((folder / "no-crc.md").read_text())
        (folder / "gone.bin").write_bytes(b"x")
        (folder / "README.md").write_text("# mine\n")
        (folder / "My.bin").write_bytes(b"mine")
        self.conform(1, *options)
        self.assertEqual(sorted(file.name for file in folder.iterdir()),
                         ["My.bin", "README.md", "no-crc.bin", "no-crc.md"])
        (folder / "no-crc.md").write_text("# mine, too\n")
        # Before anything is run; so is one that is in nobody's way yet.
        self.assertEqual(self.conform(2, *options), "")
        self.assertEqual((folder / "no-crc.md").read_text(), "# mine, too\n")
        (folder / "no-crc.md").unlink()
        (folder / "mine.md").write_text("# mine\n")
        self.conform(2, *options)
        self.conform(1, *options, "--force")
        self.assertEqual((folder / "mine.md").read_text(), "# mine\n")

    def test_what_is_waived_is_counted_in_the_verdict(self):
        self.conform(1, "--case", "dsmr-5.0.2/6.2/*", "--write-waivers", "w.toml")
        said = self.conform(0, "--case", "dsmr-5.0.2/6.2/*", "--waivers", "w.toml", "--badge", "b.json")
        waived = said.splitlines()[-1].split(": ")[-1]
        self.assertRegex(waived, "^green with [0-9]+ waived$")
        self.assertEqual(json.loads((self.folder / "b.json").read_text())["message"], waived)

    def test_a_terminal_shows_how_far_it_is(self):
        mine, theirs = pty.openpty()
        run = self.start("conform", "--profile", METER, "--case", "dsmr-5.0.2/6.2/crc-wrong", *MUTANT,
                         stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b""
        while True:
            try:
                more = os.read(mine, 65536)
            except OSError:  # the other end is closed
                break
            if not more:
                break
            shown += more
        os.close(mine)
        self.assertEqual(run.wait(rig.HANG), 1)
        self.assertIn(b"0 of 1: dsmr-5.0.2/6.2/crc-wrong at " + METER.encode(), shown)
        self.assertIn(b"1 of 1, 1 failure", shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)

    def test_progress_is_a_line_now_and_then(self):
        # It is waited for longer than it takes until the first line.
        result = rig.run("conform", "--progress", "--profile", METER, "--case",
                         "dsmr-5.0.2/6.2/crc-wrong", "--", "python3", READERS / "never_opens.py",
                         "{endpoint}")
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn(b"p1rig: 0 of 1\n", result.stderr)


if __name__ == "__main__":
    unittest.main()
