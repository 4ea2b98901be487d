"""A meter behind a serial port on the network, read by pyserial over rfc2217://."""
import json
import re
import socket
import subprocess
import sys
import time
import unittest
import warnings

import rig

try:
    import serial
except ImportError:  # another Python than Debian's: pyserial is plain Python
    sys.path.append("/usr/lib/python3/dist-packages")
    import serial

# A telegram a second, at the true pace of the line.
FAST = ["--speed", "10", "--start", "2026-06-15T10:00:07Z"]
START = ["--start", "2026-06-15T10:00:07Z"]

# RFC 854 and RFC 2217 §3.
IAC, WILL, SB, SE, COM_PORT = b"\xff", b"\xfb", b"\xfa", b"\xf0", b"\x2c"
RTS_ON = IAC + SB + COM_PORT + b"\x05\x0b" + IAC + SE


def read_until(port, end, seconds=rig.HANG):
    """What the port gives up to `end`; a hang is a failure."""
    got, give_up = b"", time.monotonic() + seconds
    while not got.endswith(end):
        got += port.read(1)
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain for {end!r} after {got[-80:]!r}")
    return got


def read_telegram(port):
    """The next whole one: pyserial asks for data, and then flushes what has come."""
    read_until(port, b"/")
    return b"/" + read_until(port, b"!") + read_until(port, b"\r\n")


def read_for(port, seconds):
    """Everything that comes within this time."""
    got, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        got += port.read(max(1, port.in_waiting))
    return got


