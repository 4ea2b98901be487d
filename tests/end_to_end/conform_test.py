"""`p1rig conform` judges readers that misbehave, and ends with the exit code that is documented."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

import rig

READERS = rig.SOURCE / "tests" / "end_to_end" / "readers"
FLIP, WRONG = "dsmr-5.0.2/6.2/crc-bit-flip", "dsmr-5.0.2/6.2/crc-wrong"
METER = "iskra-am550"


def processes_with(word):
    """The processes that have this word in their command line."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in command:
                found.append(command)
    return found


class Conform(rig.Case):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.environment = os.environ | {"TMPDIR": str(self.temporary), "PYTHONPATH": str(READERS)}

    def reader_file(self, name, startup=rig.ENDLESS, patience=rig.ENDLESS):
        file = self.folder / f"{name}.toml"
        file.write_text(f'''[reader]
command = [{json.dumps(sys.executable)}, {json.dumps(str(READERS / name))}, "{{endpoint}}"]
startup = "{startup}"
patience = "{patience}"
''')
        return file

    def arguments(self, name, *more, **options):
        return ["conform", self.reader_file(name, **options), "--profile", METER, "--case", FLIP,
                "--case", WRONG, *more]

    def conform(self, code, name, *more, **options):
        """The JSON report of a run that ends with this code, and leaves nothing behind."""
        report = self.folder / "report.json"
        result = rig.run(*self.arguments(name, "--json", report, *more, **options),
                         env=self.environment)
        self.assertEqual(result.returncode, code, result.stdout.decode() + result.stderr.decode())
        self.assertNotIn(b"\x1b", result.stdout)
        self.nothing_is_left()
        self.said = result.stdout.decode()
        return json.loads(report.read_text())

    def nothing_is_left(self):
        # Every reader has the name of its line, in this folder, in its command line.
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual(processes_with(str(self.temporary)), [])

    def outcomes(self, report):
        self.assertEqual([one["case"] for one in report["results"]], [FLIP, WRONG])
        return [one["outcome"] for one in report["results"]]

    def all_messages(self, report):
        return "\n".join(message for one in report["results"] for message in one["messages"])

    # 0: as expected

    def test_a_reader_file_may_be_named_without_a_folder(self):
        (self.folder / "wrap.py").write_text(
            f"import os, sys\nos.execv({rig.PROGRAM!r}, ['p1rig', 'read', sys.argv[1]])\n")
        (self.folder / "mine.toml").write_text(
            f'[reader]\ncommand = ["{sys.executable}", "{{here}}/wrap.py", "{{endpoint}}"]\n')
        for words in (["conform", "mine.toml", "--case", WRONG, "--profile", METER],
                      ["doctor", "mine.toml"]):
            result = rig.run(*words, env=self.environment, cwd=self.folder)
            self.assertEqual(result.returncode, 0, result.stdout)

    def test_the_reference_reader_is_as_expected(self):
        result = rig.run("conform", "--profile", METER, "--case", FLIP, "--", rig.PROGRAM, "read",
                         "{endpoint}", env=self.environment)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.nothing_is_left()

    def test_bytes_that_are_no_text_are_a_log(self):
        self.assertEqual(self.outcomes(self.conform(0, "prints_binary.py")), ["pass", "pass"])

    def test_standard_error_is_never_judged(self):
        self.assertEqual(self.outcomes(self.conform(0, "floods_errors.py")), ["pass", "pass"])

    def test_a_flood_of_log_lines_fills_no_memory(self):
        self.assertEqual(self.outcomes(self.conform(0, "floods_output.py")), ["pass", "pass"])

    def test_children_of_the_reader_end_with_it(self):
        self.assertEqual(self.outcomes(self.conform(0, "leaves_children.py")), ["pass", "pass"])

    def test_a_reader_that_ignores_to_be_ended_is_ended(self):
        self.assertEqual(self.outcomes(self.conform(0, "ignores_terminate.py")), ["pass", "pass"])

    def test_random_stimuli_that_a_right_reader_passes(self):
        for seed in (1, 2, 4):  # and all meters by turns, sealed ones among them
            result = rig.run("conform", "--dialect", "*", "--fuzz", 140, "--seed", seed, "--",
                             rig.PROGRAM, "read", "{endpoint}", env=self.environment)
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertIn(b"140 of 140 as expected", result.stdout)
        self.nothing_is_left()

    def test_what_a_killed_run_left_is_cleared_by_the_next(self):
        reader = ["--", rig.PROGRAM, "read", "{endpoint}"]
        killed = self.start("conform", "--profile", "sagemcom-smarty-lux-encrypted", *reader,
                            env=self.environment, stdout=subprocess.DEVNULL)
        rig.wait_for(lambda: list(self.temporary.glob("*/key")), "the key of the run")
        # The second folder is that of the reader.
        rig.wait_for(lambda: len(list(self.temporary.iterdir())) == 2, "the reader's line")
        killed.kill()
        killed.wait()
        self.assertEqual(len(list(self.temporary.glob("*/key"))), 1)
        result = rig.run("conform", "--profile", METER, "--case", FLIP, *reader,
                         env=self.environment)
        self.assertEqual(result.returncode, 0, result.stdout)
        rig.wait_for(lambda: not processes_with(str(self.temporary)), "the reader's end")
        self.nothing_is_left()

    # 1: not as expected

    def test_what_is_written_at_opening_is_seen(self):
        result = rig.run("conform", self.reader_file("greets.py"), "--profile", METER, "--case",
                         "*/quiet", env=self.environment)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(b"bytes to the meter", result.stdout)
        self.nothing_is_left()

    def test_a_line_of_100_megabytes_breaks_the_contract(self):
        report = self.conform(1, "long_line.py")
        self.assertEqual(self.outcomes(report), ["fail", "pass"])
        self.assertIn("a line of more than 1 MiB", self.all_messages(report))

    def test_a_report_that_is_no_utf_8_breaks_the_contract(self):
        report = self.conform(1, "invalid_utf8.py")
        self.assertEqual(self.outcomes(report), ["fail", "pass"])
        said = [moment["text"] for moment in report["results"][0]["wire"]]
        self.assertIn(r'{"telegram": {"0-0:96.13.0": "\xFF\xFE<b>"}}', said)

    def test_a_report_of_another_shape_breaks_the_contract(self):
        report = self.conform(1, "wrong_shape.py")
        self.assertEqual(self.outcomes(report), ["fail", "pass"])
        self.assertIn("breaks the reader contract", self.all_messages(report))

    def test_a_reader_that_closes_its_output_hangs(self):
        report = self.conform(1, "closes_output.py")
        self.assertEqual(self.outcomes(report), ["hang", "hang"])
        self.assertIn("closed its standard output", self.all_messages(report))

    def test_a_crash_is_told_and_the_run_goes_on(self):
        report = self.conform(1, "dies_on_third.py")
        self.assertEqual(self.outcomes(report), ["crash", "crash"])
        self.assertIn(f"ended by signal {signal.SIGSEGV.value}", self.all_messages(report))

    def test_a_hang_is_told_and_the_run_goes_on(self):
        report = self.conform(1, "hangs.py", patience="3s")
        self.assertEqual(self.outcomes(report), ["hang", "hang"])

    def test_what_is_printed_to_run_a_case_again_runs_it_again(self):
        shutil.copy(rig.SOURCE / "profiles" / f"{METER}.toml", self.folder / "mymeter.toml")
        (self.folder / "known, but{a,b}.toml").write_text(
            f'[[waiver]]\ncase = "{WRONG}"\nreason = "not looked at"\n')
        options = ["--level", "should", "--suite-version", "0.1", "--waivers",
                   "known, but{a,b}.toml", "--profile", "./mymeter.toml", "--line", "pty:p1&x"]
        reader = ["--", sys.executable, str(READERS / "publishes_everything.py"), "{endpoint}"]
        result = rig.run("conform", *options, "--case", FLIP, "--json", "report.json", *reader,
                         env=self.environment, cwd=self.folder)
        self.assertEqual(result.returncode, 1, result.stdout.decode() + result.stderr.decode())
        report = json.loads((self.folder / "report.json").read_text())
        line = report["results"][0]["reproduction"]
        # The words that a shell makes of it.
        told = subprocess.run(["bash", "-c", 'p1rig() { printf "%s\\n" "$@"; }; ' + line],
                              capture_output=True, check=True, cwd=self.folder)
        words = told.stdout.decode().splitlines()
        self.assertEqual(words, ["conform", *options, "--case", FLIP, "--seed", "1", *reader])
        again = rig.run(*words, env=self.environment, cwd=self.folder)
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn(line, again.stdout.decode())

    def test_a_random_failure_can_be_pasted_into_a_file(self):
        reader = ["--", rig.PROGRAM, "read", "--mutant", "no-crc", "{endpoint}"]
        found = rig.run("conform", "--fuzz", 40, "--seed", 1, "--profile", METER, "--json",
                        "report.json", *reader, env=self.environment, cwd=self.folder)
        self.assertEqual(found.returncode, 1, found.stderr)
        failed = json.loads((self.folder / "report.json").read_text())["results"]
        (self.folder / "mine.toml").write_text("".join(one["smallest"] for one in failed))
        self.assertEqual(rig.run("check", self.folder / "mine.toml").returncode, 0)
        again = rig.run("conform", "--case-file", "mine.toml", "--seed", 1, "--profile", METER, "--json",
                        "again.json", *reader, env=self.environment, cwd=self.folder)
        self.assertEqual(again.returncode, 1, again.stdout)
        results = json.loads((self.folder / "again.json").read_text())["results"]
        self.assertEqual([(one["case"], one["messages"], self.bytes_of(one)) for one in results],
                         [(one["case"], one["messages"], self.bytes_of(one)) for one in failed])
        self.assertIn(" --case-file mine.toml ", results[0]["reproduction"])

    def bytes_of(self, result):
        """What the case sent, without the telegram behind it."""
        return [moment["text"] for moment in result["wire"]
                if moment["kind"] == "sent" and not moment["name"].startswith("sentinel")]

    def test_a_reader_that_gives_up_within_the_meters_period_fails(self):
        # kaifa-ma304c sends every ten seconds (DSMR-P1 4.2.2 §4.5).
        result = rig.run("conform", self.reader_file("gives_up.py"), "--profile", "kaifa-ma304c",
                         "--case", "dsmr-3.0/4.4/period", env=self.environment)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(b"the reader ended with status 1; it said: nothing came for 3 s", result.stdout)
        self.nothing_is_left()

    def test_a_waiver_for_a_meter_that_is_none_is_a_finding(self):
        (self.folder / "waivers.toml").write_text(
            f'[[waiver]]\ncase = "{WRONG}@iskra-am555"\nreason = "x"\n')
        result = rig.run("conform", "--dialect", "ch-xt211", "--line", "stdin", "--waivers",
                         "waivers.toml", "--", rig.PROGRAM, "read", "{endpoint}",
                         env=self.environment, cwd=self.folder)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(b"no meter has this name", result.stdout)

    # 2: usage or configuration

    def test_a_source_is_never_written_over(self):
        for name, text in (("reader.toml", '[reader]\ncommand = ["x", "{endpoint}"]\n'),
                           ("case.toml", "# mine\n")):
            (self.folder / name).write_text(text)
        for options in (["--json", "reader.toml"], ["--write-waivers", "./reader.toml"],
                        ["--record", "reader.pcap"], ["--json", "x", "--html", "./x"]):
            with self.subTest(options=options):
                self.assert_fails(2, "by the same command", "conform", "./reader.toml",
                                  *options, env=self.environment, cwd=self.folder)
        self.assertTrue((self.folder / "reader.toml").read_text().startswith("[reader]"))
        self.assertFalse((self.folder / "x").exists())

    def test_what_cannot_be_meant_is_refused(self):
        waivers = self.folder / "waivers.toml"
        waivers.write_text('[[waiver]]\ncase = "x"\nreasons = "y"\n')
        for words, more in [("unknown option", ["--htm", "x"]),
                            (f"{waivers}:3:11", ["--waivers", waivers]),
                            ("cannot be read", ["--waivers", self.folder / "none.toml"]),
                            ("expected one of 0.1", ["--suite-version", "9.9"]),
                            ('unknown "usb": expected one of pty', ["--line", "usb"]),
                            ("--fuzz and --case cannot be combined", ["--fuzz", "3"]),
                            ("by the same command", ["--json", "same", "--html", "same"])]:
            with self.subTest(words=words):
                self.assert_fails(2, words, *self.arguments("hangs.py", *more),
                                  env=self.environment, cwd=self.folder)
        self.assertFalse((self.folder / "same").exists())

    # 3: the reader broke the contract

    def test_a_reader_that_ends_at_once_breaks_the_contract(self):
        report = self.conform(3, "exits_at_once.py")
        self.assertEqual(self.outcomes(report), ["skip", "skip"])
        self.assertIn(r"the reader ended with status 1; it said: no such \x1B[31mdevice",
                      report["refused"][0])

    def test_a_reader_that_opens_nothing_breaks_the_contract(self):
        report = self.conform(3, "never_opens.py", startup="4s")
        self.assertIn("did not open its end of the line within 4000 ms", report["refused"][0])

    def test_a_reader_that_knows_no_dialect_breaks_the_contract(self):
        reader = self.folder / "nobody.py"
        reader.write_text("""import sys
print('{"hello": {"name": "x", "version": "1", "dialects": ["dsmr-9"]}}', flush=True)
line = open(sys.argv[1], "rb", buffering=0)
while line.read(100): pass
""")
        file = self.folder / "nobody.toml"
        file.write_text(f'[reader]\ncommand = ["{sys.executable}", "{reader}", "{{endpoint}}"]\n'
                        f'startup = "{rig.ENDLESS}"\npatience = "1s"\n')
        result = rig.run("conform", file, env=self.environment)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("its hello names no known dialect, but dsmr-9", result.stdout.decode())

    # 4: the environment

    def test_a_place_for_temporary_files_that_is_none_is_the_environment(self):
        result = rig.run(*self.arguments("hangs.py"), env=os.environ | {"TMPDIR": "/no/such/place"})
        self.assertEqual(result.returncode, 4)
        self.assertIn(b"/no/such/place: cannot create a directory in it: No such file", result.stderr)

    def test_a_reader_that_cannot_be_started_any_more_is_the_environment(self):
        # It is removed while it runs, and crashes.
        script = self.folder / "once.sh"
        script.write_text(f'#!/bin/sh\nrm "$0"\nexec "{sys.executable}" '
                          f'"{READERS / "dies_on_third.py"}" "$1"\n')
        script.chmod(0o755)
        result = rig.run("conform", "--profile", METER, "--case", FLIP, "--case", WRONG, "--", script,
                         "{endpoint}", env=self.environment)
        self.assertEqual(result.returncode, 4, result.stdout)
        self.assertIn(f"cannot start {script}: No such file", result.stderr.decode())
        self.nothing_is_left()

    def test_a_file_that_cannot_be_written_is_found_before_the_run(self):
        for option in ["--json", "--junit", "--html", "--markdown", "--badge", "--write-waivers"]:
            for name, why in [("none/report", "No such file or directory"), (".", "Is a directory")]:
                with self.subTest(option=option, name=name):
                    self.assert_fails(4, [option, why], *self.arguments("hangs.py", option, name),
                                      env=self.environment, cwd=self.folder)

    def test_a_command_that_does_not_exist_is_the_environment(self):
        result = rig.run("conform", "--profile", METER, "--case", FLIP, "--", "p1rig-no-such-reader",
                         "{endpoint}", env=self.environment)
        self.assertEqual(result.returncode, 4)
        self.assertIn(b"cannot start p1rig-no-such-reader: No such file", result.stderr)
        self.nothing_is_left()

    # 75: inconclusive

    def test_nothing_judged_is_inconclusive(self):
        report = self.conform(75, "unsupported.py")
        self.assertEqual(self.outcomes(report), ["skip", "skip"])
        self.assertIn("it ended with 89", self.all_messages(report))
        self.assertEqual(report["verdict"], "nothing was judged")

    # 130: interrupted

    def test_an_interrupted_run_ends_at_once_and_reports_what_there_is(self):
        report = self.folder / "report.json"
        # Only the interrupt can end it.
        run = self.start(*self.arguments("hangs.py", "--json", report),
                         env=self.environment, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        # The sync, B and three sentinels: the last of them is waited for.
        rig.wait_for((self.folder / "silent").exists, "the last sentinel")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(rig.HANG), 130)
        self.assertTrue(json.loads(report.read_text())["interrupted"])
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main()
