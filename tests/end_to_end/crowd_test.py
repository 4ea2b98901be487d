"""A hundred readers that open and close at random, on every kind of line, for P1RIG_CROWD_SECONDS
(default 4): nothing is left of them, neither descriptors nor memory, and the next one is served."""
import os
import pathlib
import random
import re
import socket
import subprocess
import time
import unittest

import rig

SECONDS = float(os.environ.get("P1RIG_CROWD_SECONDS", "4"))
READERS = 100
# A telegram a second.
FAST = ["--speed", "10", "--start", "2026-06-15T10:00:07Z"]
RTS_ON = b"\xff\xfa\x2c\x05\x0b\xff\xf0"  # RFC 2217 §3, SET-CONTROL


class Crowd(rig.Case):
    def meter(self, line):
        return self.start("simulate", "kaifa-ma304c", "--line", line, *FAST, stderr=subprocess.PIPE)

    def descriptors(self, meter):
        return len(os.listdir(f"/proc/{meter.pid}/fd"))

    def memory(self, meter):
        status = pathlib.Path(f"/proc/{meter.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def crowd(self, seconds, come, act, go):
        """Readers come, do something and go, at random."""
        chance = random.Random(4)
        readers, end, rounds = [], time.monotonic() + seconds, 0
        while time.monotonic() < end or rounds < 500:
            rounds += 1
            if len(readers) < READERS and chance.random() < 0.55:
                readers.append(come())
            elif readers:
                reader = readers[chance.randrange(len(readers))]
                if chance.random() < 0.5:
                    act(reader)
                else:
                    readers.remove(reader)
                    go(reader)
        for reader in readers:
            go(reader)

    def check(self, meter, come, act, go):
        first = come()
        self.read_telegram(first)
        go(first)
        self.crowd(SECONDS / 4, come, act, go)
        rig.wait_for(lambda: self.descriptors(meter) == self.before, "the descriptors")
        memory = self.memory(meter)
        self.crowd(SECONDS * 3 / 4, come, act, go)
        rig.wait_for(lambda: self.descriptors(meter) == self.before, "the descriptors")
        if not rig.SANITIZED:  # which keep freed memory
            self.assertLess(self.memory(meter) - memory, 1000, "kB more")
        last = come()
        self.read_telegram(last)
        go(last)

    def read_telegram(self, reader):
        got = b""
        while not re.search(rb"/KFM5[^!]*!....\r\n", got):
            got += self.read(reader)

    # A terminal: whoever opens it has it open, and some never read.

    def come_to_terminal(self):
        return os.open(self.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    @staticmethod
    def act_on_terminal(reader):
        try:
            os.read(reader, 1000)
            os.write(reader, b"\x11nobody hears this\n")
        except BlockingIOError:  # nothing to read, or no room
            pass

    def read(self, reader):
        if isinstance(reader, socket.socket):
            return reader.recv(1000)
        try:
            return os.read(reader, 1000)
        except BlockingIOError:
            time.sleep(0.001)
            return b""

    def on_terminal(self, options):
        self.link = self.folder / "p1"
        meter = self.meter(f"pty:{self.link}{options}")
        meter.stderr.readline()
        self.before = self.descriptors(meter)
        self.check(meter, self.come_to_terminal, self.act_on_terminal, os.close)

    def test_on_a_terminal(self):
        self.on_terminal("")

    def test_on_a_terminal_that_listens_to_a_shim(self):
        self.on_terminal("?modem=shim")

    # The network: TCP serves all of them, RFC 2217 one at a time and turns the others away.

    def on_network(self, line, hello, options=""):
        meter = self.meter(f"{line}:0{options}")
        port = int(re.search(r":(\d+) ", meter.stderr.readline().decode())[1])
        self.before = self.descriptors(meter)

        def come():
            reader = socket.create_connection(("127.0.0.1", port))
            reader.settimeout(rig.HANG)
            send(reader, hello)
            return reader

        def send(reader, data):
            try:
                reader.sendall(data)
            except ConnectionError:
                pass

        def act(reader):
            reader.setblocking(False)
            try:
                reader.recv(1000)
                send(reader, b"\xff\xfd\x2c garbage \xff\xfa\x2c\x01")
            except (BlockingIOError, ConnectionError):
                pass

        def go(reader):
            if hash(reader.fileno()) % 3 == 0:  # a reset instead of a farewell
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            reader.close()

        self.check(meter, come, act, go)

    def test_on_tcp(self):
        self.on_network("tcp-listen", b"")

    def test_on_rfc2217(self):
        self.on_network("rfc2217-listen", RTS_ON)


class OneBad(rig.Case):
    """What one client sends leaves the others undisturbed."""

    def test_garbage_and_a_million_bytes_among_others(self):
        meter = self.start("simulate", "kaifa-ma304c", "--line", "tcp-listen:0", "--speed", "40",
                           "--start", "2026-06-15T10:00:07Z", stderr=subprocess.PIPE)
        port = int(re.search(r":(\d+) ", meter.stderr.readline().decode())[1])
        good = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        for garbage in (os.urandom(1_000_000), b"\xff\xfa" * 500_000, b"GET / HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as bad:
                bad.sendall(garbage)
        for client in good:
            self.addCleanup(client.close)
            client.settimeout(rig.HANG)
            got = b""
            while got.count(b"\r\n!") < 8:
                got += client.recv(65536)
            telegrams = re.findall(rb"(/KFM5[^!]*!)(....)\r\n", got)
            self.assertGreaterEqual(len(telegrams), 6)
            for text, crc in telegrams:
                self.assertEqual(int(crc, 16), rig.crc16(text))
            # One follows the other: nobody has lost one.
            seconds = [int(at[-2:]) for at in re.findall(rb"0-0:1\.0\.0\((\d{12})[SW]\)", got)]
            self.assertEqual({(b - a) % 60 for a, b in zip(seconds, seconds[1:])}, {10})


if __name__ == "__main__":
    unittest.main()
