"""Sealed meters as people use them, their frames opened by an implementation that is not ours."""
import json
import os
import random
import time
import unittest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import rig

KEY = "9F1C3A7E5B2D4860F1E2D3C4B5A69788"
OWN_AUTHENTICATION = "C0FFEE00112233445566778899DADADA"
PRINTED_AUTHENTICATION = "00112233445566778899AABBCCDDEEFF"
LUXEMBOURG = "sagemcom-smarty-lux-encrypted"
STYRIA = "sagemcom-t210-d-r"
LAST = 0xFFFFFFFF


def frames_of(stream):
    """The frames of a stream of whole ones: title, counter, ciphertext, tag, as DLMS has them."""
    while stream:
        assert stream[:2] == b"\xdb\x08", stream[:20]
        assert stream[10] == 0x82, "every real telegram takes this form"
        length = int.from_bytes(stream[11:13], "big")
        body = stream[13:13 + length]
        assert len(body) == length and body[0] == 0x30
        yield stream[2:10], int.from_bytes(body[1:5], "big"), body[5:-12], body[-12:]
        stream = stream[13 + length:]


def open_frame(frame, key, authentication):
    title, counter, ciphertext, tag = frame
    initial = title + counter.to_bytes(4, "big")
    mode = modes.GCM(initial, tag, min_tag_length=12)
    decryptor = Cipher(algorithms.AES(bytes.fromhex(key)), mode).decryptor()
    decryptor.authenticate_additional_data(b"\x30" + bytes.fromhex(authentication))
    return decryptor.update(ciphertext) + decryptor.finalize()


def counters_in(stream, title):
    """The counters of all heads, of frames that were cut as well."""
    head = b"\xdb\x08" + title + b"\x82"
    at = stream.find(head)
    while at >= 0:
        counter = stream[at + 14:at + 18]
        if stream[at + 13:at + 14] == b"\x30" and len(counter) == 4:
            yield int.from_bytes(counter, "big")
        at = stream.find(head, at + 1)


