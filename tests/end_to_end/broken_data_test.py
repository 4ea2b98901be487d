"""One broken file among the data hides no other; what is given and empty is not absent."""
import json
import os
import re
import shutil
import unittest

import rig

LISTS = {"profiles": "profiles", "scenarios": "profiles/scenarios", "readers": "conformance/readers",
         "cases": "conformance/cases"}
CASE = "dsmr-5.0.2/6.2/crc-wrong"


def commands():
    listed = rig.run("--help").stdout.decode().split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


class BrokenData(rig.Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        for name in ("profiles", "captures", "conformance/cases", "conformance/readers"):
            shutil.copytree(rig.SOURCE / name, self.data / name)
        self.environment = {**os.environ, "P1RIG_DATA": str(self.data)}

    def run_words(self, *words):
        return rig.run(*words, env=self.environment)

    def listed(self, what):
        result = self.run_words(what, "--json")
        return result, {entry["name"] for entry in json.loads(result.stdout)}

    def break_all(self):
        """Makes each folder of data hold what can be wrong with a file; returns their names."""
        profile = (rig.SOURCE / "profiles" / "iskra-am550.toml").read_text()
        names = set()
        for folder in LISTS.values():
            made = {"aaa": b"", "bbb": b'x = "', "ccc": b"\xff", "ddd": b"[x]\ny = 1\n",
                    "eee": b"a." * 20_000 + b"a = 1\n"}
            for name, text in made.items():
                (self.data / folder / f"{name}.toml").write_bytes(text)
            os.mkfifo(self.data / folder / "fff.toml")
            os.symlink("nowhere", self.data / folder / "ggg.toml")
            (self.data / folder / "hhh.toml").mkdir()
            names |= {*made, "fff", "ggg", "hhh"}
        for key in ("dialect", "zone", "framing"):
            broken = re.sub(rf"^{key} = .*", f'{key} = ""', profile, flags=re.M)
            self.assertNotEqual(broken, profile)
            (self.data / "profiles" / f"{key}.toml").write_text(broken)
        return names

    def test_lists_show_the_others_and_say_which_is_broken(self):
        before = {what: self.listed(what)[1] for what in LISTS}
        names = self.break_all()
        for what, folder in LISTS.items():
            with self.subTest(list=what):
                result, shown = self.listed(what)
                said = result.stderr.decode(errors="replace")
                self.assertEqual(result.returncode, 2, said)
                self.assertEqual(shown, before[what])
                for name in names - ({"aaa"} if what == "cases" else set()):  # no case is no mistake
                    self.assertIn(f"p1rig: {self.data / folder / name}.toml:", said)
                plain = self.run_words(what)
                self.assertEqual(plain.returncode, 2)
                self.assertEqual(len(plain.stdout.splitlines()), len(shown))
                # Who asks for one that is right is not told of the others.
                one = sorted(shown)[0]
                shown_one = self.run_words(what, "show", one)
                self.assertEqual((shown_one.returncode, shown_one.stderr), (0, b""))
        for glob in ("iskra-*", "k*"):
            result = self.run_words("profiles", glob)
            self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(self.run_words("profiles", "show", "dialect").returncode, 2)

    def test_a_name_of_any_bytes_takes_no_list_down(self):
        shutil.copy(self.data / "profiles" / "iskra-am550.toml", os.fsencode(self.data) + b"/profiles/\xff.toml")
        shutil.copy(self.data / "profiles/scenarios/household.toml",
                    os.fsencode(self.data) + b"/profiles/scenarios/\xff.toml")
        shutil.copy(self.data / "conformance/readers/p1rig.toml",
                    os.fsencode(self.data) + b"/conformance/readers/\xff.toml")
        for what in ("profiles", "scenarios", "readers"):
            with self.subTest(list=what):
                result, shown = self.listed(what)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("\ufffd", shown)

    def test_meters_readers_and_cases_that_are_right_can_be_used(self):
        self.break_all()
        for broken in (self.data / "conformance" / "cases").glob("[a-h]??.toml"):
            broken.rmdir() if broken.is_dir() else broken.unlink()
        for words in (("render", "iskra-am550"), ("corpus", "iskra-am550", "--count", "1", "-o", "-"),
                      ("check", "iskra-am550"), ("lint", self.telegram()),
                      ("conform", "p1rig", "--case", CASE, "--dialect", "dsmr-5.0", "--line", "stdin")):
            with self.subTest(words=words):
                result = self.run_words(*words)
                self.assertEqual(result.returncode, 0, result.stderr)
        for words in (("render", "dialect"), ("corpus", "zone", "--count", "1", "-o", "-"),
                      ("conform", "p1rig", "--profile", "framing")):
            with self.subTest(words=words):
                result = self.run_words(*words)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(b"is empty, expected a value", result.stderr)

    def test_a_suite_with_a_broken_file_judges_nobody(self):
        (self.data / "conformance" / "cases" / "broken.toml").write_text('["a/b/c"]\ntitle = ""\n')
        for words in (("conform", "p1rig"), ("vectors", self.folder / "new"), ("cases", "--coverage")):
            result = self.run_words(*words)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(b"broken.toml:2:9: title: is empty, expected a value", result.stderr)

    def telegram(self):
        file = self.folder / "telegram.txt"
        file.write_bytes(rig.run("render", "iskra-am550").stdout)
        return file


class Empty(rig.Case):
    def test_an_option_that_is_given_and_empty_is_not_absent(self):
        tried = 0
        for command in commands():
            text = rig.run(command, "--help").stdout.decode()
            for option in re.findall(r"^  (?:-\w \[ )?(--[\w-]+)(?: \])? (?! )", text, re.M):
                with self.subTest(command=command, option=option):
                    self.assert_fails(2, f"{option}: is empty, expected a value", command, option, "")
                    tried += 1
        self.assertGreater(tried, 90)
        self.assert_fails(2, "--output: is empty", "seal", "-o", "")

    def test_an_argument_that_is_empty_is_not_absent(self):
        for words in (("render", ""), ("check", "iskra-am550", ""), ("profiles", ""), ("conform", ""),
                      ("read", ""), ("vectors", "")):
            self.assert_fails(2, "is empty, expected a value", *words)

    def test_a_command_without_a_name_is_none(self):
        for words in (("simulate", "iskra-am550", "--line", "stdout"), ("conform",), ("bench",)):
            self.assert_fails(2, "--: the command has no name", *words, "--", "")


if __name__ == "__main__":
    unittest.main()
