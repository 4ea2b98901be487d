"""npm p1-reader reads our meters from a terminal, and what it says is the Truth.

p1-reader cuts voltages and currents to integers and takes local time for UTC, so energies, total
powers and M-Bus readings are compared. It keeps one M-Bus reading, the last of the telegram.
"""
import json
import os
import re
import shutil
import subprocess
import unittest
from decimal import Decimal

import rig

NODE = rig.SOURCE / "tests" / "end_to_end" / "node"
COUNT = 3

# One of each dialect that p1-reader may be asked to read, from each brand.
PROFILES = ["iskra-mt382", "landisgyr-e350-dsmr22", "landisgyr-e350-zcf100-dsmr40", "kaifa-ma304c",
            "iskra-am550", "sagemcom-t210-d", "sagemcom-s211-emucs14", "sagemcom-t211-d-emucs17",
            "landisgyr-e360-emucs21", "sagemcom-smarty-lux"]

READINGS = {
    "1-0:1.8.1": ("electricity", "received", "tariff1"),
    "1-0:1.8.2": ("electricity", "received", "tariff2"),
    "1-0:2.8.1": ("electricity", "delivered", "tariff1"),
    "1-0:2.8.2": ("electricity", "delivered", "tariff2"),
    "1-0:1.7.0": ("electricity", "received", "actual"),
    "1-0:2.7.0": ("electricity", "delivered", "actual"),
}
MBUS_READING = re.compile(r"0-[1-4]:24\.2\.1|0-1:24\.2\.3|0-1:24\.3\.0")


def mbus_reading(code, told):
    """The value and unit of an M-Bus entry of the Truth; None for an unset one."""
    if code.endswith("24.3.0"):  # (time)(00)(60)(1)(0-1:24.2.1)(m3) and, on its own line, (value)
        return f"{told[6]} {told[5]}"
    return told["value"] if isinstance(told, dict) else None


class P1Reader(rig.Case):
    @classmethod
    def setUpClass(cls):
        if shutil.which("node") is None or not (NODE / "node_modules" / "p1-reader").is_dir():
            raise AssertionError(f"there is no p1-reader in {NODE / 'node_modules'}: "
                                 "run scripts/install-deps.sh")
        lock = json.loads((NODE / "package-lock.json").read_text())
        assert lock["packages"]["node_modules/p1-reader"]["version"] == "2.0.6"

    def read(self, name):
        """The Truth of three telegrams, and what p1-reader says of them."""
        profile = rig.json_of("profiles", "show", name, "--json")
        link, truth = self.folder / name, self.folder / "truth.jsonl"
        meter = self.start("simulate", name, "--line", f"pty:{link}", "--speed", "10", "--scenario",
                           "solar-day", "--start", "2026-06-21T11:00:07Z", "--count", COUNT,
                           "--truth", truth, stderr=subprocess.DEVNULL)
        rig.wait_for(lambda: link.is_symlink() or meter.poll() is not None, "the link")
        reader = subprocess.run(
            ["node", NODE / "p1-reader.mjs", link, str(profile["baud"]), profile["framing"]],
            capture_output=True, timeout=rig.HANG, env=os.environ | {"TZ": "UTC"})
        self.assertEqual(reader.returncode, 0, reader.stderr.decode())
        self.assertEqual(meter.wait(rig.HANG), 0)
        # The Truth begins before the reader came, and the reader may have seen a telegram while
        # it was still setting up: the last ones are those that count.
        told = [json.loads(line)["telegram"] for line in truth.read_text().splitlines()]
        said = [json.loads(line) for line in reader.stdout.splitlines()]
        return told[-COUNT:], said[-COUNT:]

    def test_what_it_says_is_the_truth(self):
        exported = 0
        for name in PROFILES:
            with self.subTest(profile=name):
                told, said = self.read(name)
                self.assertEqual(len(said), COUNT)
                for truth, reading in zip(told, said):
                    self.check(truth, reading)
                    exported += reading["electricity"]["delivered"]["actual"]["reading"] > 0
        self.assertGreater(exported, 0, "at noon the sun should win")

    def check(self, truth, reading):
        compared = 0
        for code, path in READINGS.items():
            said = reading
            for key in path:
                said = said[key]
            if code not in truth:
                self.assertIsNone(said["reading"], code)
                continue
            self.check_value(code, truth[code], said)
            compared += 1
        self.assertGreaterEqual(compared, 2)
        mbus = [(code, value) for code, value in truth.items() if MBUS_READING.fullmatch(code)]
        self.assertTrue(mbus, "there is no M-Bus device to compare")
        self.check_value(mbus[-1][0], mbus_reading(*mbus[-1]), reading["gas"])

    def check_value(self, code, truth, said):
        number, unit = truth.split(" ")
        self.assertEqual(Decimal(str(said["reading"])), Decimal(number), code)
        self.assertEqual(said["unit"], unit, code)


if __name__ == "__main__":
    unittest.main()
