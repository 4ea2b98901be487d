"""Whatever comes in, `read` and `lint` end with a documented code and little memory."""
import os
import pathlib
import random
import re
import subprocess
import threading
import unittest

import rig

MEGABYTES = int(os.environ.get("P1RIG_HOSTILE_MEGABYTES", "20"))
MEGABYTE = 1 << 20
MEMORY_LIMIT = 20 * MEGABYTE  # it has about 8, and what comes in is more than the rest
DOCUMENTED = {0, 1, 75}
SEED = 20


def random_bytes(megabytes):
    source = random.Random(SEED)
    for _ in range(megabytes):
        yield source.randbytes(MEGABYTE)


def repeated(pattern):
    portion = pattern * (MEGABYTE // len(pattern))
    return lambda megabytes: (portion for _ in range(megabytes))


def one_endless_line(megabytes):
    yield b"/ABC5\r\n\r\n1-0:1.8.1("
    yield from repeated(b"0")(megabytes)


def one_endless_telegram(megabytes):
    yield b"/ABC5\r\n\r\n"
    yield from repeated(b"1-0:1.8.1(000000.000*kWh)\r\n")(megabytes)


def noise_of_the_grammar(megabytes):
    """All the characters that mean something, in no order: many beginnings and ends."""
    source = random.Random(SEED)
    for _ in range(megabytes):
        yield bytes(source.choices(b"/!()*:-.\r\n01AF", k=MEGABYTE))


# What makes many telegrams is judged many times: a part of the megabytes is enough of it.
INPUTS = {
    "random bytes": (random_bytes, 1),
    "slashes": (repeated(b"/"), 1),
    "exclamation marks": (repeated(b"!"), 1),
    "brackets": (repeated(b"("), 1),
    "empty lines": (repeated(b"\r\n"), 1),
    "beginnings": (repeated(b"/A\r\n"), 1),
    "one endless line": (one_endless_line, 1),
    "one endless telegram": (one_endless_telegram, 1),
    "DLMS beginnings": (repeated(b"\xdb\x08"), 1),
    "noise of the grammar": (noise_of_the_grammar, 1 / 10),
    "empty telegrams": (repeated(b"/A\r\n\r\n!\r\n"), 1 / 20),
}


def memory_peak(pid):
    """What a process had at most since it was started. (wait4() would tell our own memory, too.)"""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024


class HostileInput(rig.Case):
    def swallow(self, command, portions):
        """Feeds the program and returns its exit code and the most memory that it had."""
        with open(os.devnull, "wb") as sink:
            process = self.start(command, "-", stdin=subprocess.PIPE, stdout=sink,
                                 stderr=subprocess.DEVNULL)
        guard = threading.Timer(rig.HANG, process.kill)
        guard.start()
        memory = 0
        try:
            for portion in portions:
                process.stdin.write(portion)
                memory = memory_peak(process.pid)
            process.stdin.close()
        except BrokenPipeError:
            pass
        code = process.wait()
        guard.cancel()
        return code, memory

    def test_inputs(self):
        for command in ("read", "lint"):
            for name, (make, part) in INPUTS.items():
                megabytes = max(1, int(MEGABYTES * part))
                with self.subTest(command=command, input=name, seed=SEED, megabytes=megabytes):
                    code, memory = self.swallow(command, make(megabytes))
                    self.assertIn(code, DOCUMENTED)
                    if not rig.SANITIZED:
                        self.assertLess(memory, MEMORY_LIMIT)

    def test_a_good_telegram_is_found_after_the_noise(self):
        telegram = rig.run("render", "iskra-am550").stdout
        noise = random.Random(SEED).randbytes(MEGABYTE)
        result = rig.run("read", "-", stdin=noise + b"\r\n" + telegram)
        self.assertEqual(result.returncode, 0)
        self.assertIn(b'{"telegram":', result.stdout.splitlines()[-1])

    def test_every_cut_of_a_telegram(self):
        telegram = rig.run("render", "iskra-am550").stdout
        for cut in range(0, len(telegram), 37):
            for command in ("read", "lint"):
                result = rig.run(command, "-", stdin=telegram[:cut])
                self.assertIn(result.returncode, DOCUMENTED, (command, cut))
        whole_and_more = rig.run("read", "-", stdin=telegram[300:] + telegram + telegram[:300])
        lines = whole_and_more.stdout.splitlines()
        self.assertEqual(sum(line.startswith(b'{"telegram":') for line in lines), 1)


if __name__ == "__main__":
    unittest.main()