class SealedCase(rig.Case):
    def key_file(self, *lines, mode=0o600, name="key"):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text("".join(line + "\n" for line in lines))
        path.chmod(mode)
        return path

    def simulate(self, profile, *arguments, count=3):
        result = rig.run("simulate", profile, "--line", "stdout", "--speed", "max", "--count", count,
                         "--start", "2026-10-24T22:00:00Z", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def counter_file(self, key, counter):
        """A counter file that goes on there."""
        path = self.folder / "counter"
        self.simulate(LUXEMBOURG, "--key-file", key, "--counter-file", path, count=1)
        first_line, line = path.read_text().splitlines()
        path.write_text(f"{first_line}\n{line.split()[0]} {counter:08X}\n")
        return path


class OpenedElsewhere(SealedCase):
    def check(self, profile, key_lines, authentication):
        key = self.key_file(*key_lines)
        plain = b""
        counters = []
        for frame in frames_of(self.simulate(profile, "--key-file", key, count=1000)):
            counters.append(frame[1])
            plain += open_frame(frame, KEY, authentication)
        self.assertEqual(counters, list(range(1000)))
        (self.folder / "plain").write_bytes(plain)
        report = rig.json_of("lint", "--json", self.folder / "plain")
        self.assertEqual(report["findings"], [])
        self.assertEqual(report["telegrams"], 1000)

    def test_luxembourg_with_the_printed_authentication_key(self):
        self.check(LUXEMBOURG, [KEY], PRINTED_AUTHENTICATION)

    def test_styria_with_one_of_its_own(self):
        self.check(STYRIA, [KEY, OWN_AUTHENTICATION], OWN_AUTHENTICATION)

    def test_other_keys_do_not_open_them(self):
        key = self.key_file(KEY, OWN_AUTHENTICATION)
        frame = next(frames_of(self.simulate(LUXEMBOURG, "--key-file", key, count=1)))
        with self.assertRaises(InvalidTag):
            open_frame(frame, KEY, PRINTED_AUTHENTICATION)

    def test_frames_are_what_the_meter_sends_plain(self):
        key = self.key_file(KEY)
        at = ("--at", "2026-10-24T22:00:00Z")
        sealed = rig.run("render", LUXEMBOURG, *at, "--key-file", key).stdout
        plain = rig.run("render", LUXEMBOURG, *at).stdout
        self.assertTrue(plain.startswith(b"/Lux5"))
        frame = next(frames_of(sealed))
        self.assertEqual(frame[1], 0)
        self.assertEqual(open_frame(frame, KEY, PRINTED_AUTHENTICATION), plain)


class OurOwnReader(SealedCase):
    def test_reads_and_lints_what_the_meter_sends(self):
        for profile in (LUXEMBOURG, STYRIA):
            key = self.key_file(KEY, OWN_AUTHENTICATION)
            stream = self.simulate(profile, "--key-file", key)
            lint = rig.run("lint", "-", "--key-file", key, stdin=stream)
            self.assertEqual(lint.returncode, 0, lint.stdout)
            self.assertIn(b"0 errors, 0 warnings", lint.stdout)
            read = rig.run("read", "-", "--key-file", key, stdin=stream)
            self.assertEqual(read.returncode, 0)
            self.assertEqual([list(json.loads(line)) for line in read.stdout.splitlines()],
                             [["telegram", "mbus"]] * 3)

    def test_says_why_it_reads_nothing(self):
        stream = self.simulate(LUXEMBOURG, "--key-file", self.key_file(KEY))
        other = self.key_file(OWN_AUTHENTICATION, name="other")
        for arguments, reason in (((), "decrypt"), (("--key-file", other), "tag")):
            read = rig.run("read", "-", *arguments, stdin=stream)
            self.assertEqual(read.returncode, 1)
            self.assertEqual(read.stdout.splitlines(), [b'{"reject":"%s"}' % reason.encode()] * 3)
            self.assertEqual(b"--key-file decrypts them" in read.stderr, reason == "decrypt")

    def test_lint_without_a_key_says_what_it_has_not_seen(self):
        key = self.key_file(KEY)
        stream = self.simulate(LUXEMBOURG, "--key-file", key)
        lint = rig.run("lint", "-", stdin=stream)
        self.assertEqual(lint.returncode, 75)
        self.assertIn(b"3 sealed telegrams judged only from outside; --key-file decrypts them",
                      lint.stderr)
        self.assertIn(b"0 errors, 0 warnings, 0 quirks, 3 unjudged", lint.stdout)
        opened = rig.run("lint", "-", "--key-file", key, stdin=stream)
        self.assertEqual((opened.returncode, opened.stderr), (0, b""))

    def test_lint_tells_programs_what_it_has_not_seen(self):
        key = self.key_file(KEY)
        sealed = self.simulate(LUXEMBOURG, "--key-file", key)
        plain = self.simulate("sagemcom-smarty-lux")
        broken = plain.replace(b"1-0:1.7.0(", b"1-0:1.7.0(x", 1)
        for stream, arguments, code, outcome, unjudged in (
                (sealed, (), 75, "unjudged", 3), (sealed, ("--key-file", key), 0, "pass", 0),
                (plain, (), 0, "pass", 0), (plain + sealed, (), 75, "unjudged", 3),
                (broken + sealed, (), 1, "fail", 3), (b"", (), 75, "unjudged", 0)):
            lint = rig.run("lint", "-", "--json", *arguments, stdin=stream)
            report = json.loads(lint.stdout)
            self.assertEqual((lint.returncode, report["outcome"], report["unjudged"]),
                             (code, outcome, unjudged), lint.stdout)

    def test_lint_sees_without_a_key_that_bytes_are_lost(self):
        stream = self.simulate(LUXEMBOURG, "--key-file", self.key_file(KEY))
        size = len(stream) // 3
        for lost in (1, 40, 200):
            lint = rig.run("lint", "-", stdin=stream[:size + 100] + stream[size + 100 + lost:])
            self.assertIn(b"offset %d: warning [frame-cut] %d bytes of a frame of %d" %
                          (size, size - lost, size), lint.stdout)
            self.assertEqual(lint.returncode, 75)

    def test_a_cut_frame_is_told(self):
        key = self.key_file(KEY)
        stream = self.simulate(LUXEMBOURG, "--key-file", key)
        size = len(stream) // 3
        cut = stream[:size - 100] + stream[size:]
        lint = rig.run("lint", "-", "--key-file", key, stdin=cut)
        self.assertIn(b"offset 0: warning [frame-cut] %d bytes of a frame of %d" %
                      (size - 100, size), lint.stdout)
        self.assertIn(b"0 errors, 1 warning,", lint.stdout)
        self.assertNotIn(b"frame-cut",
                         rig.run("lint", "-", "--key-file", key, stdin=stream[:-100]).stdout)
        unsealed = rig.run("unseal", "-", "--key-file", key, stdin=cut)
        self.assertEqual(unsealed.returncode, 1)
        self.assertIn(b"offset 0: the frame is cut", unsealed.stderr)
        self.assertEqual(unsealed.stdout.count(b"/Lux5"), 2)

    def test_flags_a_replay(self):
        key = self.key_file(KEY)
        stream = self.simulate(LUXEMBOURG, "--key-file", key)
        size = len(stream) // 3
        replayed = stream + stream[size:2 * size]
        lines = rig.run("read", "-", "--key-file", key, stdin=replayed).stdout.splitlines()
        self.assertEqual([json.loads(line).get("flags") for line in lines],
                         [None, None, None, ["replay"]])
        lint = rig.run("lint", "-", "--key-file", key, stdin=replayed)
        self.assertEqual(lint.returncode, 1)
        self.assertIn(b"[counter-falls] counter 00000001 after 00000002", lint.stdout)

    def test_seal_and_unseal_are_inverse(self):
        key = self.key_file("000102030405060708090A0B0C0D0E0F")
        printed = rig.SOURCE / "captures" / "printed"
        sealed = self.folder / "sealed"
        for form in ("canonical", "82", "83"):
            done = rig.run("seal", printed / "lux-1.1.3.txt", "-o", sealed, "--key-file", key,
                           "--counter", 1, "--title", "5341470000112233", "--length-form", form)
            self.assertEqual(done.returncode, 0, done.stderr)
            if form == "canonical":
                vector = printed / "lux-encrypted-own-vector.bin"
                self.assertEqual(sealed.read_bytes(), vector.read_bytes())
            opened = rig.run("unseal", sealed, "--key-file", key)
            self.assertEqual(opened.returncode, 0, opened.stderr)
            self.assertEqual(opened.stdout, (printed / "lux-1.1.3.txt").read_bytes())

    def test_seal_and_unseal_say_what_is_wrong(self):
        key = self.key_file(KEY)
        plain = rig.SOURCE / "captures" / "printed" / "lux-1.1.3.txt"
        self.assert_fails(2, "--key-file is missing", "seal", plain)
        self.assert_fails(2, "--title: expected eight bytes", "seal", plain, "--key-file", key,
                          "--title", "SAG")
        self.assert_fails(2, "0 to 4294967294", "seal", plain, "--key-file", key, "--counter",
                          "4294967295")
        self.assert_fails(2, "canonical, 81, 82 or 83", "seal", plain, "--key-file", key,
                          "--length-form", "84")
        self.assert_fails(2, "1489 bytes, too many for this length form", "seal", plain,
                          "--key-file", key, "--length-form", "81")
        self.assert_fails(2, "No such file", "unseal", self.folder / "none", "--key-file", key)
        self.assert_fails(1, "no complete telegram", "seal", "-", "--key-file", key, stdin=b"noise")
        self.assert_fails(1, "no sealed telegram", "unseal", "-", "--key-file", key, stdin=b"noise")
        self.assert_fails(4, "/dev/full: No space left", "seal", plain, "--key-file", key, "-o",
                          "/dev/full")
        changed = bytearray(self.simulate(LUXEMBOURG, "--key-file", key, count=1))
        changed[100] ^= 1
        self.assert_fails(1, "offset 0: these keys do not decrypt the frame", "unseal", "-",
                          "--key-file", key, stdin=bytes(changed))


class Faults(SealedCase):
    """What our reader makes of each fault of sealed telegrams on every fourth of eight."""
    READ = {
        "wrong-key": ["telegram"] * 3 + ["tag"],
        "wrong-authentication-key": ["telegram"] * 3 + ["tag"],
        "replay": ["telegram"] * 3 + ["replay"],
        "counter-repeat": ["telegram"] * 3 + ["replay"],
        "counter-back": ["telegram"] * 3 + ["replay"],
        "counter-gap": ["telegram"] * 4,
        "counter-reset": ["telegram"] * 4,
        "control-bytes": ["telegram"] * 4,
        "length-form-short": ["telegram"] * 4,
        "length-form-81": ["telegram"] * 4,
        "length-form-82": ["telegram"] * 4,
        "length-form-83": ["telegram"] * 4,
        "two-frames": ["telegram"] * 5,
        "plain-too": ["telegram"] * 5,
        "unsealed": ["telegram"] * 4,
        "flip-title": ["telegram"] * 3 + ["tag"],
        "flip-counter": ["telegram"] * 3 + ["tag"],
        "flip-ciphertext": ["telegram"] * 3 + ["tag"],
        "flip-tag": ["telegram"] * 3 + ["tag"],
        "length-too-long": ["telegram"] * 3 + ["syntax"],
        "length-too-short": ["telegram"] * 3 + ["tag"],
        "split-frame": ["telegram"] * 4,
    }

    @staticmethod
    def said(line):
        line = json.loads(line)
        return line.get("reject") or (line.get("flags") or ["telegram"])[0]

    def read(self, profile, key, fault, *arguments):
        stream = self.simulate(profile, "--key-file", key, "--fault", fault, *arguments, count=8)
        read = rig.run("read", "-", "--key-file", key, stdin=stream)
        return [self.said(line) for line in read.stdout.splitlines()]

    def test_our_reader_takes_and_drops_what_it_should(self):
        key = self.key_file(KEY, OWN_AUTHENTICATION)
        for profile in (LUXEMBOURG, STYRIA):
            for fault, expected in self.READ.items():
                self.assertEqual(self.read(profile, key, f"{fault},every=4"), expected * 2,
                                 f"{profile} {fault}")

    def test_a_changed_key_is_another_one_until_it_changes_back(self):
        key = self.key_file(KEY)
        self.assertEqual(self.read(LUXEMBOURG, key, "key-change,every=3"),
                         ["telegram"] * 2 + ["tag"] * 3 + ["telegram"] * 3)
        other = self.key_file(f"{int(KEY, 16) ^ (1 << 128) - 1:032X}", name="other")
        stream = self.simulate(LUXEMBOURG, "--key-file", key, "--fault", "key-change,every=3",
                               count=8)
        opened = rig.run("unseal", "-", "--key-file", other, stdin=stream)
        self.assertEqual(opened.stdout.count(b"/Lux5"), 3)
        self.assertEqual([frame[1] for frame in frames_of(stream)], [0, 1, 0, 1, 2, 0, 1, 2])

    def test_a_flipped_length_costs_its_frame_only(self):
        key = self.key_file(KEY)
        for seed in range(40):
            said = self.read(LUXEMBOURG, key, "flip-length,every=3", "--seed", seed)
            self.assertEqual(said.count("telegram"), 6, (seed, said))
            # What is left of the frame may have a '/' and a '!' in it by chance: "crc".
            self.assertLessEqual(set(said), {"telegram", "tag", "syntax", "crc"})

    def test_every_one_is_here(self):
        known = {fault["name"] for fault in rig.json_of("faults", "--json") if fault["sealed_only"]}
        self.assertEqual({*self.READ, "key-change", "flip-length"}, known)

    def test_a_plain_meter_refuses_them_before_anything_is_sent(self):
        for fault in (*self.READ, "key-change", "flip-length"):
            self.assert_fails(2, f"{fault}: applies only to sealed telegrams; this meter sends plain ones",
                              "simulate", "sagemcom-smarty-lux", "--line", "stdout", "--fault",
                              fault)

    def test_a_sealed_meter_refuses_those_of_the_line_format(self):
        key = self.key_file(KEY)
        for fault in ("crc-wrong", "crc-missing", "glue", "lose-footer", "stall,at=1-0:1.7.0"):
            self.assert_fails(2, "sealed, they have neither data lines nor a CRC", "simulate",
                              LUXEMBOURG, "--line", "stdout", "--key-file", key, "--fault", fault)

    def test_the_manual_has_every_one(self):
        page = (rig.SOURCE / "docs" / "sealed.md").read_text()
        for fault in (*self.READ, "key-change", "flip-length"):
            self.assertIn(f"`{fault}`", page)


class Keys(SealedCase):
    def test_a_sealed_meter_needs_one(self):
        said = self.assert_fails(2, "seals its telegrams and needs a key", "simulate", LUXEMBOURG,
                                 "--line", "stdout")
        self.assertIn(f"simulate {LUXEMBOURG} --key-file", said)

    def test_a_plain_meter_has_none(self):
        self.assert_fails(2, "sends its telegrams plain", "simulate", "kaifa-ma304", "--line",
                          "stdout", "--key-file", self.key_file(KEY))

    def test_bad_key_files_are_refused_before_anything_is_sent(self):
        for lines, words in (((KEY[:30],), "line 1: expected 32 hexadecimal digits of the encryption"
                              " key, found 30"),
                             ((KEY[:31] + "X",), "line 1: expected 32 hexadecimal digits of the "
                              "encryption key, character 32 is not one"),
                             ((KEY, OWN_AUTHENTICATION[:8]), "line 2: expected 32 hexadecimal digits"
                              " of the authentication key, found 8"),
                             ((KEY, KEY, KEY), "line 3"),
                             ((), "contains no key")):
            key = self.key_file(*lines)
            for command in (("simulate", LUXEMBOURG, "--line", "stdout"), ("render", LUXEMBOURG),
                            ("read", "-"), ("lint", "-"), ("seal", "-"), ("unseal", "-")):
                self.assert_fails(2, [str(key), words], *command, "--key-file", key)
        self.assert_fails(2, "No such file", "read", "-", "--key-file", self.folder / "none")

    def test_one_that_others_may_read_is_warned_of(self):
        for mode, warned in ((0o644, True), (0o640, True), (0o600, False), (0o400, False)):
            key = self.key_file(KEY, mode=mode)
            result = rig.run("render", LUXEMBOURG, "--key-file", key)
            self.assertEqual(result.returncode, 0)
            self.assertEqual(b"others can read or change this key" in result.stderr, warned, mode)
            key.unlink()

    def test_no_output_has_key_material(self):
        """Whatever is wrong, six digits of a key are in no message, report, log or note."""
        bad = (KEY[:31] + "X", KEY[:31], KEY + "00", KEY.lower()[:16] + " " + KEY.lower()[16:])
        files = [self.key_file(KEY, OWN_AUTHENTICATION, mode=0o644, name="good")]
        files += [self.key_file(text, name=f"bad{i}") for i, text in enumerate(bad)]
        files += [self.key_file(KEY, text, name=f"worse{i}") for i, text in enumerate(bad)]
        files += [self.key_file(KEY, OWN_AUTHENTICATION, KEY, name="three")]
        stream = self.simulate(LUXEMBOURG, "--key-file", files[0])
        said = b""
        start = ("--start", "2026-10-24T22:00:00Z")  # whose telegrams have no such digits by chance
        for key in files:
            truth = self.folder / "truth"
            counter = self.folder / "counter"
            stats = self.folder / "stats"
            for command in (
                    ("simulate", LUXEMBOURG, "--line", "stdout", "--speed", "max", "--count", "4", *start,
                     "--stats", "--stats-json", stats, "--fault", "wrong-key,every=2", "--fault",
                     "wrong-authentication-key,every=3", "--fault", "key-change,every=4"),
                    ("simulate", LUXEMBOURG, "--line", "stdout", "--fault", "crc-wrong"),
                    ("simulate", LUXEMBOURG, "--line", "stdout", "--speed", "max", "--count", "2", *start,
                     "--truth", truth, "--counter-file", counter),
                    ("render", LUXEMBOURG, "--truth", truth, "--at", start[1]), ("read", "-"), ("lint", "-"),
                    ("lint", "-", "--json"), ("seal", "-"), ("unseal", "-")):
                result = rig.run(*command, "--key-file", key, stdin=stream)
                said += result.stderr + result.stdout
            said += truth.read_bytes() + counter.read_bytes() + stats.read_bytes()
        said = said.upper()
        for secret in (KEY, OWN_AUTHENTICATION):
            other = f"{int(secret, 16) ^ (1 << 128) - 1:032X}"  # of the faults
            self.assertFalse(any(other[i:i + 10].encode() in said for i in range(len(other) - 9)))
            self.assertFalse(bytes.fromhex(secret).upper() in said)
            for i in range(len(secret) - 5):
                self.assertFalse(secret[i:i + 6].encode() in said, f"digits {i} to {i + 6} are")


class Counters(SealedCase):
    def test_begins_at_0_without_a_file(self):
        key = self.key_file(KEY)
        for _ in range(2):
            stream = self.simulate(LUXEMBOURG, "--key-file", key)
            self.assertEqual([frame[1] for frame in frames_of(stream)], [0, 1, 2])

    def test_goes_on_with_a_file_and_anew_with_a_new_key(self):
        counter = self.folder / "counter"
        for lines, expected in (([KEY], [0, 1, 2]), ([KEY], [3, 4, 5]),
                                ([OWN_AUTHENTICATION], [0, 1, 2]), ([KEY], [6, 7, 8]),
                                ([KEY, OWN_AUTHENTICATION], [9, 10, 11])):
            key = self.key_file(*lines)
            stream = self.simulate(LUXEMBOURG, "--key-file", key, "--counter-file", counter)
            self.assertEqual([frame[1] for frame in frames_of(stream)], expected)

    def test_falls_silent_at_the_last(self):
        key = self.key_file(KEY)
        counter = self.counter_file(key, LAST - 2)
        for expected in ([LAST - 2, LAST - 1], []):
            result = rig.run("simulate", LUXEMBOURG, "--line", "stdout", "--speed", "max", "--count",
                             5, "--key-file", key, "--counter-file", counter)
            self.assertIn(b"frame counter is exhausted", result.stderr)
            self.assertEqual([frame[1] for frame in frames_of(result.stdout)], expected)

    def test_bad_files_are_refused(self):
        key = self.key_file(KEY)
        path = self.folder / "counter"
        for content in (b"", b"something else\n", bytes(range(256)), KEY.encode()):
            path.write_bytes(content)
            self.assert_fails(2, [str(path), "not a counter file"], "simulate", LUXEMBOURG, "--line",
                              "stdout", "--key-file", key, "--counter-file", path)
            self.assertEqual(path.read_bytes(), content)
        self.assert_fails(2, "requires --key-file", "simulate", LUXEMBOURG, "--line", "stdout",
                          "--counter-file", path)
        self.assert_fails(4, "No such file", "simulate", LUXEMBOURG, "--line", "stdout",
                          "--key-file", key, "--counter-file", self.folder / "none" / "counter")
        self.assertEqual({file.name for file in self.folder.iterdir()}, {"key", "counter"})

    def test_one_file_is_for_one_process(self):
        key = self.key_file(KEY)
        path = self.folder / "counter"
        arguments = ("simulate", LUXEMBOURG, "--line", "stdout", "--key-file", key,
                     "--counter-file", path)
        with open(self.folder / "out", "wb") as out:
            self.start(*arguments, stdout=out)
        rig.wait_for(path.exists, "the first frame")
        self.assert_fails(2, "another process is using this counter file", *arguments)

    def test_kill_at_any_moment_never_repeats_one(self):
        seed = int(os.environ.get("P1RIG_SEED", "5"))
        rounds = 20 if rig.SANITIZED else 200
        chance = random.Random(seed)
        key = self.key_file(KEY)
        path = self.folder / "counter"
        sent = []
        streams = b""
        for _ in range(rounds):
            process = self.start("simulate", LUXEMBOURG, "--line", "stdout", "--speed", "max",
                                 "--key-file", key, "--counter-file", path,
                                 stdout=rig.subprocess.PIPE)
            stream = b""
            if chance.random() < 0.3:
                time.sleep(chance.random() * 0.05)
            else:
                stream = process.stdout.read(chance.randrange(1, 80000))
            process.kill()
            stream += process.stdout.read()
            process.wait()
            process.stdout.close()
            sent.extend(counters_in(stream, bytes.fromhex("5341470000112233")))
            streams += stream
        self.assertGreater(len(sent), rounds)
        self.assertEqual(len(sent), len(set(sent)), f"a counter was sent twice, seed {seed}")
        self.assertEqual(sent, sorted(sent))
        # The last frame of most runs is cut. Clock and registers begin anew in each run, the
        # counter does not, and its gaps are legal.
        lint = rig.run("lint", "-", "--json", "--key-file", key, stdin=streams)
        found = {(finding["rule"], finding["severity"])
                 for finding in json.loads(lint.stdout)["findings"]
                 if finding["rule"].startswith(("counter", "frame", "title"))}
        self.assertEqual(found - {("frame-tag", "error"), ("frame-cut", "warning")},
                         {("counter-gap", "warning")})


if __name__ == "__main__":
    unittest.main()
