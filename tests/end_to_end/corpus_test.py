"""Telegrams in bulk: the same for the same words, and an index that is true."""
import json
import unittest

import rig


class Corpus(rig.Case):
    def make(self, name, *words, profile="iskra-am550", code=0):
        made = rig.run("corpus", profile, "-o", self.folder / name, *words)
        self.assertEqual(made.returncode, code, made.stderr.decode())
        return made

    def index(self, name):
        head, *entries = map(json.loads, (self.folder / f"{name}.index.jsonl").read_text().splitlines())
        return head, entries

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
        self.assertIn("of another corpus", other.stderr.decode())

    def test_a_full_disk_is_told(self):
        full = rig.run("corpus", "iskra-am550", "--count", "5000", "-o", "/dev/full",
                       "--index", self.folder / "index")
        self.assertEqual(full.returncode, 4)
        self.assertIn("/dev/full: No space left on device; 0 telegrams are whole",
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
