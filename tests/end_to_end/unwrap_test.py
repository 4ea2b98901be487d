"""Telegrams as people paste them: what read, lint, diagnose and anonymise make of them."""

import json
import subprocess
import unittest

import rig

TELEGRAM = (rig.SOURCE / "captures/printed/dsmr-5.0.2.recomputed-crc.txt").read_bytes()


def each_line(before, after=b""):
    """The lines of the telegram between two texts, with the line ends of a text file."""
    return b"".join(before + line + after + b"\n" for line in TELEGRAM.split(b"\r\n")[:-1])


# What stands around the telegram, and what is said of it.
WRAPPED = {
    "timestamps or names before each line": each_line(b"2026-01-15 12:00:03 "),
    '"> " mail quotes': each_line(b"> "),
    "blanks before each line": each_line(b"    "),
    "terminal colours": each_line(b"\x1b[32m", b"\x1b[0m"),
    "hexadecimal digits": TELEGRAM.hex(" ").encode() + b"\n",
    "string literals": repr(TELEGRAM).encode() + b"\n",
}


class Unwrap(rig.Case):
    def each(self):
        for what, text in WRAPPED.items():
            path = self.folder / "pasted.txt"
            path.write_bytes(text)
            with self.subTest(wrapper=what):
                yield what, path

    def test_read_lint_and_diagnose_take_it_off_and_say_so(self):
        for what, path in self.each():
            for command in ("read", "lint", "diagnose"):
                result = rig.run(command, path)
                self.assertEqual(result.returncode, 0, (command, result.stderr))
                self.assertIn(f"extracted from {what}", result.stderr.decode())
                self.assertEqual(result.stderr.count(b"\n"), 1)
                from_pipe = rig.run(command, "-", stdin=path.read_bytes())
                self.assertEqual(from_pipe.returncode, 0)
                self.assertIn(b"p1rig: stdin: extracted from", from_pipe.stderr)

    def test_raw_leaves_it_on(self):
        for _, path in self.each():
            for command, code in (("read", 1), ("lint", 75), ("diagnose", 1)):
                result = rig.run(command, path, "--raw")
                self.assertEqual(result.returncode, code, command)
                self.assertNotIn(b"extracted", result.stderr)

    def test_anonymise_writes_plain_telegrams(self):
        for what, path in self.each():
            out = self.folder / "out.txt"
            out.unlink(missing_ok=True)
            result = rig.run("anonymise", path, "-o", out)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stderr.decode().count(f"extracted from {what}"), 1)
            self.assertTrue(out.read_bytes().startswith(b"/ISk5\\2MT382-1000\r\n\r\n"))
            self.assertEqual(rig.run("lint", out, "--raw").returncode, 0)
            self.assert_fails(1, "no complete telegram", "anonymise", path, "--raw", "-o",
                              self.folder / "other.txt")

    def test_telegrams_as_they_are_say_nothing(self):
        for command in ("read", "lint", "diagnose"):
            result = rig.run(command, "-", stdin=TELEGRAM * 100)
            self.assertEqual((result.returncode, result.stderr), (0, b""), command)

    def test_a_stream_is_told_while_it_comes(self):
        """No telegram waits for the next one, plain or in a log."""
        for text in (TELEGRAM, each_line(b"12:00:03 ")):
            process = self.start("read", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
            for _ in range(3):
                process.stdin.write(text)
                process.stdin.flush()
                # Waits for as long as it takes; a telegram that is held back never comes.
                self.assertIn("telegram", json.loads(process.stdout.readline()))
            process.stdin.close()
            self.assertEqual(process.wait(), 0)


if __name__ == "__main__":
    unittest.main()
