"""Nothing that exists and is not ours is ever written over: one rule for every output of every command."""
import os
import re
import shlex
import tempfile
import subprocess
import sys
import unittest

import rig

KEY = "000102030405060708090A0B0C0D0E0F\n"
PRECIOUS = "[meter]\nname = 'mine'  # worked on for weeks\n"
AT = "2026-07-15T12:00:00Z"
READER = f'[reader]\nname = "x"\ncommand = [{str(rig.PROGRAM)!r}, "read", "{{endpoint}}"]\n'
SIMULATE = f"simulate meter.toml --start {AT} --count 1 --speed max"
CONFORM = ("conform reader.toml --profile iskra-am550 --case dsmr-5.0.2/6.2/crc-wrong --line stdin")

# Each output: its name here, the command with OUT for what is written, the files that are read, and
# what is written beside it.
OUTPUTS = {
    "simulate --truth": (f"{SIMULATE} --line stdout --truth OUT", ["meter.toml"], []),
    "simulate --stats-json": (f"{SIMULATE} --line stdout --stats-json OUT", ["meter.toml"], []),
    "simulate --line": (f"{SIMULATE} --line file:OUT", ["meter.toml"], []),
    "simulate --record": (f"{SIMULATE} --line stdout --record OUT.pcap", ["meter.toml"], ["OUT.toml"]),
    "render --truth": (f"render meter.toml --at {AT} --truth OUT", ["meter.toml"], []),
    "record --output": ("record TCP -o OUT.pcap --count 1 --profile meter.toml", ["meter.toml"],
                        ["OUT.toml"]),
    "replay --line": ("replay capture.pcap --speed max --line file:OUT", ["capture.pcap"], []),
    "anonymise --output text": ("anonymise telegram.txt -o OUT", ["telegram.txt"], []),
    "anonymise --output": ("anonymise capture.pcap -o OUT.pcap", ["capture.pcap", "capture.toml"],
                           ["OUT.toml"]),
    "seal --output": ("seal telegram.txt -o OUT --key-file meter.key", ["telegram.txt", "meter.key"],
                      []),
    "unseal --output": ("unseal sealed.bin -o OUT --key-file meter.key", ["sealed.bin", "meter.key"],
                        []),
    "corpus --output": ("corpus meter.toml --count 2 -o OUT", ["meter.toml"], ["OUT.index.jsonl"]),
    "corpus --index": ("corpus meter.toml --count 2 -o telegrams --index OUT", ["meter.toml"], []),
    "conform --junit": (f"{CONFORM} --junit OUT", ["reader.toml"], []),
    "conform --json": (f"{CONFORM} --json OUT", ["reader.toml"], []),
    "conform --html": (f"{CONFORM} --html OUT", ["reader.toml"], []),
    "conform --markdown": (f"{CONFORM} --markdown OUT", ["reader.toml"], []),
    "conform --badge": (f"{CONFORM} --badge OUT", ["reader.toml"], []),
    "conform --write-waivers": (f"{CONFORM} --waivers w.toml --write-waivers OUT",
                                ["reader.toml", "w.toml"], []),
    "conform --record": (f"{CONFORM} --record OUT.pcap", ["reader.toml"], ["OUT.toml"]),
}
# These take long, or are about a folder or another rule: below.
ELSEWHERE = {"bench --json", "bench --svg", "render --counter-file", "simulate --counter-file",
             "corpus --counter-file", "mutants --write-defects"}
# What reads a file, or is about a fault.
INPUTS = {"--key-file", "--new-key-file", "--waivers", "--case-file", "--fault"}

