"""Runs inside the virtual machine of run.sh, as root, with vhci-hcd and ftdi_sio loaded: the serial
adapter and the emulated cable against the kernel's own driver, with pyserial as the reader."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import serial

PROGRAM = os.environ["P1RIG_PROGRAM"]
CROSSED = os.environ["P1RIG_CROSSED"]

# Only turns a hang into a failure: under emulation, on a busy host, everything is slow.
HANG = 240


def wait_for(condition, what):
    give_up = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.02)


class Lines:
    """What a process says, line by line, as it comes."""

    def __init__(self, stream):
        self.all = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            self.all.append(line.rstrip("\n"))

    def wait(self, text, since=0):
        wait_for(lambda: any(text in line for line in self.all[since:]),
                 f"{text!r} in {self.all[since:]}")
        return next(line for line in self.all[since:] if text in line)


class Case(unittest.TestCase):
    maxDiff = None

    def start(self, *arguments, **options):
        process = subprocess.Popen([str(argument) for argument in arguments], text=True, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(HANG)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def meter(self, profile, line, *more):
        process = self.start(PROGRAM, "simulate", profile, "--line", line, *more,
                             stderr=subprocess.PIPE)
        return process, Lines(process.stderr)

    def telegram(self, port):
        """The next whole telegram, from '/' through the line of '!'; what stood before it is lost."""
        give_up = time.monotonic() + HANG
        data = b""
        while time.monotonic() < give_up:
            data += port.read(max(1, port.in_waiting))
            begin = data.find(b"/")
            end = data.find(b"\r\n", data.find(b"!", begin)) if begin >= 0 and b"!" in data else -1
            if end > 0:
                return data[:begin], data[begin:end + 2]
        raise AssertionError(f"no telegram in {data!r}")

    def silence(self, port, seconds=1.5):
        """What still comes before the line has been silent for so long."""
        data, quiet_since = b"", time.monotonic()
        start = quiet_since
        while time.monotonic() - quiet_since < seconds:
            self.assertLess(time.monotonic() - start, HANG, "the line never falls silent")
            waiting = port.in_waiting
            if waiting:
                data += port.read(waiting)
                quiet_since = time.monotonic()
            time.sleep(0.005)
        return data


class CrossedCables(Case):
    """The libserialport adapter on one end, pyserial on the other."""

    def setUp(self):
        self.crossing = self.start(CROSSED, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = Lines(self.crossing.stdout)
        self.said.wait("ready")
        self.meter_port = self.said.wait("0 /dev/").split()[1]
        self.reader_port = self.said.wait("1 /dev/").split()[1]

    def tell(self, command):
        self.crossing.stdin.write(command + "\n")
        self.crossing.stdin.flush()

    def open_reader(self, baud=115200, bits=8, parity="N", rts=False):
        port = serial.Serial()
        port.port, port.baudrate, port.bytesize, port.parity = self.reader_port, baud, bits, parity
        port.timeout, port.rts = 0.05, rts
        port.open()
        self.addCleanup(port.close)
        return port

    def test_request_on_cts_is_obeyed(self):
        _, said = self.meter("kaifa-ma304c", f"serial:{self.meter_port}?request=cts",
                             "--speed", "5")
        said.wait("latency timer 1 ms")
        self.said.wait("0 open 115385 8N1")
        port = self.open_reader()
        self.silence(port)  # the kernel asserts RTS for a moment when a port is opened
        self.assertEqual(self.silence(port), b"", "bytes without a request")
        for _ in range(2):
            port.rts = True
            before, telegram = self.telegram(port)
            self.assertEqual(before, b"", "the first telegram is not whole")
            self.assertTrue(telegram.startswith(b"/KFM5"), telegram[:20])
            begun = b""
            while b"/KFM5" not in begun:  # into the next one
                begun += port.read(200)
            port.rts = False
            # What is on its way may still come; how long that takes is for bench-check to say.
            self.assertNotIn(b"/KFM5", self.silence(port), "telegrams do not stop")
            self.assertEqual(self.silence(port, 2.5), b"")

    def test_inverted_request_on_dsr(self):
        self.meter("kaifa-ma304c", f"serial:{self.meter_port}?request=dsr&active=cleared",
                   "--speed", "5")
        self.said.wait("0 open 115385 8N1")
        port = self.open_reader()
        port.dtr = True
        self.silence(port)
        port.dtr = False
        self.assertIn(b"/KFM5", self.telegram(port)[1])
        port.dtr = True
        self.silence(port)
        self.assertEqual(self.silence(port), b"")

    def test_9600_7e1_arrives(self):
        profile = "iskra-me382"
        self.meter(profile, f"serial:{self.meter_port}?request=cts")
        self.said.wait("0 open 9600 7E1")
        port = self.open_reader(9600, 7, "E", rts=True)
        self.assertTrue(self.telegram(port)[1].startswith(b"/ISk5"))
        port.close()
        # A reader set to 8N1 finds the parity in bit 7.
        plain = self.open_reader(9600, 8, "N", rts=True)
        data = b""
        give_up = time.monotonic() + HANG
        expected = b"\xaf\xc9S\xeb5"  # "/ISk5" with even parity
        while expected not in data and time.monotonic() < give_up:
            data += plain.read(max(1, plain.in_waiting))
        self.assertIn(expected, data)

    def test_node_serialport_asks_and_releases(self):
        script = pathlib.Path(os.environ["P1RIG_SOURCE_DIR"],
                              "tests/end_to_end/node/serialport.mjs")
        self.meter("iskra-me382", f"serial:{self.meter_port}?request=cts", "--speed", "5")
        self.said.wait("0 open 9600 7E1")
        reader = self.start("node", script, self.reader_port, stdout=subprocess.PIPE)
        lines, silence, answer = map(json.loads, reader.communicate(timeout=2 * HANG)[0].splitlines())
        # The meter's port is open: its RTS is the reader's CTS, its DTR the reader's DSR and DCD.
        self.assertEqual(lines, {"lines": {"cts": True, "dsr": True, "dcd": True}})
        self.assertEqual(silence, {"late": 0})
        self.assertTrue(answer["telegram"].startswith("/ISk5"), answer)
        self.said.wait("1 open 9600 7E1")

    def test_a_power_failure_takes_the_supply_away(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = pathlib.Path(folder, "failure.toml")
            scenario.write_text("""
