"""Every profile: its telegram's CRC is right, and lint and read accept it."""
import json
import re
import unittest

import rig

# A winter's day, and the hour that comes twice.
MOMENTS = ["2026-01-15T11:54:56Z", "2026-10-25T00:30:00Z"]


class EveryProfile(rig.Case):
    def test_the_list(self):
        profiles = rig.json_of("profiles", "--json")
        self.assertGreaterEqual(len(profiles), 38)
        self.assertTrue(all(profile["name"] for profile in profiles))
        files = {path.stem for path in (rig.SOURCE / "profiles").glob("*.toml")}
        self.assertEqual({profile["name"] for profile in profiles}, files)

    def test_show(self):
        for name in rig.profile_names()[:5]:
            shown = rig.run("profiles", "show", name)
            self.assertEqual(shown.returncode, 0)
            self.assertEqual(shown.stdout, (rig.SOURCE / f"profiles/{name}.toml").read_bytes())
            self.assertEqual(rig.json_of("profiles", "show", name, "--json")["name"], name)

    def test_telegrams(self):
        for profile in rig.json_of("profiles", "--json"):
            for moment in MOMENTS:
                with self.subTest(profile=profile["name"], moment=moment):
                    self.check_telegram(profile, moment)

    def check_telegram(self, profile, moment):
        telegram = rig.run("render", profile["name"], "--at", moment)
        self.assertEqual((telegram.returncode, telegram.stderr), (0, b""))
        covered, crc = rig.parts_of(telegram.stdout)
        self.assertTrue(covered.startswith(b"/"))
        self.assertNotIn(b"\n", covered.replace(b"\r\n", b""))
        if not profile["crc"]:
            self.assertEqual(crc, b"")
        else:
            # Some meters leave leading zeros out or write small letters.
            self.assertEqual(int(crc, 16), rig.crc16(covered))

        lint = rig.run("lint", "-", stdin=telegram.stdout)
        self.assertEqual((lint.returncode, lint.stderr), (0, b""), lint.stdout.decode())

        read = rig.run("read", "-", stdin=telegram.stdout)
        self.assertEqual(read.returncode, 0, read.stderr)
        # Nothing is said but which dialects fit where several do.
        self.assertTrue(read.stderr == b"" or b"--dialect decides" in read.stderr, read.stderr)
        lines = [json.loads(line) for line in read.stdout.splitlines()]
        self.assertEqual([list(line)[0] for line in lines], ["telegram"])

    def test_a_flipped_bit_is_noticed(self):
        for profile in rig.json_of("profiles", "--json"):
            if not profile["crc"]:
                continue
            with self.subTest(profile=profile["name"]):
                telegram = bytearray(rig.run("render", profile["name"]).stdout)
                telegram[telegram.index(b"(") + 1] ^= 1
                for command in ("read", "lint"):
                    self.assertEqual(rig.run(command, "-", stdin=bytes(telegram)).returncode, 1)

    def test_a_quirk_is_one_of_meters_with_another_number(self):
        for profile in rig.json_of("profiles", "--json"):
            telegram = rig.run("render", profile["name"]).stdout
            header, rest = telegram.split(b"\r\n", 1)
            number = re.search(rb"\d{5,}", header[5:])
            if not number or not profile["crc"]:
                continue
            other = header.replace(number[0], bytes(reversed(number[0])))
            covered, _ = rig.parts_of(other + b"\r\n" + rest)
            sister = covered + b"%04X\r\n" % rig.crc16(covered)
            with self.subTest(profile=profile["name"], header=other):
                lint = rig.run("lint", "-", stdin=sister)
                self.assertEqual(lint.returncode, 0, lint.stdout.decode())


if __name__ == "__main__":
    unittest.main()
