"""What the end-to-end tests share: the program, how to run it, and an independent CRC."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["P1RIG_PROGRAM"]
SOURCE = pathlib.Path(os.environ["P1RIG_SOURCE_DIR"])
SANITIZED = os.environ.get("P1RIG_SANITIZED", "") not in ("", "OFF", "0")

# Nothing here takes long: this only turns a hang into a failure.
HANG = 300

# What a reader gets that will answer, however busy the machine is; less where it is to be given up.
ENDLESS = "1h"


def run(*arguments, stdin=b"", timeout=HANG, **options):
    """Runs p1rig to its end. The result has returncode, stdout and stderr (bytes)."""
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=timeout, **options)


def start(*arguments, before=(), **options):
    """Starts p1rig, by the program `before` where there is one."""
    return subprocess.Popen([*before, PROGRAM, *map(str, arguments)], **options)


def json_of(*arguments):
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def profile_names():
    return [profile["name"] for profile in json_of("profiles", "--json")]


def crc16(data):
    """CRC-16/ARC bit by bit: x16+x15+x2+1, least significant bit first, start 0."""
    crc = 0
    for byte in data:
        for bit in range(8):
            out = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0xA001 if out else 0)
    return crc


def parts_of(telegram):
    """The bytes that a CRC covers, and what stands after the '!', without its line end."""
    bang = telegram.rindex(b"\r\n!") + 2
    assert telegram.endswith(b"\r\n"), telegram[-10:]
    return telegram[:bang + 1], telegram[bang + 1:-2]


def free_port():
    """A port on which nobody listens: none of those that connections get, which other tests make."""
    while True:
        port = random.randrange(20_000, 32_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            pass


def wait_for(condition, what):
    """Waits until the condition holds; a hang is a failure."""
    give_up = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)


class Case(unittest.TestCase):
    """A test with a folder of its own, that leaves no process behind."""
    maxDiff = None

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="p1rig-")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)

    def start(self, *arguments, **options):
        process = start(*arguments, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def assert_fails(self, code, words, *arguments, **options):
        """The program ends with this code and says all of these words on stderr."""
        result = run(*arguments, **options)
        said = result.stderr.decode()
        self.assertEqual(result.returncode, code, said)
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, said)
        self.assertEqual(result.stdout, b"")
        return said
