"""A meter on a terminal, the reference reader beside it, and how both end."""
import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import termios
import time
import tty
import unittest

import rig

START = ["--start", "2026-06-15T10:00:07Z"]
# Ten seconds of the meter in one of ours. A reader that is slow then loses bytes.
FAST = ["--speed", "10", *START]
# As fast as the reader takes it: nothing is lost, however busy the machine is.
PATIENT = ["--speed", "max", *START]


def lines_of(path):
    return [json.loads(line)["telegram"] for line in path.read_text().splitlines()]


class Simulate(rig.Case):
    def meter(self, profile, *arguments, powerless=False):
        """A meter on a link, whose path is in self.link; it is there when this returns. A powerless
        one may do what users may do, even if we are root."""
        self.link = self.folder / "meter"
        before = ["setpriv", "--bounding-set=-sys_admin"] if powerless and os.getuid() == 0 else []
        process = self.start("simulate", profile, "--line", f"pty:{self.link}", *arguments,
                             before=before, stderr=subprocess.PIPE)
        rig.wait_for(lambda: self.link.is_symlink() or process.poll() is not None, "the link")
        self.assertTrue(self.link.is_symlink())
        return process

    def test_the_reader_says_what_the_truth_says(self):
        for profile in ("kaifa-ma304c", "iskra-mt382", "sagemcom-smarty-lux", "landisgyr-e360-se"):
            with self.subTest(profile=profile):
                truth = self.folder / "truth.jsonl"
                meter = self.meter(profile, "--truth", truth, *PATIENT)
                dialect = rig.json_of("profiles", "show", profile, "--json")["dialect"]
                reader = rig.run("read", self.link, "--count", "5", "--dialect", dialect)
                self.assertEqual((reader.returncode, reader.stderr), (0, b""))
                meter.terminate()
                self.assertEqual(meter.wait(rig.HANG), 130)
                said = [json.loads(line) for line in reader.stdout.splitlines()]
                self.assertEqual(len(said), 5)
                # The first one may be cut by the setting up of the terminal.
                told = iter(lines_of(truth))
                for line in said[1:]:
                    telegram, values = line["telegram"], self.values(line["telegram"])
                    self.assertGreater(len(values), 5)
                    same = next((truth for truth in told if self.values(truth) == values), None)
                    self.assertIsNotNone(same, f"the Truth tells nothing like {values}")
                    self.assertEqual(list(telegram), list(same))

    @staticmethod
    def values(telegram):
        """Everything said as a number with unit, a time, or a time with a number."""
        def plain(value):  # units are spelt in more than one way
            return {key: plain(part) for key, part in value.items()} \
                if isinstance(value, dict) else value.lower()

        return {code: plain(value) for code, value in telegram.items()
                if re.fullmatch(r"1-0:\d+\.[78]\.\d|0-0:1\.0\.0|0-.:24\.2\..", code) and value
                and not isinstance(value, list)}

    def test_the_link_goes_with_the_meter(self):
        meter = self.meter("kaifa-ma304c", "--count", "60", *PATIENT)
        self.assertEqual(rig.run("read", self.link).returncode, 0)
        self.assertEqual(meter.wait(rig.HANG), 0)
        self.assertFalse(self.link.is_symlink())

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                meter = self.meter("kaifa-ma304c")
                meter.send_signal(number)
                self.assertEqual(meter.wait(rig.HANG), 130)
                self.assertFalse(self.link.is_symlink())

    def test_the_reader_ends_with_the_meter(self):
        meter = self.meter("kaifa-ma304c", *FAST)
        reader = self.start("read", self.link, stdout=subprocess.PIPE)
        self.assertIn(b"telegram", reader.stdout.readline())
        meter.terminate()
        self.assertEqual(reader.wait(rig.HANG), 0)

    def test_the_reader_ends_by_a_signal(self):
        self.meter("kaifa-ma304c", *FAST)
        reader = self.start("read", self.link, stdout=subprocess.PIPE)
        self.assertIn(b"telegram", reader.stdout.readline())
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(rig.HANG), 130)

    def test_a_reader_that_locks_the_terminal_gets_the_last_bytes(self):
        # Root may look into a locked terminal; others, who are most, may not.
        meter = self.meter("kaifa-ma304c", "--count", "1", *FAST, powerless=True)
        terminal = os.open(self.link, os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, terminal)
        tty.setraw(terminal, termios.TCSANOW)  # without throwing away what has come already
        fcntl.ioctl(terminal, termios.TIOCEXCL)
        nothing = bytes(4)
        rig.wait_for(lambda: fcntl.ioctl(terminal, termios.FIONREAD, nothing) != nothing,
                     "the telegram")
        time.sleep(0.2)  # a slow reader: the telegram takes 7 ms
        got = b""
        while not re.search(rb"![0-9A-F]{4}\r\n$", got):
            got += os.read(terminal, 10_000)
        self.assertEqual(meter.wait(rig.HANG), 0)

    def test_in_a_pipe_only_the_terminal_is_named(self):
        meter = self.meter("kaifa-ma304c", "--count", "60", *PATIENT)
        self.assertEqual(rig.run("read", self.link).returncode, 0)
        self.assertEqual(meter.wait(rig.HANG), 0)
        self.assertRegex(meter.stderr.read().decode(),
                         f"^{self.link} -> /dev/pts/[0-9]+\n$")

    def test_on_a_terminal_each_telegram_is_told(self):
        ours, theirs = pty.openpty()
        meter = self.start("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "2",
                           *PATIENT, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        self.assertEqual(meter.wait(rig.HANG), 0)
        said = os.read(ours, 10_000).decode()
        os.close(ours)
        self.assertIn("260615120010S telegram 1,", said)
        self.assertIn("260615120020S telegram 2,", said)

    def test_stdout_gets_whole_telegrams(self):
        result = rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "50",
                         *PATIENT)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        telegrams = [b"/" + rest for rest in result.stdout.split(b"/")[1:]]
        self.assertEqual(len(telegrams), 50)
        for telegram in telegrams:
            covered, crc = rig.parts_of(telegram)
            self.assertEqual(int(crc, 16), rig.crc16(covered))
        # Ten seconds apart, from the first multiple of the period on.
        self.assertIn(b"0-0:1.0.0(260615120010S)", telegrams[0])
        self.assertIn(b"0-0:1.0.0(260615120820S)", telegrams[49])

    def test_the_same_seed_sends_the_same_bytes(self):
        arguments = ["simulate", "iskra-am550", "--line", "stdout", "--count", "20", *PATIENT]
        self.assertEqual(rig.run(*arguments).stdout, rig.run(*arguments).stdout)


class Render(rig.Case):
    def test_what_is_set_is_sent(self):
        truth = self.folder / "truth.json"
        result = rig.run("render", "iskra-am550", "--at", "261025023000W", "--truth", truth,
                         "--set", "power.import=1.2345 kW", "--set", "energy.import.t1=1 MWh",
                         "--set", "meter.id=AB")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"\r\n1-0:1.7.0(01.235*kW)\r\n", result.stdout)
        self.assertIn(b"\r\n1-0:1.8.1(001000.000*kWh)\r\n", result.stdout)
        self.assertIn(b"\r\n0-0:96.1.1(4142)\r\n", result.stdout)
        self.assertIn(b"\r\n0-0:1.0.0(261025023000W)\r\n", result.stdout)
        said = lines_of(truth)[0]
        self.assertEqual(said["1-0:1.7.0"], "1.235 kW")
        self.assertEqual(said["0-0:1.0.0"], "2026-10-25T02:30:00+01:00")


if __name__ == "__main__":
    unittest.main()