class Rfc2217(rig.Case):
    def meter(self, profile, *arguments, wiring=None, uart=None):
        """A meter behind a port, whose URL for pyserial is in self.url."""
        self.stats = self.folder / "stats.json"
        options = [f"wiring={wiring}"] * bool(wiring) + [f"uart={uart}"] * bool(uart)
        line = "rfc2217-listen:0" + "?" * bool(options) + "&".join(options)
        process = self.start("simulate", profile, "--line", line, "--stats-json", self.stats,
                             *arguments, stderr=subprocess.PIPE)
        said = process.stderr.readline().decode()
        self.assertIn("this machine only", said)
        self.port = int(re.match(r"rfc2217-listen:127\.0\.0\.1:(\d+) ", said)[1])
        self.url = f"rfc2217://127.0.0.1:{self.port}"
        return process

    def open(self, **settings):
        port = serial.serial_for_url(self.url, do_not_open=True, timeout=0.05, **settings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyserial's own
            port.open()
        self.addCleanup(port.close)
        return port

    def stats_of(self, meter):
        """The statistics of the line, after the meter was ended."""
        meter.terminate()
        self.assertEqual(meter.wait(rig.HANG), 130)
        return json.loads(self.stats.read_text())["lines"][0]

    def check(self, telegram):
        self.assertTrue(telegram.startswith(b"/"), telegram[:20])
        covered, crc = rig.parts_of(telegram)
        self.assertEqual(int(crc, 16), rig.crc16(covered))

    def test_the_settings_of_an_old_meter_are_seen(self):
        meter = self.meter("iskra-mt382", *FAST)
        port = self.open(baudrate=9600, bytesize=7, parity="E", stopbits=1)
        self.assertTrue(read_telegram(port).startswith(b"/ISk5"))
        self.assertEqual(self.stats_of(meter)["settings"], "9600 7E1")

    def test_the_settings_of_a_new_meter_are_seen(self):
        meter = self.meter("kaifa-ma304c", *FAST)
        port = self.open(baudrate=115200)
        self.check(read_telegram(port))
        self.assertEqual(self.stats_of(meter)["settings"], "115200 8N1")

    def test_a_port_that_is_set_wrongly_gets_what_it_would(self):
        self.meter("iskra-mt382", *FAST)
        port = self.open(baudrate=115200)
        self.assertEqual(set(read_until(port, bytes(100))), {0})
        port.baudrate = 9600
        read_until(port, b"\xaf\xc9S\xeb")  # "/ISk" with parity in bit 7
        port.bytesize, port.parity = 7, "E"
        read_until(port, b"/ISk5")

    def test_unless_that_is_switched_off(self):
        self.meter("iskra-mt382", *FAST, uart="off")
        read_until(self.open(baudrate=115200), b"/ISk5")

    def test_what_pyserial_needs_is_answered(self):
        meter = self.meter("kaifa-ma304c", *FAST)
        port = self.open(baudrate=115200)
        self.assertFalse(port.cts)
        self.assertFalse(port.dsr)
        port.reset_input_buffer()
        port.reset_output_buffer()
        port.write(b"\xff nobody hears this \xff")
        port.break_condition = True
        port.break_condition = False
        self.check(read_telegram(port))
        self.assertEqual(self.stats_of(meter)["received"], 21)

    def requests(self, meter_wiring, on, off):
        """`on` and `off` set the port; the line must follow."""
        # Telegrams stall, so that a release falls into their middle on a busy machine, too.
        self.meter("iskra-mt382", *START, "--fault", "stall=1500ms,at=1-0:1.8.1",
                   wiring=meter_wiring)
        port = self.open(baudrate=9600, bytesize=7, parity="E")
        off(port)
        port.reset_input_buffer()
        self.assertEqual(read_for(port, 0.3), b"", "silent while inactive")
        asked = time.monotonic()
        on(port)
        self.assertTrue(read_until(port, b"0-0:96").startswith(b"/ISk5"))
        self.assertLess(time.monotonic() - asked, 5, "at once, not in up to ten seconds")
        off(port)  # in the middle of a telegram
        rest = read_for(port, 3)
        self.assertNotIn(b"!", rest, "cut")
        on(port)
        telegram = read_until(port, b"!")
        self.assertTrue(telegram.startswith(b"/ISk5"), "a whole one, no rest of the last")
        self.assertEqual(telegram.count(b"/ISk5"), 1)

    def test_rts_is_data_request(self):
        self.requests(None, lambda port: setattr(port, "rts", True),
                      lambda port: setattr(port, "rts", False))

    def test_an_inverted_rts_is_data_request(self):
        self.requests("rts#", lambda port: setattr(port, "rts", False),
                      lambda port: setattr(port, "rts", True))

    def test_dtr_is_data_request(self):
        self.requests("dtr", lambda port: setattr(port, "dtr", True),
                      lambda port: setattr(port, "dtr", False))

    def test_an_inverted_dtr_is_data_request(self):
        self.requests("dtr#", lambda port: setattr(port, "dtr", False),
                      lambda port: setattr(port, "dtr", True))

    def test_a_request_tied_to_the_supply_needs_no_line(self):
        self.meter("kaifa-ma304c", *FAST, wiring="vcc")
        port = self.open(baudrate=115200)
        port.rts = port.dtr = False
        self.check(read_telegram(port))

    def test_one_client_has_the_port_and_the_next_gets_it_after_it(self):
        self.meter("kaifa-ma304c", *FAST)
        for _ in range(5):
            port = self.open(baudrate=115200)
            with socket.create_connection(("127.0.0.1", self.port)) as other:
                other.settimeout(rig.HANG)
                self.assertEqual(other.recv(100), b"The port is in use.\r\n")
                self.assertEqual(other.recv(100), b"")
            self.check(read_telegram(port))
            port.close()

    def test_garbage_and_a_million_bytes_do_no_harm(self):
        meter = self.meter("kaifa-ma304c", *FAST)
        garbage = [bytes(range(256)) * 100, (IAC + SB) * 1000, IAC + SB + COM_PORT + b"x" * 1_000_000,
                   IAC, IAC + SB + COM_PORT + b"\x01\x00" + IAC + SE, b"x" * 1_000_000]
        for bytes_ in garbage:
            with socket.create_connection(("127.0.0.1", self.port)) as client:
                client.settimeout(rig.HANG)
                # Whoever does not read what it is answered is hung up on.
                try:
                    client.sendall(bytes_)
                except ConnectionError:
                    pass
        # What the last one sent has to be heard to its end.
        rig.wait_for(lambda: not self.is_busy(), "the port")
        port = self.open(baudrate=115200)
        self.check(read_telegram(port))
        self.assertIsNone(meter.poll())

    def is_busy(self):
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.settimeout(0.2)
            try:
                return client.recv(1) != b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

    def test_a_client_that_never_reads_its_answers_is_hung_up_on(self):
        self.meter("kaifa-ma304c", *FAST)
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.settimeout(rig.HANG)
            with self.assertRaises(ConnectionError):
                while True:
                    client.sendall(RTS_ON * 1000)


if __name__ == "__main__":
    unittest.main()
