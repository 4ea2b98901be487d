"""`learn`, `compare` and `profiles --like`, as people use them."""
import json
import pathlib
import random
import re
import subprocess
import unittest

import rig

TELEGRAM = rig.SOURCE / "captures/printed/dsmr-5.0.2.recomputed-crc.txt"

# What one telegram does not show: whether a count of ten and more has a zero in front where it is less,
# and whether a balance that is not negative has a sign.
HIDDEN = {"sagemcom-t211-d-dutch-layout", "eso-maximum-kv"}

IDENTIFIER = re.compile(r"^(0-\d:96\.1\.\d+|0-0:42\.0\.0|1-0:0\.0\.0)(\*255)?\([^)]+\)")


def form_of(telegram):
    """The data lines, with d for a digit, X for S or W, ID for an identifier and TEXT for a message."""
    lines = []
    for line in telegram.decode("latin-1").split("\r\n")[1:-2]:
        line = IDENTIFIER.sub(r"\1\2(ID)", line)
        line = re.sub(r"^(0-0:96\.13\.\d)\([^)]+\)", r"\1(TEXT)", line)
        code, bracket, rest = line.partition("(")
        rest = re.sub(r"(?<=\d)[SW](?=\))", "X", rest)
        lines.append(code + bracket + re.sub(r"\d", "d", rest))
    return lines


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

    def test_every_meter_is_learned_from_one_telegram_at_any_moment(self):
        differing = set()
        for name in rig.profile_names():
            chance = random.Random(name)
            with self.subTest(profile=name):
                moments = [f"{chance.randrange(2001, 2099)}-{chance.randrange(1, 13):02}-"
                           f"{chance.randrange(1, 29):02}T{chance.randrange(24):02}:"
                           f"{chance.randrange(60):02}:30Z" for _ in range(3)]
                sent = rig.run("render", name, "--at", moments[0], "--seed", chance.randrange(10 ** 6)).stdout
                capture = self.folder / "capture.bin"
                capture.write_bytes(sent)
                result = self.learn(capture, "--force")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(rig.run("check", self.profile).returncode, 0)
                self.assertEqual(self.profile.with_suffix(".txt").read_bytes(), self.anonymised(capture))
                for moment in moments[1:]:
                    forms = [form_of(rig.run("render", meter, "--at", moment).stdout)
                             for meter in (name, self.profile)]
                    if forms[0] != forms[1]:
                        differing.add(name)
                        break
        self.assertLessEqual(differing, HIDDEN)

    def anonymised(self, capture):
        out = self.folder / "anonymised.bin"
        result = rig.run("anonymise", capture, "-o", out, "--force")
        self.assertEqual(result.returncode, 0, result.stderr)
        return out.read_bytes()

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
                self.assertIn(f"{name}: exists already; name another file, or replace it with --force",
                              result.stderr.decode())
                self.assertEqual((self.folder / name).read_text(), "mine")
                self.assertFalse((self.folder / ({"meter.toml": "meter.txt"}.get(name, "meter.toml"))).exists())
                self.assertEqual(self.learn(TELEGRAM, "--force").returncode, 0)
                (self.folder / "meter.toml").unlink()
                (self.folder / "meter.txt").unlink()

    def test_a_learned_profile_is_kept_like_any_other_file(self):
        self.assertEqual(self.learn(TELEGRAM).returncode, 0)
        before = self.profile.read_bytes()
        result = self.learn(rig.SOURCE / "captures/printed/lux-1.1.3.txt")
        self.assertEqual(result.returncode, 2)
        self.assertIn("exists already", result.stderr.decode())
        self.assertEqual(self.profile.read_bytes(), before)

    def test_the_capture_is_never_overwritten(self):
        capture = self.folder / "meter.txt"
        capture.write_bytes(TELEGRAM.read_bytes())
        result = self.learn(capture, "--force")
        self.assertEqual(result.returncode, 2)
        self.assertIn("the example goes beside the profile", result.stderr.decode())
        self.assertEqual(capture.read_bytes(), TELEGRAM.read_bytes())

    def test_a_profile_that_cannot_be_written_is_an_error_of_the_environment(self):
        self.assert_fails(4, "No such file or directory", "learn", TELEGRAM, "-o", self.folder / "no" / "m.toml")
        self.assert_fails(4, "Is a directory", "learn", TELEGRAM, "-o", self.folder)

    def test_input_of_another_kind_is_named(self):
        inputs = rig.SOURCE / "tests/inputs"
        half = self.folder / "half.txt"
        half.write_bytes(TELEGRAM.read_bytes()[:400])
        empty = self.folder / "empty.txt"
        empty.touch()
        two = self.folder / "two.txt"
        two.write_bytes(TELEGRAM.read_bytes() +
                        (rig.SOURCE / "captures/printed/lux-1.1.3.txt").read_bytes())
        sml = self.folder / "sml.bin"
        sml.write_bytes(bytes.fromhex("1b1b1b1b01010101760503 2b180f62006200726301017601".replace(" ", "")) * 3)
        noise = self.folder / "noise.bin"
        noise.write_bytes(random.Random(1).randbytes(5000))
        folder = self.folder / "folder"
        folder.mkdir()
        for capture, code, said in (
                (inputs / "hdlc-frame.bin", 1, "HDLC"),
                (sml, 1, "SML"),
                (noise, 1, "no complete, correct telegram"),
                (folder, 2, "is a directory"),
                (pathlib.Path("/dev/null"), 2, "is empty"),
                (half, 1, "telegram"),
                (empty, 2, "is empty"),
                (two, 2, "two meters"),
                (self.folder / "missing.txt", 2, "No such file")):
            with self.subTest(capture=capture.name):
                result = self.learn(capture)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(said, result.stderr.decode())
                self.assertFalse(self.profile.exists())
                self.assertFalse(self.profile.with_suffix(".txt").exists())
                for command in (("compare", "iskra-am550", capture), ("profiles", "--like", capture)):
                    # Two meters of one kind are compared one after another; ranked is one of them.
                    if capture == two and command[0] == "compare":
                        continue
                    self.assert_fails(code, said, *command)

    def test_what_is_around_the_telegram_is_taken_off(self):
        pasted = self.folder / "log.txt"
        lines = TELEGRAM.read_bytes().split(b"\r\n")[:-1]
        pasted.write_bytes(b"".join(b"\x1b[32m2026-01-15 12:00:03 " + line + b"\x1b[0m\n" for line in lines))
        result = self.learn(pasted, "--keep-ids")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"extracted from", result.stderr)
        self.assertEqual(self.profile.with_suffix(".txt").read_bytes(), TELEGRAM.read_bytes())

    def test_line_ends_that_were_changed_are_restored_and_spoken_of(self):
        right = TELEGRAM.read_bytes()
        for end, name in ((b"\r\r\n", "line-ends-doubled"), (b"\r\n\r\n", "line-ends-doubled"), (b"\n", "cr-lost")):
            with self.subTest(end=end):
                capture = self.folder / "changed.txt"
                capture.write_bytes(right.replace(b"\r\n", end))
                diagnosis = rig.run("diagnose", capture).stdout.decode()
                self.assertIn(f"1. {name} (certain)", diagnosis)
                why = re.search(r"because: (.*)", diagnosis)[1]
                for result in (self.learn(capture, "--keep-ids", "--force"), rig.run("compare", self.profile, capture),
                               rig.run("profiles", "--like", capture)):
                    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                    self.assertIn(f"{why} ({name}): the line ends were restored", result.stderr.decode())
                    self.assertNotIn("edited", result.stderr.decode())
                self.assertEqual(self.profile.with_suffix(".txt").read_bytes(), right)

    def test_a_dump_in_hexadecimal_is_read(self):
        dump = self.folder / "dump.hex"
        dump.write_text(TELEGRAM.read_bytes().hex(" "))
        result = self.learn(dump, "--keep-ids")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.profile.with_suffix(".txt").read_bytes(), TELEGRAM.read_bytes())

    def test_a_live_terminal_is_listened_to(self):
        link = self.folder / "p1"
        self.start("simulate", "iskra-am550", "--line", f"pty:{link}", "--speed", "20", stdout=subprocess.DEVNULL)
        rig.wait_for(link.is_symlink, "the terminal")
        result = self.learn(link, "--for", "3s")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('period = "1s"', self.profile.read_text())
        self.assertEqual(rig.run("compare", "iskra-am550", self.profile.with_suffix(".txt")).returncode, 0)

    def test_a_line_on_the_network_is_listened_to_with_progress(self):
        port = rig.free_port()
        meter = self.start("simulate", "kaifa-ma304c", "--line", f"tcp-listen:{port}", "--speed", "20",
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        meter.stdout.readline()
        result = self.learn(f"tcp:127.0.0.1:{port}", "--for", "12s")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr.decode(), r"1\d of 12 s, \d+ telegrams")
        self.assertIn('period = "10s"', self.profile.read_text())

    def test_a_silent_line_is_said_to_be_silent(self):
        port = rig.free_port()
        meter = self.start("simulate", "iskra-am550", "--request", "off", "--line", f"tcp-listen:{port}",
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        meter.stdout.readline()
        self.assert_fails(1, "nothing came: is Data Request active?", "learn", f"tcp:127.0.0.1:{port}",
                          "--for", "1s", "-o", self.folder / "meter.toml")
        self.assertFalse((self.folder / "meter.toml").exists())

    def test_a_recording_shows_the_jitter(self):
        recording = self.folder / "line.pcap"
        made = rig.run("simulate", "iskra-am550", "--line", "stdout", "--speed", "max", "--count", "60",
                       "--record", recording, "--fault", "late=300ms,every=10")
        self.assertEqual(made.returncode, 0, made.stderr)
        result = self.learn(recording)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("# jitter: intervals are up to 300 ms off, of 59\n", self.profile.read_text())

    def test_a_sealed_stream_is_learned_with_its_key(self):
        keys = []
        for name, octets in (("key", range(16)), ("other", range(1, 17))):
            keys.append(self.folder / name)
            keys[-1].write_text(bytes(octets).hex() + "\n")
            keys[-1].chmod(0o600)
        key, other = keys
        meter = "sagemcom-smarty-lux-encrypted"
        sealed = self.folder / "sealed.bin"
        sealed.write_bytes(rig.run("simulate", meter, "--key-file", key, "--line", "stdout", "--speed", "max",
                                   "--count", "20").stdout)
        out = self.folder / "meter.toml"
        self.assert_fails(2, "--key-file decrypts them", "learn", sealed, "-o", out)
        self.assert_fails(2, "wrong key, or changed bytes", "learn", sealed, "--key-file", other, "-o", out)
        self.assertFalse(out.exists())
        self.assertEqual(self.learn(sealed, "--key-file", key).returncode, 0)
        self.assertIn("# sealed: this meter seals its telegrams; the profile does not", out.read_text())
        self.assertEqual(rig.run("check", out).returncode, 0)
        self.assertEqual(rig.run("compare", meter, sealed, "--key-file", key).returncode, 0)
        first = rig.run("profiles", "--like", sealed, "--key-file", key).stdout.decode().splitlines()[0]
        self.assertIn("100 %", first)

    def test_a_meter_in_israel_has_the_summer_of_its_zone(self):
        source = (rig.SOURCE / "profiles/iskra-am550.toml").read_text()
        meter = self.folder / "israel.toml"
        meter.write_text(source.replace("Europe/Amsterdam", "Asia/Jerusalem"))
        # From Friday 27 March 2026, two days before Europe, to 25 October, an hour before Europe.
        for at, stamp in (("2026-03-27T00:30:00Z", b"(260327033000S)"), ("2026-10-24T23:30:00Z", b"(261025013000W)")):
            with self.subTest(at=at):
                telegram = rig.run("render", meter, "--at", at).stdout
                self.assertIn(stamp, telegram)
                result = self.learn("-", "--zone", "Asia/Jerusalem", "--force", stdin=telegram)
                self.assertEqual(result.returncode, 0, result.stderr)
                learned = self.profile.read_text()
                self.assertIn('zone = "Asia/Jerusalem"', learned)
                self.assertIn("0-0:1.0.0({time TST})", learned)
                self.assertEqual(rig.run("lint", "-", "--zone", "Asia/Jerusalem", stdin=telegram).returncode, 0)

    def test_a_zone_that_contradicts_the_stamps_is_refused(self):
        summer = rig.run("render", "iskra-am550", "--at", "2026-07-15T12:00:00Z").stdout
        result = self.learn("-", "--zone", "Asia/Tokyo", stdin=summer)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("Asia/Tokyo has no summer time, but the telegram says S (0-0:1.0.0): another --zone",
                      result.stderr.decode())
        self.assertFalse(self.profile.exists())
        # It is winter in Sydney.
        result = self.learn("-", "--zone", "Australia/Sydney", stdin=summer)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("the clock of Australia/Sydney never shows 260715140000S (0-0:1.0.0): another --zone",
                      result.stderr.decode())
        self.assertFalse(self.profile.exists())
        self.assertFalse(self.profile.with_suffix(".txt").exists())

    def test_a_clock_that_is_kept_as_it_is_is_spoken_of(self):
        capture = self.folder / "odd.txt"
        capture.write_bytes(b"/XXX5A\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(260715140000W)\r\n"
                            b"0-0:96.14.0(0001)\r\n1-0:99.97.0(1)(0-0:96.7.19)(260715130000S)(0000000240*s)\r\n!\r\n")
        result = self.learn(capture)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("the clock of the profile stands still", result.stderr.decode())

    def test_a_zone_says_what_w_all_the_year_means(self):
        telegram = rig.run("render", "aidon-7534", "--at", "2026-07-15T12:00:00Z").stdout
        result = self.learn("-", "--zone", "Europe/Helsinki", stdin=telegram)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("se-2.0 or fi-sk13 (guess", result.stderr.decode())
        self.assertIn("--dialect decides", result.stderr.decode())
        learned = self.profile.read_text()
        self.assertIn('zone = "Etc/GMT-2"', learned)
        self.assertIn("0-0:1.0.0({time TST})", learned)
        # It leaves the dialect open.
        lint = json.loads(rig.run("lint", "-", "--json", "--zone", "Europe/Helsinki", stdin=telegram).stdout)
        self.assertEqual((lint["dialect_is_guess"], lint["dialect_found"]["sureness"]), (True, "guess"))

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

    def test_the_text_of_a_message_is_no_difference(self):
        capture = rig.SOURCE / "captures/printed/dsmr-3.0-as-printed.txt"
        self.assertEqual(self.learn(capture).returncode, 0)
        compare = rig.run("compare", self.profile, capture)
        self.assertEqual(compare.returncode, 0, compare.stdout)
        self.assertIn(b"0 differences", compare.stdout)

    def test_an_object_that_is_sent_twice_is_a_difference(self):
        capture = self.folder / "twice.txt"
        lines = rig.run("render", "kaifa-ma304c").stdout.split(b"\r\n")
        at = next(i for i, line in enumerate(lines) if line.startswith(b"1-0:1.7.0("))
        lines.insert(at, lines[at])
        telegram = b"\r\n".join(lines[:-2]) + b"\r\n!"
        capture.write_bytes(telegram + b"%04X\r\n" % rig.crc16(telegram))
        said = "1-0:1.7.0: twice in the capture, once in the profile"
        compare = rig.run("compare", "kaifa-ma304c", capture)
        self.assertEqual(compare.returncode, 1, compare.stdout)
        self.assertIn(said, compare.stdout.decode())
        lint = rig.run("lint", capture, "--profile", "kaifa-ma304c")
        self.assertEqual(lint.returncode, 1)
        self.assertIn("[profile-count] " + said, lint.stdout.decode())
        first = rig.run("profiles", "--like", capture).stdout.decode().splitlines()[0]
        self.assertIn("1 difference: " + said, first)

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
