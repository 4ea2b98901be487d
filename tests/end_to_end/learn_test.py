"""`learn`, `compare` and `profiles --like`, as people use them."""
import re
import unittest

import rig

TELEGRAM = rig.SOURCE / "captures/printed/dsmr-5.0.2.recomputed-crc.txt"


class Learn(rig.Case):
    def learn(self, *arguments, out="meter.toml", **options):
        self.profile = self.folder / out
        return rig.run("learn", *arguments, "-o", self.profile, **options)

    def test_the_profile_passes_its_check_and_gives_the_capture_back(self):
        for capture in sorted((rig.SOURCE / "captures/printed").glob("*.txt")):
            with self.subTest(capture=capture.name):
                result = self.learn(capture, "--keep-ids", "--force")
                self.assertEqual(result.returncode, 0, result.stderr)
                check = rig.run("check", self.profile)
                self.assertEqual(check.returncode, 0, check.stdout)
                example = self.profile.with_suffix(".txt").read_bytes()
                if b"CRC was computed again" not in result.stderr:
                    self.assertEqual(example, capture.read_bytes())
                compare = rig.run("compare", self.profile, self.profile.with_suffix(".txt"))
                self.assertEqual(compare.returncode, 0, compare.stdout)

    def test_identifiers_are_replaced(self):
        result = self.learn(TELEGRAM)
        self.assertEqual(result.returncode, 0, result.stderr)
        for path in (self.profile, self.profile.with_suffix(".txt")):
            text = path.read_bytes()
            self.assertNotIn(b"K8EG004046395507", text)
            self.assertNotIn(b"4B384547303034303436333935353037", text)

    def test_an_existing_file_is_kept_without_force(self):
        for name in ("meter.toml", "meter.txt"):
            with self.subTest(name=name):
                (self.folder / name).write_text("mine")
                result = self.learn(TELEGRAM)
                self.assertEqual(result.returncode, 2)
                self.assertEqual((self.folder / name).read_text(), "mine")
                self.assertEqual(self.learn(TELEGRAM, "--force").returncode, 0)
                (self.folder / "meter.toml").unlink()
                (self.folder / "meter.txt").unlink()

    def test_input_of_another_kind_is_named(self):
        inputs = rig.SOURCE / "tests/inputs"
        half = self.folder / "half.txt"
        half.write_bytes(TELEGRAM.read_bytes()[:400])
        empty = self.folder / "empty.txt"
        empty.touch()
        two = self.folder / "two.txt"
        two.write_bytes(TELEGRAM.read_bytes() +
                        (rig.SOURCE / "captures/printed/lux-1.1.3.txt").read_bytes())
        for capture, code, said in (
                (inputs / "hdlc-frame.bin", 1, "HDLC"),
                (half, 1, "telegram"),
                (empty, 2, "is empty"),
                (two, 2, "two meters"),
                (self.folder / "missing.txt", 2, "No such file")):
            with self.subTest(capture=capture.name):
                result = self.learn(capture)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(said, result.stderr.decode())
                self.assertFalse(self.profile.exists())

    def test_what_is_around_the_telegram_is_taken_off(self):
        pasted = self.folder / "log.txt"
        lines = TELEGRAM.read_bytes().split(b"\r\n")[:-1]
        pasted.write_bytes(b"".join(b"\x1b[32m2026-01-15 12:00:03 " + line + b"\x1b[0m\n" for line in lines))
        result = self.learn(pasted, "--keep-ids")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"extracted from", result.stderr)
        self.assertEqual(self.profile.with_suffix(".txt").read_bytes(), TELEGRAM.read_bytes())

    def test_a_stream_shows_the_clockwork(self):
        source = (rig.SOURCE / "profiles/iskra-am550.toml").read_text()
        source = source.replace('period = "1s"', 'period = "5s"', 1)
        source = re.sub(r"\[mbus\]\n(.*\n)*?\n", '[mbus]\nperiod = "10min"\noffset = "40s"\ndelay = "100s"\n\n',
                        source, count=1)
        meter = self.folder / "source.toml"
        meter.write_text(source)
        stream = rig.run("simulate", meter, "--line", "stdout", "--speed", "max", "--count", "720",
                         "--start", "2026-01-15T12:00:00Z")
        self.assertEqual(stream.returncode, 0, stream.stderr)
        result = self.learn("-", stdin=stream.stdout)
        self.assertEqual(result.returncode, 0, result.stderr)
        learned = self.profile.read_text()
        self.assertIn('period = "5s"', learned)
        self.assertIn('period = "600s"', learned)
        self.assertIn('offset = "40s"', learned)
        self.assertIn('delay = "100s"', learned)
        compare = rig.run("compare", "iskra-am550", "-", stdin=stream.stdout)
        self.assertEqual(compare.returncode, 1)
        self.assertIn(b"period: 1 s in the profile, 5 s in the capture", compare.stdout)

    def test_the_commands_of_the_page_about_it_do_what_it_says(self):
        page = (rig.SOURCE / "docs/learn.md").read_text()
        commands = re.findall(r"^p1rig (.*)$", page.split("```")[1], re.MULTILINE)
        self.assertEqual(len(commands), 6)
        (self.folder / "captures").symlink_to(rig.SOURCE / "captures")
        for command in commands:
            with self.subTest(command=command):
                result = rig.run(*command.split(), cwd=self.folder)
                expected = 1 if command.startswith("compare") else 0
                self.assertEqual(result.returncode, expected, result.stdout + result.stderr)

    def test_profiles_are_ranked_by_likeness(self):
        telegram = rig.run("render", "kaifa-ma304c").stdout
        capture = self.folder / "kaifa.txt"
        capture.write_bytes(telegram)
        first = rig.run("profiles", "--like", capture).stdout.decode().splitlines()[0]
        self.assertIn("100 %", first)
        self.assertIn("kaifa-ma304c", first)
        lint = rig.run("lint", capture, "--profile", "kaifa-ma304c")
        self.assertEqual(lint.returncode, 0, lint.stdout)
        lint = rig.run("lint", capture, "--profile", "kaifa-ma105c")
        self.assertEqual(lint.returncode, 1)
        self.assertIn(b"[profile-", lint.stdout)


if __name__ == "__main__":
    unittest.main()
