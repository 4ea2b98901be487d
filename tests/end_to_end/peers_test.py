"""Serial port servers and clients of others: ser2net, and gensio's client."""
import json
import os
import re
import shutil
import signal
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

START = ["--start", "2026-06-15T10:00:07Z"]
# A telegram a second.
FAST = ["--speed", "10", *START]
OLD = "iskra-mt382"  # 9600 7E1


def program(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        raise AssertionError(f"{name} is missing: run scripts/install-deps.sh")
    return found


def read_until(port, end):
    """What the port gives up to `end`; a hang is a failure."""
    got, give_up = b"", time.monotonic() + rig.HANG
    while not got.endswith(end):
        got += port.read(1)
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain for {end!r} after {got[-80:]!r}")
    return got


def read_until_silent(port, seconds):
    """What still comes before nothing has come for so long."""
    got, last = b"", time.monotonic()
    give_up = last + rig.HANG
    while time.monotonic() - last < seconds:
        portion = port.read(max(1, port.in_waiting))
        if portion:
            got += portion
            last = time.monotonic()
        if last > give_up:
            raise AssertionError("never silent")
    return got


class Peers(rig.Case):
    def setUp(self):
        super().setUp()
        self.stats = self.folder / "stats.json"

    def meter(self, line, *more):
        return self.start("simulate", OLD, "--line", line, "--stats-json", self.stats, *more,
                          stderr=subprocess.PIPE)

    def listening_meter(self, options, *more):
        meter = self.meter(f"rfc2217-listen:0{options}", *more)
        said = meter.stderr.readline().decode()
        return meter, re.match(r"rfc2217-listen:127\.0\.0\.1:(\d+) ", said)[1]

    def line_of(self, meter):
        """The statistics of the line, after the meter was ended."""
        meter.send_signal(signal.SIGINT)
        self.assertEqual(meter.wait(rig.HANG), 130)
        return json.loads(self.stats.read_text())["lines"][0]

    def ser2net(self, connector):
        """The command of a ser2net that serves `connector`; its port is in self.port."""
        self.port = rig.free_port()
        file = self.folder / "ser2net.yaml"
        file.write_text("connection: &meter\n"
                        f"  accepter: telnet(rfc2217),tcp,127.0.0.1,{self.port}\n"
                        f"  connector: {connector}\n")
        # In the foreground, without lock files, which need root.
        return [program("ser2net"), "-n", "-d", "-u", "-c", str(file)]

    def open(self):
        url = f"rfc2217://127.0.0.1:{self.port}"
        port = serial.serial_for_url(url, baudrate=9600, bytesize=7, parity="E", timeout=0.05,
                                     do_not_open=True)
        give_up = time.monotonic() + rig.HANG
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyserial's own
            while True:  # until ser2net listens
                try:
                    port.open()
                    break
                except serial.SerialException:
                    if time.monotonic() > give_up:
                        raise
                    time.sleep(0.1)
        self.addCleanup(port.close)
        return port

    def check_request(self, port):
        """RTS through ser2net is Data Request at the meter."""
        read_until(port, b"/ISk5")  # opening it flushes: in the middle of one
        read_until(port, b"!")
        for _ in range(2):
            port.rts = False
            read_until_silent(port, 1.5)  # what ser2net had already got
            port.rts = True
            telegram = read_until(port, b"!")
            self.assertTrue(telegram.startswith(b"/ISk5"), telegram[:20])
            self.assertEqual(telegram.count(b"/ISk5"), 1)


class Gensio(Peers):
    def test_the_client_of_gensio(self):
        meter, port = self.listening_meter("?wiring=vcc", *FAST)
        client = subprocess.Popen([program("gensiot"), "-e", "1",
                                   f"telnet(rfc2217),tcp,127.0.0.1,{port}"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self._end, client)
        got = b""
        while b"/ISk5" not in got:
            got += os.read(client.stdout.fileno(), 1000)
        client.stdin.write(b"\x01s9600\n\x017\x01e\x01b")
        client.stdin.flush()
        more = b""
        while b"/ISk5" not in more:
            more += os.read(client.stdout.fileno(), 1000)
        line = self.line_of(meter)
        self.assertEqual(line["settings"], "9600 7E1")
        self.assertGreaterEqual(line["breaks"], 1)


class Ser2net(Peers):
    def test_in_between_as_our_client(self):
        meter, port = self.listening_meter("", *START, "--speed", "5")
        server = subprocess.Popen(self.ser2net(f"telnet(rfc2217),tcp,127.0.0.1,{port}"))
        self.addCleanup(self._end, server)
        self.check_request(self.open())
        self.assertEqual(self.line_of(meter)["settings"], "9600 7E1")

    def test_with_our_terminal_as_its_serial_port(self):
        link = self.folder / "p1"
        command = self.ser2net(f"serialdev,{link},9600e71,local")
        meter = self.meter(f"pty:{link}?modem=shim", *START, "--speed", "5", "--", *command)
        self.check_request(self.open())
        self.assertEqual(self.line_of(meter)["settings"], "9600 7E1")


if __name__ == "__main__":
    unittest.main()
