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
             "corpus --counter-file"}
# What reads a file, or is about a fault.
INPUTS = {"--key-file", "--new-key-file", "--waivers", "--case-file", "--fault"}


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
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}

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
                    self.assertIn(f"{file}: is there, and is not ", said)
                    self.assertIn("name another file, or replace it by --force", said)
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
                        self.assertIn("is read by this command already; name another file", said)
                        self.assertEqual(self.content(), before)

    def test_a_table_of_loads_is_read_too(self):
        self.write("loads.csv", "time,l1\n0,230\n60,500\n")
        self.write("scenario.toml", '[scenario]\ntitle = "t"\n[[load]]\nkind = "table"\nfile = "loads.csv"\n')
        before = self.content()
        result = self.run_words(*shlex.split(
            "render meter.toml --scenario scenario.toml --truth loads.csv --force"))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(b"loads.csv: is read by this command already", result.stderr)
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
                self.assertIn(b"x: is written by this command already; name another file", result.stderr)

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
            self.assertIn(f"{file.name}: is there, and is not ", result.stderr.decode())

    def test_bench(self):
        for option, first in (("--json", '{\n  "bench": '), ("--svg", "<svg ")):
            self.write("precious", PRECIOUS)
            result = self.run_words("bench", "reader.toml", option, "precious")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"precious: is there, and is not ", result.stderr)
            result = self.run_words("bench", "reader.toml", option, "reader.toml", "--force")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"is read by this command already", result.stderr)
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
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn(b".toml: is there, and is not the note of a recording", result.stderr)
        self.assertEqual(note.read_text(), PRECIOUS)

    def test_a_counter_file_and_its_lock(self):
        words = [*shlex.split(f"render sagemcom-smarty-lux-encrypted --at {AT} --key-file meter.key"),
                 "--counter-file"]
        self.write("precious", PRECIOUS)
        self.write("counter.lock", PRECIOUS)
        for name, said in (("precious", "this is no counter file"), ("meter.key", "is no counter file"),
                           ("counter", "counter.lock: is there and no lock of p1rig")):
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
                self.assertIn(b"name a new folder", result.stderr)
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
        self.assertIn(b"precious exists and is no symbolic link", result.stderr)
        self.assertEqual((self.folder / "precious").read_text(), PRECIOUS)


if __name__ == "__main__":
    unittest.main()
