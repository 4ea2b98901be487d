"""A meter on a terminal, the reference reader beside it, and how both end."""
import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
import time
import tty
import unittest

import rig

# Ten seconds of the meter in one of ours.
FAST = ["--speed", "10", "--start", "2026-06-15T10:00:07Z"]


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
                meter = self.meter(profile, "--count", "3", "--truth", truth, *FAST)
                reader = rig.run("read", self.link)
                self.assertEqual((reader.returncode, reader.stderr), (0, b""))
                self.assertEqual(meter.wait(rig.HANG), 0)
                said = [json.loads(line) for line in reader.stdout.splitlines()]
                said = [line["telegram"] for line in said if "telegram" in line]
                # The Truth begins before the reader came, and the reader may see a telegram while
                # it is still setting up: the last three are those that count.
                self.assertGreaterEqual(len(said), 3)
                for told, read in zip(lines_of(truth)[-3:], said[-3:]):
                    self.check(told, read)

    def check(self, told, read):
        """Everything said as a number, a time, or a time with a number."""
        self.assertEqual(list(told), list(read))
        compared = 0
        for code, value in told.items():
            if isinstance(value, dict) or (isinstance(value, str) and " " in value):
                self.assertEqual(self.plain(read[code]), self.plain(value), code)
                compared += 1
        self.assertGreater(compared, 5)

    @staticmethod
    def plain(value):
        """Units are spelt in more than one way."""
        if isinstance(value, dict):
            return {key: Simulate.plain(part) for key, part in value.items()}
        return value.lower()

    def test_the_link_goes_with_the_meter(self):
        meter = self.meter("kaifa-ma304c", "--count", "1", *FAST)
        self.assertEqual(rig.run("read", self.link, "--count", "1").returncode, 0)
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
        tty.setraw(terminal)
        fcntl.ioctl(terminal, termios.TIOCEXCL)
        nothing = bytes(4)
        rig.wait_for(lambda: fcntl.ioctl(terminal, termios.FIONREAD, nothing) != nothing,
                     "the telegram")
        time.sleep(0.2)  # a slow reader: the telegram takes 7 ms
        self.assertTrue(os.read(terminal, 10_000).endswith(b"\r\n"))
        self.assertEqual(meter.wait(rig.HANG), 0)

    def test_in_a_pipe_only_the_terminal_is_named(self):
        meter = self.meter("kaifa-ma304c", "--count", "2", *FAST)
        self.assertEqual(rig.run("read", self.link, "--count", "2").returncode, 0)
        self.assertEqual(meter.wait(rig.HANG), 0)
        self.assertRegex(meter.stderr.read().decode(),
                         f"^{self.link} -> /dev/pts/[0-9]+\n$")

    def test_on_a_terminal_each_telegram_is_told(self):
        ours, theirs = pty.openpty()
        meter = self.start("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "2",
                           "--speed", "max", "--start", "2026-06-15T10:00:07Z",
                           stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        self.assertEqual(meter.wait(rig.HANG), 0)
        said = os.read(ours, 10_000).decode()
        os.close(ours)
        self.assertIn("260615120010S telegram 1,", said)
        self.assertIn("260615120020S telegram 2,", said)

    def test_stdout_gets_whole_telegrams(self):
        result = rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "50",
                         "--speed", "max", "--start", "2026-06-15T10:00:07Z")
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
        arguments = ["simulate", "iskra-am550", "--line", "stdout", "--count", "20", "--speed",
                     "max", "--start", "2026-06-15T10:00:07Z"]
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