# Command lines that fail, by the command: what in them is replaced by what.
UNREACHABLE = "tcp:127.0.0.1:1"
FAILING = {
    "simulate": [("--line stdout", f"--line {UNREACHABLE}"), ("meter.toml", "nosuch"),
                 ("--line file:OUT", f"--line file:OUT --line {UNREACHABLE}"),
                 ("--count 1", "--count 0"), ("--count 1", "--count 1 --line file:OUT2 --line file:OUT2")],
    "render": [("meter.toml", "nosuch"), ("--at", "--set nosuch=1 --at")],
    "record": [("TCP", UNREACHABLE), ("TCP", "rfc2217:127.0.0.1:1"), ("TCP", "nosuch"),
               ("meter.toml", "nosuch")],
    "replay": [("capture.pcap", "nosuch.pcap"), ("capture.pcap", "telegram.txt")],
    "anonymise": [("telegram.txt", "nosuch"), ("capture.pcap", "nosuch.pcap"), ("telegram.txt", "w.toml")],
    "seal": [("telegram.txt", "nosuch"), ("telegram.txt", "w.toml"), ("telegram.txt", "sealed.bin"),
             ("meter.key", "nosuch"), ("telegram.txt", UNREACHABLE)],
    "unseal": [("sealed.bin", "nosuch"), ("sealed.bin", "w.toml"), ("sealed.bin", "telegram.txt"),
               ("meter.key", "other.key"), ("sealed.bin", UNREACHABLE)],
    "corpus": [("meter.toml", "nosuch"), ("--count 2", "--count 0"), ("-o ", "--fault nosuch -o "),
               ("--index OUT", "--index no/such/folder")],
    "conform": [("reader.toml", "nosuch"), ("iskra-am550", "nosuch"), ("crc-wrong", "nosuch"),
                ("--line stdin", "--line nosuch")],
}


def failing(name):
    """The command lines of an output that fail, with OUT for what would be written."""
    command = OUTPUTS[name][0]
    for before, after in FAILING[name.split()[0]]:
        if before in command:
            yield command.replace(before, after)


def commands():
    listed = rig.run("--help").stdout.decode().split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


