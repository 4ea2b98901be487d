"""Vectors are of use without p1rig's runner: a reader of files is judged here by the JSON alone."""
import datetime
import json
import pathlib
import unittest
from decimal import Decimal

import rig


def same(said, meant):
    """As the README of the vectors says; the reference reader tells all digits."""
    if isinstance(meant, dict) and isinstance(said, dict):
        return all(same(said.get(key), value) for key, value in meant.items())
    if isinstance(meant, list) and isinstance(said, list):
        if len(said) != len(meant):
            return False
        # Entries of a log may come in any order, several values of one object may not.
        if all(isinstance(entry, dict) for entry in meant):
            return all(any(same(one, entry) for one in said) for entry in meant)
        return all(map(same, said, meant))
    if not isinstance(said, str) or not isinstance(meant, str) or said == meant:
        return said == meant
    if time(said) is not None and time(said) == time(meant):
        return True
    return numbers(said) is not None and numbers(said) == numbers(meant)


def time(text):
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


FACTORS = {"W": 1, "KW": 1000, "WH": 1, "KWH": 1000, "V": 1, "KV": 1000, "A": 1, "KA": 1000,
           "VAR": 1, "KVAR": 1000, "VARH": 1, "KVARH": 1000}


def numbers(text):
    number, _, unit = text.partition(" ")
    try:
        return (Decimal(number) * FACTORS.get(unit.upper(), 1),
                unit.upper().removeprefix("K") if unit.upper() in FACTORS else unit)
    except ArithmeticError:
        return None


class Vectors(rig.Case):
    def read(self, vector, key_file):
        words = ["read", f"{vector}.bin", "--dialect", vector.parent.parent.name]
        if key_file:
            words += ["--key-file", key_file]
        said = rig.run(*words)
        return [line for line in map(json.loads, said.stdout.splitlines())
                if "telegram" in line and "flags" not in line]

    def test_the_reference_reader_meets_them(self):
        folder = self.folder / "vectors"
        made = rig.run("vectors", folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        index = json.loads((folder / "index.json").read_text())
        self.assertGreater(len(index["vectors"]), 15)
        self.assertEqual(sorted(index), ["format", "seed", "vectors", "version"])
        readme = (folder / "README.md").read_text()
        for key in index:
            self.assertIn(f'"{key}": ', readme)
        for words in ("`authentication_key`", '`"003"` is 3', "hexadecimal digits that were sent, or decoded"):
            self.assertIn(words, readme)
        self.assertTrue((folder / "LICENSE").is_file())
        key_file = self.folder / "key"
        self.missed = []
        for entry in index["vectors"]:
            vector = folder / entry["file"]
            told = json.loads(pathlib.Path(f"{vector}.json").read_text())
            size = pathlib.Path(f"{vector}.bin").stat().st_size
            self.assertLessEqual(max(one["offset"] + one["length"] for one in told["telegrams"]), size)
            if "key" in told:
                # LUX-P1 1.1.3 3.4.1 prints it.
                self.assertEqual(told["authentication_key"], "00112233445566778899AABBCCDDEEFF")
                key_file.write_text(told["key"] + "\n" + told["authentication_key"] + "\n")
                key_file.chmod(0o600)
            said = self.read(vector, key_file if "key" in told else None)
            self.check(entry["file"], told, said)
        self.assertEqual(self.missed, [])

    def check(self, name, told, said):
        lost = 0
        for one in told["telegrams"]:
            if one["expect"] == "values":
                found = [line for line in said if self.tells(line, one)]
                lost += not found
        sentinel = any(self.tells(line, told["telegrams"][-1]) for line in said)
        if lost > told["may_lose"] or not sentinel:
            self.missed.append(name)

    @staticmethod
    def tells(line, one):
        loose = set(one.get("invalid", [])) | set(one.get("absent", [])) | set(one.get("uncertain", []))
        # What is optional may be null, or left out.
        loose |= {code for code in one.get("optional", []) if line["telegram"].get(code) is None}
        return all(same(line["telegram"].get(code), meant)
                   for code, meant in one["telegram"].items()
                   if code not in loose and not code.startswith(("0-0:96", "1-3", "0-1:96")))

    def test_it_says_what_is_wrong(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "mine.txt").write_text("mine")
        for words, message in [
                (["vectors", self.folder / "full"], "is not empty"),
                (["vectors", self.folder / "new", "--case", "nothing/like/it"], "no case"),
                (["vectors", self.folder / "new", "--case", "*keeps-up"], "about time or the line"),
                (["vectors", self.folder / "new", "--dialect", "dsmr-9"], "no dialect")]:
            refused = rig.run(*words)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn(message, refused.stderr.decode())
        self.assertEqual((self.folder / "full" / "mine.txt").read_text(), "mine")
        self.assert_fails(4, "/proc/nowhere: ", "vectors", "/proc/nowhere")

    def test_older_vectors_go_and_nothing_else(self):
        folder = self.folder / "vectors"

        def make(*words):
            self.assertEqual(rig.run("vectors", folder, *words).returncode, 0)
            return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}

        make("--dialect", "dsmr-5.0", "--dialect", "lux-1.1", "--case", "*/6.2/crc-*")
        outside = self.folder / "outside.bin"
        outside.write_text("mine")
        (folder / "mine.txt").write_text("mine")
        index = json.loads((folder / "index.json").read_text())
        for foreign in ("../outside", "/etc/hostname", "../vectors/../outside", "", 7):
            index["vectors"].append({"file": foreign})
        (folder / "index.json").write_text(json.dumps(index))
        stem = "dsmr-5.0/iskra-am550/dsmr-5.0.2_6.2_crc-wrong"
        self.assertEqual(make("--dialect", "dsmr-5.0", "--case", "*/crc-wrong"),
                         {"README.md", "LICENSE", "index.json", "mine.txt", f"{stem}.bin",
                          f"{stem}.json"})
        self.assertFalse((folder / "lux-1.1").exists())
        self.assertEqual(outside.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
