"""Telegrams in bulk: the same for the same words, and an index that is true."""
import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import unittest

import rig

KEY = "9F1C3A7E5B2D4860F1E2D3C4B5A69788"
OTHER_KEY = "9F1C3A7E5B2D4860F1E2D3C4B5A69789"
SEALED = "sagemcom-smarty-lux-encrypted"


def everything_on_a_terminal(*arguments):
    """The exit code and what a terminal shows of stdout and stderr."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(rig.PROGRAM, [rig.PROGRAM, *map(str, arguments)])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the other end is gone
            break
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


class Corpus(rig.Case):
    def make(self, name, *words, profile="iskra-am550", code=0):
        made = rig.run("corpus", profile, "-o", self.folder / name, *words)
        self.assertEqual(made.returncode, code, made.stderr.decode())
        return made

    def index(self, name):
        head, *entries = map(json.loads, (self.folder / f"{name}.index.jsonl").read_text().splitlines())
        return head, entries

    def test_nothing_is_left_with_a_word(self):
        said = rig.run("corpus", "iskra-am550", "--count", "2", "-o", "-", "--fault", "silence")
        self.assertEqual((said.returncode, said.stdout, said.stderr.decode()),
                         (0, b"", "p1rig: note: the faults leave nothing of 2 telegrams: 0 bytes\n"))
        self.assertIn("--resume", rig.run("corpus", "--help").stdout.decode().split("\n\n")[0])

    def test_the_index_says_where_telegrams_are_and_which_are_whole(self):
        self.make("c", "--count", "50", "--fault", "flip-bit,every=7")
        data = (self.folder / "c").read_bytes()
        head, entries = self.index("c")
        self.assertEqual((head["profile"], len(entries)), ("iskra-am550", 50))
        end = 0
        for number, entry in enumerate(entries, 1):
            self.assertEqual((entry["n"], entry["offset"]), (number, end))
            end += entry["length"]
            telegram = data[entry["offset"]:end]
            faulted = number % 7 == 0
            self.assertEqual(entry["expect"], "either" if faulted else "values")
            self.assertEqual(entry["faults"], ["flip-bit"] if faulted else [])
            if not faulted:
                covered, crc = rig.parts_of(telegram)
                self.assertEqual(crc.decode(), f"{rig.crc16(covered):04X}")
        self.assertEqual(end, len(data))

    def test_what_is_expected_follows_from_what_was_done(self):
        # DSMR 3.0 has no CRC: nobody can tell that a byte is lost.
        for profile, fault, expected in (("iskra-am550", "drop-byte", "either"),
                                         ("dsmr-3.0-example", "drop-byte", "anything"),
                                         ("iskra-am550", "missing-line", "anything"),
                                         ("iskra-am550", "noise", "values"),
                                         ("iskra-am550", "silence", "either")):
            self.make("c", "--count", "3", "--fault", f"{fault},every=3", profile=profile)
            _, entries = self.index("c")
            self.assertEqual([entry["expect"] for entry in entries], ["values", "values", expected])
            self.assertEqual(entries[2]["length"] == 0, fault == "silence")

    def test_the_same_words_make_the_same_bytes(self):
        for name in ("a", "b"):
            self.make(name, "--count", "200", "--seed", "4", "--scenario", "solar-day")
        self.make("other", "--count", "200", "--seed", "5", "--scenario", "solar-day")
        read = lambda name: (self.folder / name).read_bytes()
        self.assertEqual(read("a"), read("b"))
        self.assertNotEqual(read("a"), read("other"))
        to_stdout = rig.run("corpus", "iskra-am550", "--count", "200", "--seed", "4", "--scenario",
                            "solar-day", "-o", "-")
        self.assertEqual(to_stdout.stdout, read("a"))

    def test_a_scenario_without_a_beginning_has_a_fixed_one(self):
        for scenario in ("household", "p1reader"):
            data = rig.run("corpus", "iskra-am550", "--count", "1", "--scenario", scenario, "-o",
                           "-").stdout
            # Midnight of 12 January 2026 in UTC, in the Netherlands.
            self.assertIn(b"0-0:1.0.0(260112010000W)", data)

    def test_it_goes_on_where_it_was_cut_off(self):
        words = ("--count", "300", "--fault", "drop-byte=2,every=5")
        self.make("whole", *words)
        self.make("cut", *words)
        data, index = self.folder / "cut", self.folder / "cut.index.jsonl"
        data.write_bytes(data.read_bytes()[:100_000])
        # The index may be behind the data, and end within a line.
        index.write_bytes(index.read_bytes()[:7_777])
        self.make("cut", *words, "--resume")
        self.assertEqual(data.read_bytes(), (self.folder / "whole").read_bytes())
        self.assertEqual(index.read_bytes(), (self.folder / "whole.index.jsonl").read_bytes())
        other = self.make("cut", "--count", "300", "--seed", "2", "--resume", code=2)
        self.assertIn("belongs to another corpus", other.stderr.decode())

    def copy(self, name, to):
        for end in ("", ".index.jsonl"):
            shutil.copy(self.folder / f"{name}{end}", self.folder / f"{to}{end}")

    def assert_same(self, one, other):
        for end in ("", ".index.jsonl"):
            read = [(self.folder / f"{name}{end}").read_bytes() for name in (one, other)]
            self.assertEqual(*read, end)

    def write_key(self, *lines):
        (self.folder / "key").touch(0o600)
        (self.folder / "key").write_text("".join(line + "\n" for line in lines))
        return self.folder / "key"

    def refuse(self, name, *words, says, profile="iskra-am550"):
        """Going on is refused, and what was there stays."""
        self.copy(name, "before")
        refused = self.make(name, *words, "--resume", code=2, profile=profile).stderr.decode()
        for word in says:
            self.assertIn(word, refused)
        self.assert_same(name, "before")

    def test_it_goes_on_where_the_data_is_shorter_than_the_index(self):
        words = ("--count", "60")
        self.make("whole", *words)
        _, entries = self.index("whole")
        third = entries[2]["offset"]
        for size in (0, 1, third - 1, third, third + 1, entries[-1]["offset"]):
            self.copy("whole", "cut")
            os.truncate(self.folder / "cut", size)
            self.make("cut", *words, "--resume")
            self.assert_same("cut", "whole")

    def test_it_goes_on_where_only_the_index_was_begun(self):
        words = ("--count", "5")
        self.make("whole", *words)
        head = (self.folder / "whole.index.jsonl").read_bytes().index(b"\n") + 1
        for size in (0, 7, head - 1, head):
            self.copy("whole", "cut")
            os.truncate(self.folder / "cut", 0)
            os.truncate(self.folder / "cut.index.jsonl", size)
            self.make("cut", *words, "--resume")
            self.assert_same("cut", "whole")
        # No run leaves telegrams without a head.
        self.copy("whole", "cut")
        os.truncate(self.folder / "cut.index.jsonl", 0)
        self.refuse("cut", *words, says=["belongs to another corpus"])

    def test_it_does_not_go_on_without_the_data(self):
        self.make("c", "--count", "5")
        before = (self.folder / "c.index.jsonl").read_bytes()
        (self.folder / "c").unlink()
        refused = self.make("c", "--count", "9", "--resume", code=2).stderr.decode()
        self.assertIn(f"{self.folder / 'c'}: is not there", refused)
        self.assertFalse((self.folder / "c").exists())
        self.assertEqual((self.folder / "c.index.jsonl").read_bytes(), before)

    def test_it_goes_on_only_with_files(self):
        self.make("c", "--count", "5")
        (self.folder / "c").unlink()
        os.mkfifo(self.folder / "c")
        refused = self.make("c", "--count", "9", "--resume", code=2).stderr.decode()
        self.assertIn(f"{self.folder / 'c'}: is not a regular file", refused)

    def test_it_goes_on_behind_the_last_line_that_is_not_damaged(self):
        words = ("--count", "40")
        self.make("whole", *words)
        lines = (self.folder / "whole.index.jsonl").read_bytes().splitlines(keepends=True)
        offset = json.loads(lines[4])["offset"]
        length = json.loads(lines[4])["length"]
        for damaged in (b'{"n":4,"offset":"x","length":1}', b'{"n":4,"offset":-1,"length":1}',
                        b'{"n":4,"offset":%d,"length":-1}' % offset,
                        b'{"n":4,"offset":%d,"length":18446744073709551615}' % offset,
                        b'{"n":4,"offset":%d,"length":1e999}' % offset,
                        b'{"n":5,"offset":%d,"length":%d}' % (offset, length),
                        b'{"n":4,"offset":%d,"length":%d}' % (offset + 1, length),
                        b'{"n":4,"offset":%d}' % offset, b"[1]", b"\xff", b"", b"[" * 200_000):
            self.copy("whole", "cut")
            (self.folder / "cut.index.jsonl").write_bytes(
                b"".join(lines[:4]) + damaged + b"\n" + b"".join(lines[5:]))
            made = self.make("cut", *words, "--resume")
            self.assertEqual(made.stderr, b"")
            self.assert_same("cut", "whole")

    def test_it_does_not_go_on_behind_other_telegrams(self):
        self.make("c", "--count", "20")
        _, entries = self.index("c")
        data, index = self.folder / "c", self.folder / "c.index.jsonl"
        whole = data.read_bytes()
        at = entries[6]["offset"]
        data.write_bytes(whole[:at + 3] + bytes([whole[at + 3] ^ 1]) + whole[at + 4:])
        self.refuse("c", "--count", "30", says=[f"{data}: byte {at}: "])
        data.write_bytes(whole)
        index.write_bytes(index.read_bytes().replace(b'"n":7,', b'"n":7, '))
        # Behind the head is the first.
        self.refuse("c", "--count", "30", says=[f"{index}:8: "])

    def test_it_makes_no_corpus_smaller(self):
        self.make("c", "--count", "20")
        self.refuse("c", "--count", "19", says=["--count", "has 20 telegrams already"])
        self.copy("c", "same")
        self.make("same", "--count", "20", "--resume")
        self.assert_same("same", "c")

    def test_it_does_not_go_on_with_another_meter_or_scenario_of_that_name(self):
        for kind, word in (("profiles", "iskra-am550"), ("profiles/scenarios", "household")):
            own = self.folder / f"{word}.toml"
            shutil.copy(rig.SOURCE / kind / f"{word}.toml", own)
            profile = own if kind == "profiles" else "iskra-am550"
            words = () if kind == "profiles" else ("--scenario", own)
            self.make("c", "--count", "5", *words, profile=profile)
            head, _ = self.index("c")
            digest = hashlib.sha256(own.read_bytes()).hexdigest()
            self.assertEqual(head["profile_sha256" if kind == "profiles" else "scenario_sha256"],
                             digest)
            # Nothing that shows in these telegrams.
            with own.open("a") as file:
                file.write("# changed\n")
            self.refuse("c", "--count", "9", *words, says=["belongs to another corpus"], profile=profile)

    def test_it_does_not_go_on_with_other_firmware(self):
        own = self.folder / "later.toml"
        shutil.copy(rig.SOURCE / "profiles/iskra-am550.toml", own)
        scenario = self.folder / "s.toml"
        scenario.write_text('[scenario]\ntitle = "S"\nstart = "2026-01-12T00:00:00Z"\n[[event]]\n'
                            'at = "2026-01-12T00:00:03Z"\nkind = "firmware"\nprofile = "./later.toml"\n')
        words = ("--scenario", scenario)
        self.make("c", "--count", "5", *words)
        head, _ = self.index("c")
        self.assertEqual(head["firmware_sha256"], [hashlib.sha256(own.read_bytes()).hexdigest()])
        self.copy("c", "on")
        self.make("on", "--count", "9", *words, "--resume")
        with own.open("a") as file:
            file.write("# changed\n")
        self.refuse("c", "--count", "9", *words, says=["belongs to another corpus"])

    def test_it_does_not_go_on_with_another_key(self):
        key = self.write_key(KEY)
        self.make("c", "--count", "5", "--key-file", key, profile=SEALED)
        head, _ = self.index("c")
        self.assertEqual((head["sealed"], head["counter"], head["counter_file"]), (True, 0, False))
        self.assertNotIn(KEY, (self.folder / "c.index.jsonl").read_text())
        self.copy("c", "on")
        self.make("on", "--count", "9", "--key-file", key, "--resume", profile=SEALED)
        self.make("all", "--count", "9", "--key-file", key, profile=SEALED)
        self.assert_same("on", "all")
        self.write_key(OTHER_KEY)
        self.refuse("c", "--count", "9", "--key-file", key, says=["belongs to another corpus"],
                    profile=SEALED)
        self.write_key(KEY, OTHER_KEY)  # it seals alike and signs otherwise
        self.refuse("c", "--count", "9", "--key-file", key, says=["byte 0"], profile=SEALED)

    def test_it_does_not_go_on_with_counters_that_went_on(self):
        key, counters = self.write_key(KEY), self.folder / "counters"
        kept = ("--count", "5", "--key-file", key, "--counter-file", counters)
        for first in (0, 5):
            self.make("c", *kept, profile=SEALED)
            head, _ = self.index("c")
            self.assertEqual((head["counter"], head["counter_file"]), (first, True))
            before = counters.read_bytes()
            self.refuse("c", *kept, says=["--resume", "--counter-file"], profile=SEALED)
            self.refuse("c", *kept[:-2], says=["belongs to another corpus"], profile=SEALED)
            self.assertEqual(counters.read_bytes(), before)

    def test_telegrams_and_index_are_two_files(self):
        one = self.folder / "one"
        before = b"/KEP5T\r\n\r\n1-0:1.8.0(1)\r\n!\r\n"  # what an earlier run may have left
        one.write_bytes(before)
        os.symlink(self.folder / "one", self.folder / "link")
        os.link(self.folder / "one", self.folder / "hard")
        os.symlink(self.folder / "new", self.folder / "dangling")
        for data, index in [(one, one), (one, f"{self.folder}/./one"), (one, self.folder / "link"),
                            (self.folder / "hard", one), ("-", "-"), ("-", "/dev/stdout"),
                            (self.folder / "new", self.folder / "dangling")]:
            self.assert_fails(2, "--index: ", "corpus", "iskra-am550", "--count", "1", "-o", data,
                              "--index", index)
            self.assertEqual(one.read_bytes(), before)
        to_stdout = rig.run("corpus", "iskra-am550", "--count", "1", "-o", one, "--index", "-")
        self.assertEqual(len(to_stdout.stdout.splitlines()), 2)

    def test_what_stdout_had_before_stays(self):
        with (self.folder / "c").open("wb") as file:
            file.write(b"before\n")
            file.flush()
            subprocess.run([rig.PROGRAM, "corpus", "iskra-am550", "--count", "1", "-o", "-"],
                           stdout=file, check=True)
        self.assertTrue((self.folder / "c").read_bytes().startswith(b"before\n/"))

    def test_a_file_may_have_any_name(self):
        own = os.fsencode(self.folder) + b"/\xff.toml"
        shutil.copy(os.fsencode(rig.SOURCE / "profiles" / "iskra-am550.toml"), own)
        for on in ((), ("--resume",)):
            self.make("c", "--count", "2", *on, profile=os.fsdecode(own))
        self.assertEqual(self.index("c")[0]["profile"], "\ufffd")

    def test_a_message_is_not_glued_to_the_progress(self):
        words = ("corpus", "iskra-am550", "--count", "5000", "-o", "/dev/full", "--index",
                 self.folder / "index")
        code, shown = everything_on_a_terminal(*words)
        self.assertEqual(code, 4)
        before, _, message = shown.partition(b"p1rig: ")
        self.assertIn(b" of 5000", before)
        self.assertTrue(before.endswith(b"\r\x1b[K"), before)
        self.assertTrue(message.startswith(b"/dev/full: "), message)
        self.assertTrue(message.endswith(b"\r\n"), message)

    def test_the_page_about_it_is_right(self):
        page = (rig.SOURCE / "docs" / "corpus.md").read_text()
        self.make("corpus", "--count", "1000", "--fault", "flip-bit,every=7")
        head, entries = self.index("corpus")
        keys_of = lambda line: list(json.loads(line))
        shown = [keys_of(line) for line in page.splitlines() if line.startswith("{")]
        self.assertEqual(shown, [list(head), list(entries[6])])
        self.assertIn(json.dumps(entries[6], separators=(",", ":")), page)
        program, = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        for parser, refused in (("return telegram", []),
                                ("return None", [n for n in range(1, 1001) if n % 7])):
            (self.folder / "my_parser.py").write_text(f"def parse(telegram):\n    {parser}\n")
            told = subprocess.run([sys.executable, "-B", "-c", program], cwd=self.folder, check=True,
                                  capture_output=True, text=True).stdout.splitlines()
            self.assertEqual(told[0], "iskra-am550 flip-bit,every=7")
            self.assertEqual([int(line.split()[-1]) for line in told[1:]], refused)

    def test_a_full_disk_is_told(self):
        full = rig.run("corpus", "iskra-am550", "--count", "5000", "-o", "/dev/full",
                       "--index", self.folder / "index")
        self.assertEqual(full.returncode, 4)
        self.assertIn("/dev/full: No space left on device; 0 telegrams whole and in the index",
                      full.stderr.decode())
        lines = (self.folder / "index").read_text().splitlines()
        self.assertEqual([json.loads(line)["corpus"] for line in lines], [1])

    def test_it_says_what_is_wrong(self):
        nowhere = self.folder / "no" / "where"
        for words, code, message in [
                (["-o", nowhere, "--count", "1"], 4, str(nowhere)),
                (["-o", self.folder / "x"], 2, "--count"),
                (["--count", "1"], 2, "-o F"),
                (["-o", "-", "--count", "1", "--resume"], 2, "stdout"),
                (["-o", self.folder / "x", "--count", "1", "--resume"], 2, "no index")]:
            refused = rig.run("corpus", "iskra-am550", *words)
            self.assertEqual(refused.returncode, code, refused.stderr)
            self.assertIn(message, refused.stderr.decode())


if __name__ == "__main__":
    unittest.main()
