"""Readers that p1rig starts with its shim: on a pseudo terminal their RTS, DTR, framing and breaks are
seen, as on a real port."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import unittest

import rig

START = ["--start", "2026-06-15T10:00:07Z"]
# A telegram a second.
FAST = ["--speed", "10", *START]
OLD, NEW = "iskra-mt382", "kaifa-ma304c"
NODE = rig.SOURCE / "tests" / "end_to_end" / "node"

# What the readers below begin with; Debian's pyserial is found by any Python.
PRELUDE = """
import json, os, sys, time
sys.path.append("/usr/lib/python3/dist-packages")
import serial
path = sys.argv[1]
def say(**what): print(json.dumps(what), flush=True)
def until(port, end):
    got, give_up = b"", time.monotonic() + 100
    while not got.endswith(end):
        got += port.read(1)
        if time.monotonic() > give_up: sys.exit(f"waited in vain for {end!r} after {got[-80:]!r}")
    return got
def during(port, seconds):
    got, end = b"", time.monotonic() + seconds
    while time.monotonic() < end: got += port.read(max(1, port.in_waiting))
    return got
"""


class Shim(rig.Case):
    def setUp(self):
        super().setUp()
        self.link = self.folder / "p1"
        self.stats = self.folder / "stats.json"

    def script(self, text):
        file = self.folder / "reader.py"
        file.write_text(PRELUDE + textwrap.dedent(text))
        return [sys.executable, file, self.link]

    def arguments(self, profile, command, *more, options="modem=shim"):
        return ["simulate", profile, "--line", f"pty:{self.link}?{options}", "--stats-json",
                self.stats, *more, "--", *command]

    def read(self, profile, command, *more, code=0, options="modem=shim"):
        """Runs a meter with a reader; what the reader says, and the statistics of its line."""
        result = rig.run(*self.arguments(profile, command, *more, options=options))
        self.errors = result.stderr.decode()
        self.assertEqual(result.returncode, code, self.errors)
        said = [json.loads(line) for line in result.stdout.splitlines()]
        return said, json.loads(self.stats.read_text())["lines"][0]


class PySerial(Shim):
    def test_the_settings_of_an_old_meter_are_seen_again_and_again(self):
        said, line = self.read(OLD, self.script("""
            for _ in range(3):
                with serial.Serial(path, 9600, 7, "E", timeout=0.05) as port:
                    until(port, b"/")
                    say(first=until(port, b"\\r\\n").decode(), bits=port.bytesize)
            """), *FAST)
        self.assertEqual([each["first"][:4] for each in said], ["ISk5"] * 3)
        self.assertEqual(line["settings"], "9600 7E1")

    def test_the_terminal_tells_the_reader_what_it_has_set(self):
        said, _ = self.read(OLD, self.script("""
            import termios
            with serial.Serial(path, 9600, 7, "E", timeout=0.05) as port:
                flags = termios.tcgetattr(port.fd)[2]
                say(seven=flags & termios.CSIZE == termios.CS7, parity=bool(flags & termios.PARENB))
            """), *FAST)
        self.assertEqual(said, [{"seven": True, "parity": True}])

    def test_the_settings_of_a_new_meter_are_seen(self):
        said, line = self.read(NEW, self.script("""
            with serial.Serial(path, 115200, timeout=0.05) as port:
                until(port, b"/")
                say(telegram=(b"/" + until(port, b"!") + until(port, b"\\n")).decode())
            """), *FAST)
        covered, crc = rig.parts_of(said[0]["telegram"].encode())
        self.assertEqual(int(crc, 16), rig.crc16(covered))
        self.assertEqual(line["settings"], "115200 8N1")

    def test_a_rate_without_a_name_is_seen(self):
        _, line = self.read(NEW, self.script("""
            with serial.Serial(path, 100000) as port: say(baud=port.baudrate)
            """), *FAST)
        self.assertEqual(line["settings"], "100000 8N1")

    def test_a_wrong_framing_shows(self):
        said, line = self.read(OLD, self.script("""
            with serial.Serial(path, 9600, timeout=0.05) as port:
                say(got=until(port, b"\\xaf\\xc9S\\xeb5").hex()) # LINES: "/ISk5" with parity in bit 7
            """), *FAST)
        self.assertTrue(said[0]["got"].endswith("afc953eb35"))
        self.assertEqual(line["settings"], "9600 8N1")

    def test_the_model_may_be_switched_off(self):
        said, _ = self.read(OLD, self.script("""
            with serial.Serial(path, 115200, timeout=0.05) as port:
                say(got=until(port, b"/ISk5").decode())
            """), *FAST, options="modem=shim&uart=off")
        self.assertTrue(said)

    def test_breaks_and_inputs(self):
        said, line = self.read(NEW, self.script("""
            with serial.Serial(path, 115200) as port:
                port.send_break(0.01)
                port.break_condition = True
                port.break_condition = False
                say(cts=port.cts, dsr=port.dsr, cd=port.cd, rts=port.rts, dtr=port.dtr)
            """), *FAST)
        self.assertEqual(said, [dict.fromkeys(("cts", "dsr", "cd", "rts", "dtr"), True)])
        self.assertEqual(line["breaks"], 2)

    def requests(self, wiring, line, active):
        """Setting `line` to `active` asks for data, and the other way releases it."""
        said, _ = self.read(OLD, self.script(f"""
            with serial.Serial(path, 9600, 7, "E", timeout=0.05) as port:
                port.{line} = {not active}
                port.reset_input_buffer()
                say(silent=during(port, 0.3).decode())
                asked = time.monotonic()
                port.{line} = {active}
                say(first=until(port, b"0-0:96").decode()[:5])
                say(soon=time.monotonic() - asked < 5)
                port.{line} = {not active}  # in the middle of a telegram, while it stalls
                say(rest=during(port, 3).decode())
                port.{line} = {active}
                say(whole=until(port, b"!").decode())
            """), *START, "--fault", "stall=1500ms,at=1-0:1.8.1",
            options="modem=shim" + (f"&wiring={wiring}" if wiring else ""))
        silent, first, soon, rest, whole = said
        self.assertEqual((silent["silent"], first["first"], soon["soon"]), ("", "/ISk5", True))
        self.assertNotIn("!", rest["rest"], "cut")
        self.assertTrue(whole["whole"].startswith("/ISk5"), "a whole one, no rest of the last")
        self.assertEqual(whole["whole"].count("/ISk5"), 1)

    def test_rts_is_data_request(self):
        self.requests(None, "rts", True)

    def test_an_inverted_rts_is_data_request(self):
        self.requests("rts#", "rts", False)

    def test_dtr_is_data_request(self):
        self.requests("dtr", "dtr", True)

    def test_an_inverted_dtr_is_data_request(self):
        self.requests("dtr#", "dtr", False)

    def test_bytes_stop_with_the_call_that_releases(self):
        said, _ = self.read(NEW, self.script("""
            with serial.Serial(path, 115200, timeout=0.05) as port:
                for _ in range(20):
                    until(port, b"/")
                    port.rts = False
                    port.reset_input_buffer()
                    say(late=len(during(port, 0.02)))
                    port.rts = True
            """), "--speed", "10", *START)
        self.assertEqual(said, [{"late": 0}] * 20)

    def test_what_was_received_before_the_release_is_the_readers(self):
        said, _ = self.read(NEW, self.script("""
            with serial.Serial(path, 115200, timeout=0.05) as port:
                until(port, b"/")
                while port.in_waiting < 300: time.sleep(0.001)
                waiting = port.in_waiting
                port.rts = False
                say(kept=port.in_waiting >= waiting)
            """), *FAST)
        self.assertEqual(said, [{"kept": True}])


class OtherReaders(Shim):
    def test_node_serialport(self):
        if shutil.which("node") is None or not (NODE / "node_modules" / "serialport").is_dir():
            raise AssertionError(f"there is no serialport in {NODE}: run scripts/install-deps.sh")
        said, line = self.read(OLD, ["node", NODE / "serialport.mjs", self.link], *FAST)
        self.assertEqual(said[0]["lines"], {"cts": True, "dsr": True, "dcd": True})
        self.assertEqual(said[1], {"late": 0})
        self.assertTrue(said[2]["telegram"].startswith("/ISk5"))
        self.assertEqual(line["settings"], "9600 7E1")

    def test_libserialport(self):
        # Our own adapter at the reader's end: what it sends comes out at the meter's.
        inner = [rig.PROGRAM, "simulate", OLD, "--line", f"serial:{self.link}?request=cts",
                 "--speed", "max", "--start", "2026-06-15T10:00:07Z", "--count", "1000"]
        if rig.SANITIZED:  # whose library insists on being the first
            inner = ["env", "ASAN_OPTIONS=verify_asan_link_order=0", *inner]
        result = rig.run(*self.arguments(NEW, inner, "--request", "off"))
        self.assertEqual(result.returncode, 0, result.stderr)
        line = json.loads(self.stats.read_text())["lines"][0]
        self.assertEqual(line["settings"], "9600 7E1")
        plain = rig.run("simulate", OLD, "--line", "stdout", "--speed", "max", "--start",
                        "2026-06-15T10:00:07Z", "--count", "1000").stdout
        self.assertEqual(line["received"], len(plain))

    def test_one_that_makes_its_system_calls_itself_is_noticed(self):
        # As Go programs do. It reads until the test has heard what it waits for.
        meter = self.start(*self.arguments(NEW, self.script("""
            import ctypes
            call = ctypes.CDLL(None).syscall
            tty = call(257, -100, path.encode(), os.O_RDWR | os.O_NOCTTY)  # openat of x86-64
            while os.read(tty, 100): pass
            """), *FAST), stderr=subprocess.PIPE)
        noted = next((line for line in meter.stderr if b"the shim in the reader does not respond" in line), b"")
        self.assertIn(b"Go programs", noted)
        meter.terminate()
        self.assertEqual(meter.wait(rig.HANG), 130)

    def test_others_are_not_said_to_be(self):
        self.read(NEW, self.script("""
            with open(path, "rb", buffering=0) as tty:
                time.sleep(1.5)
                say(got=len(tty.read(10)))
            """), *FAST)
        self.assertNotIn("shim", self.errors)

    def test_a_reader_may_be_started_by_hand(self):
        meter = self.start(*self.arguments(OLD, [], *FAST)[:-1], stderr=subprocess.PIPE)
        said = [meter.stderr.readline().decode() for _ in range(3)]
        words = said[2].split()
        self.assertEqual(words[-1], "COMMAND", said)
        added = dict(word.split("=", 1) for word in words[:-1])
        script = self.script("""
            with serial.Serial(path, 9600, 7, "E", timeout=0.05) as port: until(port, b"!")
            """)
        subprocess.run([str(word) for word in script], env={**os.environ, **added}, check=True,
                       timeout=rig.HANG)
        meter.send_signal(signal.SIGINT)
        self.assertEqual(meter.wait(rig.HANG), 130)
        line = json.loads(self.stats.read_text())["lines"][0]
        self.assertEqual(line["settings"], "9600 7E1")

    def test_two_lines_and_one_reader(self):
        second = self.folder / "p2"
        script = self.script("""
            for each, settings in ((path, (9600, 7, "E")), (sys.argv[2], (115200, 8, "N"))):
                with serial.Serial(each, *settings) as port: say(rts=port.rts)
            """)
        result = rig.run("simulate", OLD, "--line", f"pty:{self.link}?modem=shim", "--line",
                         f"pty:{second}?modem=shim", "--stats-json", self.stats, "--", *script,
                         second)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = json.loads(self.stats.read_text())["lines"]
        self.assertEqual([line["settings"] for line in lines], ["9600 7E1", "115200 8N1"])

    def test_options_that_make_no_sense(self):
        self.assert_fails(2, "modem lines", "simulate", NEW, "--line", "pty:?wiring=dtr")
        self.assert_fails(2, "expected shim", "simulate", NEW, "--line", "pty:?modem=root")
        self.assert_fails(2, "expected on or off", "simulate", NEW, "--line", "pty:?uart=1")
        self.assert_fails(2, "rts#", "simulate", NEW, "--line", "pty:?modem=shim&wiring=cts")


class Command(Shim):
    def run_command(self, *command):
        return rig.run("simulate", NEW, "--line", f"pty:{self.link}", *START, "--", *command)

    def test_its_exit_is_ours(self):
        self.assertEqual(self.run_command("true").returncode, 0)
        result = self.run_command("sh", "-c", "exit 3")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"sh ended with exit code 3", result.stderr)
        result = self.run_command("sh", "-c", "kill -9 $$")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"sh ended with signal 9", result.stderr)

    def test_none_of_that_name(self):
        result = self.run_command("/nowhere/reader")
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"cannot start /nowhere/reader: No such file or directory", result.stderr)
        self.assertFalse(os.path.lexists(self.link))

    def test_none_at_all(self):
        self.assert_fails(2, "must follow --", "simulate", NEW, "--")

    def gone(self, pid):
        """Neither running nor a zombie."""
        return not pathlib.Path(f"/proc/{pid}").exists()

    def test_what_it_leaves_running_is_ended(self):
        result = self.run_command("sh", "-c", "sleep 1000 & echo $!")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(self.gone(int(result.stdout)))

    def test_it_ends_with_the_meter(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130)):
            meter = self.start("simulate", NEW, "--line", f"pty:{self.link}", *START, "--", "sh", "-c",
                               "trap '' HUP; sleep 1000 & echo $! $$; wait", stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
            pids = [int(pid) for pid in meter.stdout.readline().split()]
            meter.send_signal(number)
            self.assertEqual(meter.wait(rig.HANG), code)
            for pid in pids:
                self.assertTrue(self.gone(pid))

    def test_one_that_ignores_everything_is_killed(self):
        meter = self.start("simulate", NEW, "--line", f"pty:{self.link}", *START, "--", "sh", "-c",
                           "trap '' HUP INT TERM; echo $$; while :; do sleep 1; done",
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pid = int(meter.stdout.readline())
        meter.terminate()
        self.assertEqual(meter.wait(rig.HANG), 130)
        self.assertTrue(self.gone(pid))
        self.assertIn(b"was stopped with the meter: signal 9", meter.stderr.read())

    def test_it_is_given_the_time_to_read_the_end(self):
        reader = self.folder / "reader.sh"
        reader.write_text(f"cat {self.link} > {self.folder}/got; echo done\n")
        result = rig.run("simulate", NEW, "--line", f"pty:{self.link}", "--speed", "max", "--count",
                         "3", *START, "--", "sh", reader)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, b"done\n")
        self.assertEqual((self.folder / "got").read_bytes().count(b"\r\n!"), 3)

    def test_it_does_not_outlive_a_meter_that_is_killed(self):
        meter = self.start("simulate", NEW, "--line", f"pty:{self.link}", *START, "--", "sh", "-c",
                           "echo $$; exec sleep 1000", stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
        pid = int(meter.stdout.readline())
        meter.kill()
        rig.wait_for(lambda: self.gone(pid) or
                     "State:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text(), "its end")


class Uart(Shim):
    """`?uart=on` without a shim: the rate is seen, and what it does."""

    def read_raw(self, profile, baud, count, options="uart=on"):
        meter = self.start("simulate", profile, "--line", f"pty:{self.link}?{options}", *FAST,
                           stderr=subprocess.DEVNULL)
        rig.wait_for(self.link.exists, "the link")
        sys.path.append("/usr/lib/python3/dist-packages")
        import serial  # pylint: disable=import-outside-toplevel
        with serial.Serial(str(self.link), baud, timeout=rig.HANG) as port:
            got = port.read(count)
        meter.kill()
        meter.wait()
        self.link.unlink(missing_ok=True)
        return got

    def test_an_old_meter_read_at_115200_gives_nul_and_diagnose_says_why(self):
        got = self.read_raw(OLD, 115200, 500)
        self.assertEqual(got, bytes(500))
        file = self.folder / "bytes"
        file.write_bytes(got)
        result = rig.run("diagnose", file)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 1, said)
        self.assertIn("1. reader-too-fast (likely)", said)
        self.assertIn("9600 7E1", said)

    def test_without_it_a_terminal_is_no_uart(self):
        self.assertIn(b"/ISk5", self.read_raw(OLD, 115200, 1000, "uart=off"))

    def test_the_right_rate_is_right(self):
        self.assertIn(b"/ISk5", self.read_raw(OLD, 9600, 1000))
        self.assertIn(b"/KFM5", self.read_raw(NEW, 115200, 2000))

    def test_a_new_meter_read_at_9600_is_garbage(self):
        got = self.read_raw(NEW, 9600, 50)
        self.assertNotIn(b"KFM", got)


if __name__ == "__main__":
    unittest.main()