[scenario]
title = "The grid fails"
made_for = "kaifa-ma304c"
start = "2026-06-15T10:00:00Z"

[[event]]
at = "2026-06-15T10:01:00Z"
kind = "power-failure"
duration = "60s"
""")
            _, said = self.meter("kaifa-ma304c", f"serial:{self.meter_port}?request=cts&supply=dtr",
                                 "--speed", "10", "--scenario", str(scenario), "--start",
                                 "2026-06-15T10:00:00Z")
            said.wait("latency timer 1 ms")
            port = self.open_reader()
            wait_for(lambda: port.dsr, "the supply")
            wait_for(lambda: not port.dsr, "its failure")
            wait_for(lambda: port.dsr, "its return")

    def test_closing_leaves_the_modem_lines_as_they_are(self):
        meter, _ = self.meter("kaifa-ma304c", f"serial:{self.meter_port}?supply=dtr", "--count",
                              "1", "--speed", "100")
        opened = self.said.all.index(self.said.wait("0 open 115385 8N1 rts=1 dtr=1"))
        self.assertEqual(meter.wait(HANG), 0)
        self.assertIn("rts=1 dtr=1", self.said.wait("0 closed", opened))

    def test_unplugging_is_survived(self):
        meter, said = self.meter("kaifa-ma304c", f"serial:{self.meter_port}?request=cts",
                                 "--speed", "5")
        port = self.open_reader(rts=True)
        self.telegram(port)
        self.tell("unplug 0")
        said.wait("unplugged; waiting for it to return")
        self.assertIsNone(meter.poll())
        self.silence(port)
        self.tell("plug 0")
        said.wait("plugged in again")
        self.silence(port, 0)
        self.assertIn(b"/KFM5", self.telegram(port)[1])

    def test_a_taken_port_is_refused(self):
        self.meter("kaifa-ma304c", f"serial:{self.meter_port}")
        self.said.wait("0 open")
        second = subprocess.run([PROGRAM, "simulate", "kaifa-ma304c", "--count", "1", "--line",
                                 f"serial:{self.meter_port}"], capture_output=True, text=True,
                                timeout=HANG, check=False)
        self.assertEqual(second.returncode, 4, second.stderr)
        self.assertIn("in use by another program", second.stderr)

    def test_bench_check(self):
        result = subprocess.run([PROGRAM, "bench-check", self.meter_port, self.reader_port,
                                 "--json"], capture_output=True, text=True, timeout=2 * HANG,
                                check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        certificate = json.loads(result.stdout)
        print(json.dumps(certificate["request_to_first_bit"]),
              json.dumps(certificate["release_to_last_bit"]))
        self.assertEqual([check["name"] for check in certificate["checks"]],
                         ["115200 8N1", "9600 7E1", "parity bit of 7E1"])
        self.assertIn({"output": "rts", "input": "cts", "inverted": False}, certificate["lines"])
        self.assertIn({"output": "dtr", "input": "dsr", "inverted": False}, certificate["lines"])
        self.assertEqual(certificate["reader_latency_timer_ms"], 1)


class Cable(Case):
    """p1rig is the cable: what its reader opens is made by the kernel."""

    def tty(self, said):
        return said.wait("/dev/ttyUSB").split()[0]

    def open(self, path, **settings):
        port = serial.Serial()
        port.port, port.timeout, port.rts = path, 0.05, settings.pop("rts", True)
        for name, value in settings.items():
            setattr(port, name, value)
        port.open()
        self.addCleanup(port.close)
        return port

    def test_pyserial_reads_and_asks(self):
        _, said = self.meter("kaifa-ma304c", "cable:", "--speed", "5")
        port = self.open(self.tty(said), baudrate=115200, rts=False)
        self.silence(port)  # the kernel asserts RTS for a moment when a port is opened
        self.assertEqual(self.silence(port), b"")
        self.assertTrue(port.cts)
        port.rts = True
        before, telegram = self.telegram(port)
        self.assertEqual(before, b"")
        self.assertTrue(telegram.startswith(b"/KFM5"))
        port.rts = False
        self.silence(port)
        self.assertEqual(self.silence(port), b"")

    def test_a_wrong_baud_rate_gives_nul(self):
        _, said = self.meter("iskra-me382", "cable:", "--speed", "5")
        port = self.open(self.tty(said), baudrate=115200)
        wait_for(lambda: port.in_waiting > 100, "anything at all")
        self.assertEqual(set(port.read(100)), {0})

    def test_inverted_wiring_and_other_serial_number(self):
        _, said = self.meter("kaifa-ma304c", "cable:?wiring=dtr#&serial=BENCH7", "--speed", "5")
        path = self.tty(said)
        device = pathlib.Path("/sys/bus/usb-serial/devices", pathlib.Path(path).name).resolve()
        self.assertEqual((device.parent.parent / "serial").read_text().strip(), "BENCH7")
        port = self.open(path, baudrate=115200)
        port.dtr = True
        self.silence(port)
        port.dtr = False
        self.assertTrue(self.telegram(port)[1].startswith(b"/KFM5"))

if __name__ == "__main__":
    unittest.main()