class Outputs(rig.Case):
    def setUp(self):
        super().setUp()
        self.environment = {**os.environ, "TMPDIR": str(self.folder)}
        profile = (rig.SOURCE / "profiles" / "iskra-am550.toml").read_text()
        self.write("meter.toml", profile)
        self.write("reader.toml", READER)
        self.write("meter.key", KEY)
        (self.folder / "meter.key").chmod(0o600)
        self.write("w.toml", "# mine\n")
        telegram = self.run_words("render", "meter.toml", "--at", AT).stdout
        (self.folder / "telegram.txt").write_bytes(telegram)
        for words in (f"{SIMULATE} --line stdout --record capture.pcap",
                      "seal telegram.txt -o sealed.bin --key-file meter.key"):
            self.assertEqual(self.run_words(*shlex.split(words)).returncode, 0)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run_words(self, *words):
        return rig.run(*words, cwd=self.folder, env=self.environment)

    def run_output(self, name, out, *more):
        words = OUTPUTS[name][0].replace("OUT", out)
        if "TCP" not in words:
            return self.run_words(*shlex.split(words), *more)
        # Somebody has to send what is recorded.
        meter = self.start("simulate", "meter.toml", "--line", "tcp-listen:0", "--speed", "10",
                           stderr=subprocess.PIPE, cwd=self.folder)
        port = re.search(rb"tcp-listen:\S*:(\d+)", meter.stderr.readline())[1].decode()
        result = self.run_words(*shlex.split(words.replace("TCP", f"tcp:127.0.0.1:{port}")), *more)
        self._end(meter)
        return result

    def content(self):
        return {file.name: file.read_bytes() for file in self.folder.iterdir() if file.is_file()}

    def written(self, name, out):
        """The file itself, as its command names it, and what is beside it."""
        command, _, beside = OUTPUTS[name]
        suffix = ".pcap" if "OUT.pcap" in command else ""
        return [out + suffix, *(file.replace("OUT", out) for file in beside)]

    def test_every_output_is_here(self):
        found = set()
        for command in commands():
            text = rig.run(command, "--help").stdout.decode()
            for option, place in re.findall(r"^  (?:-\w \[ )?(--[\w-]+)(?: \])? (F|F\.pcap|DIR\|F\.pcap|OUT)\s",
                                            text, re.M):
                if option not in INPUTS:
                    found.add(f"{command} {option}")
                self.assertTrue(option in INPUTS or "--force" in text, (command, option, place))
        known = {name for name in OUTPUTS if not name.endswith(" text")} | ELSEWHERE
        self.assertEqual(found, known - {"simulate --line", "replay --line"})

    def test_what_is_not_ours_stays(self):
        for name in OUTPUTS:
            for file in self.written(name, "precious"):
                with self.subTest(output=name, file=file):
                    self.write(file, PRECIOUS)
                    before = self.content()
                    result = self.run_output(name, "precious")
                    said = result.stderr.decode()
                    self.assertEqual(result.returncode, 2, said)
                    self.assertIn(f"{file}: exists and is not ", said)
                    self.assertIn("name another file, or replace it with --force", said)
                    self.assertEqual(self.content(), before)
                    (self.folder / file).unlink()

    def test_what_is_there_is_replaced_by_force(self):
        for name in OUTPUTS:
            with self.subTest(output=name):
                for file in self.written(name, "forced"):
                    self.write(file, PRECIOUS)
                result = self.run_output(name, "forced", "--force")
                self.assertEqual(result.returncode, 0, result.stderr.decode())
                for file in self.written(name, "forced"):
                    self.assertNotIn(PRECIOUS.encode(), (self.folder / file).read_bytes())
                    (self.folder / file).unlink()

    def test_the_same_command_works_again(self):
        for name in OUTPUTS:
            with self.subTest(output=name):
                for _ in range(2):
                    result = self.run_output(name, "again")
                    self.assertEqual(result.returncode, 0, result.stderr.decode())
                for file in self.written(name, "again"):
                    self.assertGreater((self.folder / file).stat().st_size, 0)
                    (self.folder / file).unlink()

    def test_an_empty_file_is_free(self):
        for name in OUTPUTS:
            with self.subTest(output=name):
                for file in self.written(name, "empty"):
                    self.write(file, "")
                result = self.run_output(name, "empty")
                self.assertEqual(result.returncode, 0, result.stderr.decode())
                for file in self.written(name, "empty"):
                    (self.folder / file).unlink()

    def test_what_is_read_is_never_written(self):
        os.symlink("meter.toml", self.folder / "link.toml")
        os.link(self.folder / "meter.toml", self.folder / "hard.toml")
        for name, (command, inputs, _) in OUTPUTS.items():
            for read in inputs + [file for file in ("link.toml", "hard.toml") if "meter.toml" in inputs]:
                if "OUT.pcap" in command:
                    # The recording, or the note beside it.
                    out = read.rsplit(".", 1)[0]
                    if read.endswith(".key"):
                        continue
                else:
                    out = read
                for more in ([], ["--force"]):
                    with self.subTest(output=name, read=read, more=more):
                        before = self.content()
                        result = self.run_output(name, out, *more)
                        said = result.stderr.decode()
                        self.assertEqual(result.returncode, 2, said)
                        self.assertIn("is read by the same command; name another file", said)
                        self.assertEqual(self.content(), before)

    def test_a_table_of_loads_is_read_too(self):
        self.write("loads.csv", "time,l1\n2026-01-01T00:00:00Z,230\n")
        self.write("scenario.toml", '[scenario]\ntitle = "t"\n[[load]]\nkind = "table"\nfile = "loads.csv"\n')
        before = self.content()
        result = self.run_words(*shlex.split(
            "render meter.toml --scenario scenario.toml --truth loads.csv --force"))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(b"loads.csv: is read by the same command", result.stderr)
        self.assertEqual(self.content(), before)

    def test_a_profile_of_later_firmware_is_read_too(self):
        self.write("later.toml", (self.folder / "meter.toml").read_text())
        self.write("scenario.toml", '[scenario]\ntitle = "t"\n[[event]]\nat = "2031-01-01T00:00:00Z"\n'
                                    'kind = "firmware"\nprofile = "./later.toml"\n')
        before = self.content()
        result = self.run_words(*shlex.split(
            "render meter.toml --scenario scenario.toml --truth later.toml --force"))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(b"later.toml: is read by the same command", result.stderr)
        self.assertEqual(self.content(), before)

    def test_a_command_that_fails_leaves_all_as_it_was(self):
        self.write("other.key", KEY[::-1].strip() + "\n")
        (self.folder / "other.key").chmod(0o600)
        for name in OUTPUTS:
            written = self.written(name, "kept")
            for there in (True, False):
                for file in written:
                    if not there:
                        (self.folder / file).unlink()
                if there:
                    self.assertEqual(self.run_output(name, "kept").returncode, 0, name)
                    self.assertTrue(all((self.folder / file).stat().st_size for file in written))
                before = self.content()
                for words in failing(name):
                    for more in ([], ["--force"]):
                        with self.subTest(output=name, words=words, there=there, more=more):
                            result = self.run_words(*shlex.split(words.replace("OUT", "kept")), *more)
                            self.assertIn(result.returncode, (1, 2, 4, 75), result.stderr)
                            self.assertEqual(self.content(), before)

    def test_wrong_usage_leaves_all_as_it_was(self):
        for words in (f"{SIMULATE} --line file:x --truth x", f"{SIMULATE} --line file:x --stats-json x --force",
                      f"{SIMULATE} --line file:x --line file:y --record z.pcap",
                      f"{SIMULATE} --line stdout --truth x -- nosuch",
                      f"{SIMULATE} --line file:y --record z.pcap -- nosuch",
                      f"{SIMULATE} --line stdout --truth -", f"render meter.toml --at {AT} --truth -",
                      f"{CONFORM} --markdown - --json x", f"{CONFORM} --json x --html no/such",
                      "bench reader.toml --json -"):
            for there in (False, True):
                for file in ("x", "y", "z.pcap", "z.toml") if there else ():
                    self.write(file, PRECIOUS)
                more = ["--force"] if there else []
                with self.subTest(words=words, there=there):
                    before = self.content()
                    head, *tail = words.split(" -- ")
                    tail = ["--", *tail] if tail else []
                    result = self.run_words(*shlex.split(head), *more, *tail)
                    self.assertIn(result.returncode, (2, 4), result.stderr)
                    self.assertEqual(self.content(), before)
            for file in ("x", "y", "z.pcap", "z.toml"):
                (self.folder / file).unlink()

    def test_what_a_descriptor_stands_for_is_written_behind_what_is_in_it(self):
        earlier = b"earlier text\n"
        for name in OUTPUTS:
            if OUTPUTS[name][0].startswith("record "):
                continue  # the same as of `simulate --record`
            with self.subTest(output=name), open(self.folder / "shared", "w+b") as shared:
                shared.write(earlier)
                shared.flush()
                number = shared.fileno()
                place = f"/dev/fd/{number}"
                if name == "corpus --output":
                    place = f"/proc/self/fd/{number}"
                words = OUTPUTS[name][0].replace("OUT.pcap", place).replace("OUT", place)
                before = set(self.content())
                result = rig.run(*shlex.split(words), cwd=self.folder, env=self.environment,
                                 pass_fds=[number])
                self.assertEqual(result.returncode, 0, result.stderr)
                shared.seek(0)
                text = shared.read()
                self.assertTrue(text.startswith(earlier), text[:100])
                self.assertGreater(len(text), len(earlier))
                self.assertEqual(set(self.content()) - before - {"telegrams"}, set())

    def test_the_file_behind_the_standard_output_keeps_what_is_in_it(self):
        with open(self.folder / "log", "w+b") as log:
            log.write(b"earlier text\n")
            log.flush()
            words = f"{CONFORM} --json /dev/stdout --badge /dev/stdout"
            subprocess.run([rig.PROGRAM, *shlex.split(words)], stdout=log, cwd=self.folder,
                           env=self.environment, check=True)
        text = (self.folder / "log").read_text()
        self.assertTrue(text.startswith("earlier text\n"))
        self.assertIn('"schemaVersion"', text)

    def test_a_dash_is_the_standard_output(self):
        before = self.content()
        for words, said in (("anonymise telegram.txt -o -", b"/ISK5"),
                            ("anonymise capture.pcap -o -", b"\x4d\x3c\xb2\xa1"),
                            ("seal telegram.txt -o - --key-file meter.key", b"\xdb\x08"),
                            (f"{SIMULATE} --line file:- ", b"/ISK5"),
                            (f"{SIMULATE} --line file:/dev/null --truth -", b"{"),
                            (f"{SIMULATE} --line file:/dev/null --stats-json -", b"{\n"),
                            (f"{SIMULATE} --line file:/dev/null --record -", b"\x4d\x3c\xb2\xa1"),
                            ("corpus meter.toml --count 1 -o -", b"/ISK5")):
            with self.subTest(words=words):
                result = self.run_words(*shlex.split(words))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertTrue(result.stdout.startswith(said), result.stdout[:100])
                self.assertEqual(self.content(), before)
        for words in (f"render meter.toml --at {AT} --truth -", f"{SIMULATE} --line stdout --record -",
                      f"{SIMULATE} --line file:/dev/null --truth - --stats-json -", f"{CONFORM} --html -"):
            with self.subTest(words=words):
                result = self.run_words(*shlex.split(words))
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(b"-: standard output is in use by ", result.stderr)
                self.assertEqual(self.content(), before)

    def test_the_summary_of_a_step_is_appended_to(self):
        self.write("summary.md", "# Mine\n")
        environment = {**self.environment, "GITHUB_STEP_SUMMARY": "summary.md"}
        for times in (1, 2):
            result = rig.run(*shlex.split(f"{CONFORM} --markdown summary.md"), cwd=self.folder,
                             env=environment)
            self.assertEqual(result.returncode, 0, result.stderr)
            text = (self.folder / "summary.md").read_text()
            self.assertTrue(text.startswith("# Mine\n\n\n## P1 conformance: "), text)
            self.assertEqual(text.count("\n## P1 conformance: "), times)
        most = 1 << 20
        self.write("summary.md", "x" * (most - 50))
        result = rig.run(*shlex.split(f"{CONFORM} --markdown summary.md"), cwd=self.folder, env=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertLessEqual((self.folder / "summary.md").stat().st_size, most)
        # Any other file is a report like all.
        self.write("other.md", PRECIOUS)
        result = rig.run(*shlex.split(f"{CONFORM} --markdown other.md"), cwd=self.folder, env=environment)
        self.assertEqual(result.returncode, 2, result.stderr)

    def test_reasons_in_a_waivers_file_are_kept(self):
        words = [*shlex.split(CONFORM.replace("reader.toml ", "")), "--write-waivers", "waivers.toml"]
        reader = ["--", rig.PROGRAM, "read", "{endpoint}", "--mutant", "no-crc"]
        self.assertEqual(self.run_words(*words, *reader).returncode, 1)
        file = self.folder / "waivers.toml"
        text = re.sub('reason = "FILL IN.*"', 'reason = "no CRC yet: issue 12"', file.read_text())
        self.assertIn("issue 12", text)
        file.write_text(text)
        self.assertEqual(self.run_words(*words, *reader).returncode, 1)
        self.assertEqual(file.read_text(), text)
        file.write_text(text + "[[waiver\n")
        result = self.run_words(*words, *reader)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(b"waivers.toml would be lost", result.stderr)
        self.assertEqual(file.read_text(), text + "[[waiver\n")
        self.assertEqual(self.run_words(*words, "--force", *reader).returncode, 1)
        self.assertIn("FILL IN", file.read_text())

    def test_a_list_of_paths_is_no_telegram(self):
        for text in ("/ABC/of/mine\n/DEF/of/mine\n", "\u06C8 begins like a frame"):
            self.write("list", text)
            for name in ("simulate --line", "seal --output", "anonymise --output text", "corpus --output"):
                with self.subTest(output=name, text=text):
                    result = self.run_output(name, "list")
                    self.assertEqual(result.returncode, 2, result.stderr)
                    self.assertEqual((self.folder / "list").read_text(), text)

    def test_a_folder_is_no_input(self):
        for words in ("read .", "lint .", "diagnose .", "record . -o x.pcap", "replay . --line stdout",
                      "anonymise . -o x", "seal . --key-file meter.key", "unseal . --key-file meter.key",
                      "seal telegram.txt --key-file .", "render . --at " + AT,
                      f"render meter.toml --at {AT} --scenario .", "corpus . --count 1 -o x",
                      f"render sagemcom-smarty-lux-encrypted --at {AT} --key-file meter.key --counter-file .",
                      "conform . --line stdin", f"{CONFORM} --waivers .", f"{CONFORM} --case-file .",
                      "bench .", "doctor ."):
            with self.subTest(words=words):
                before = self.content()
                result = self.run_words(*shlex.split(words))
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(self.content(), before)

    def test_one_file_is_not_written_twice(self):
        os.symlink("yet-to-be", self.folder / "x")
        for words in (f"{SIMULATE} --line stdout --truth x --stats-json ./x",
                      f"{SIMULATE} --line stdout --truth yet-to-be --stats-json x",
                      f"{SIMULATE} --line file:x --line file:x",
                      "corpus meter.toml --count 1 -o x --index ./x",
                      f"{CONFORM} --json x --html ./x --force"):
            with self.subTest(words=words):
                result = self.run_words(*shlex.split(words))
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(b"x: is written by the same command; name another file", result.stderr)

    def test_pipes_and_devices_are_written_to(self):
        for words in (f"render meter.toml --at {AT} --truth /dev/null",
                      f"render meter.toml --at {AT} --truth /dev/stderr",
                      f"{CONFORM} --json /dev/stderr"):
            with self.subTest(words=words):
                self.assertEqual(self.run_words(*shlex.split(words)).returncode, 0)

    def test_files_in_memory_are_files(self):
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
            file.write(PRECIOUS.encode() if isinstance(PRECIOUS, str) else PRECIOUS)
            file.flush()
            result = self.run_words(*shlex.split(f"render meter.toml --at {AT} --truth {file.name}"))
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"{file.name}: exists and is not ", result.stderr.decode())

    def test_bench(self):
        for option, first in (("--json", '{\n  "bench": '), ("--svg", "<svg ")):
            self.write("precious", PRECIOUS)
            result = self.run_words("bench", "reader.toml", option, "precious")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"precious: exists and is not ", result.stderr)
            result = self.run_words("bench", "reader.toml", option, "reader.toml", "--force")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"is read by the same command", result.stderr)
            self.assertEqual((self.folder / "precious").read_text(), PRECIOUS)
            # A reader that is measured at once: one that ends.
            for _ in range(2):
                result = self.run_words("bench", option, "again", "--", sys.executable, "-c", "")
                self.assertEqual(result.returncode, 3, result.stderr)
            self.assertTrue((self.folder / "again").read_text().startswith(first))
            (self.folder / "again").unlink()

    def test_recordings_of_single_cases(self):
        folder = self.folder / "cases"
        failing = [*shlex.split(CONFORM.replace("reader.toml ", "")), "--record", "cases"]
        reader = ["--", rig.PROGRAM, "read", "{endpoint}", "--mutant", "no-crc"]
        for _ in range(2):
            result = self.run_words(*failing, *reader)
            self.assertEqual(result.returncode, 1, result.stderr)
        [note] = folder.glob("*.toml")
        note.write_text(PRECIOUS)
        result = self.run_words(*failing, *reader)
        self.assertEqual((result.returncode, result.stdout), (2, b""), result.stderr)
        self.assertIn(b".toml: exists and is not the note of a recording", result.stderr)
        self.assertEqual(note.read_text(), PRECIOUS)

    def test_a_counter_file_and_its_lock(self):
        words = [*shlex.split(f"render sagemcom-smarty-lux-encrypted --at {AT} --key-file meter.key"),
                 "--counter-file"]
        self.write("precious", PRECIOUS)
        self.write("counter.lock", PRECIOUS)
        for name, said in (("precious", "not a counter file"), ("meter.key", "not a counter file"),
                           ("counter", "counter.lock: exists and is not a lock of p1rig")):
            with self.subTest(name=name):
                before = self.content()
                result = self.run_words(*words, name)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(said, result.stderr.decode())
                self.assertEqual(self.content(), before)
        (self.folder / "counter.lock").unlink()
        for _ in range(2):
            self.assertEqual(self.run_words(*words, "counter").returncode, 0)
        self.assertEqual({name for name in self.content() if name.startswith("counter")}, {"counter"})

    def test_the_lock_of_a_counter_file_is_no_output(self):
        os.symlink("counter", self.folder / "link")
        for name, lock in (("counter", "counter.lock"), ("link", "counter.lock")):
            before = self.content()
            result = self.run_words(*shlex.split(
                f"render sagemcom-smarty-lux-encrypted --at {AT} --key-file meter.key --counter-file {name} "
                f"--truth {lock}"))
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"counter.lock: is read by the same command", result.stderr)
            self.assertEqual(self.content(), before)

    def test_a_folder_of_vectors(self):
        words = ["vectors", "made", "--dialect", "dsmr-5.0", "--case", "*/6.2/crc-wrong"]
        made = self.folder / "made"
        for _ in range(2):
            self.assertEqual(self.run_words(*words).returncode, 0)
        stem = made / "dsmr-5.0" / "iskra-am550" / "dsmr-5.0.2_6.2_crc-bit-flip"
        license_text = (made / "LICENSE").read_text()
        for file, more in ((made / "README.md", []), (made / "index.json", []),
                           (stem.with_name(stem.name + ".json"), ["--case", "*/6.2/crc-bit-flip"])):
            with self.subTest(file=file.name):
                before = file.read_text() if file.exists() else None
                file.write_text(PRECIOUS)
                result = self.run_words(*words, *more)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(b"name a new directory", result.stderr)
                self.assertEqual(file.read_text(), PRECIOUS)
                file.unlink()
                if before is not None:
                    file.write_text(before)
        (made / "LICENSE").write_text(PRECIOUS)
        self.assertEqual(self.run_words(*words).returncode, 0)
        self.assertEqual((made / "LICENSE").read_text(), PRECIOUS)
        self.assertNotEqual(license_text, PRECIOUS)

    def test_a_link_to_a_terminal(self):
        self.write("precious", PRECIOUS)
        result = self.run_words(*shlex.split(f"{SIMULATE} --line pty:precious"))
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn(b"precious exists and is not a symbolic link", result.stderr)
        self.assertEqual((self.folder / "precious").read_text(), PRECIOUS)


if __name__ == "__main__":
    unittest.main()
