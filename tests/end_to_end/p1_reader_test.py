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
ADAPTER = rig.SOURCE / "conformance" / "readers" / "p1-reader.mjs"
COUNT = 3

# One of each dialect that p1-reader may be asked to read, from each brand.
PROFILES = ["iskra-mt382", "landisgyr-e350-dsmr22", "landisgyr-e350-zcf100-dsmr40", "kaifa-ma304c",
            "iskra-am550", "sagemcom-t210-d", "sagemcom-s211-emucs14", "sagemcom-t211-d-emucs17",
            "landisgyr-e360-emucs21", "sagemcom-smarty-lux"]

# Where p1-reader keeps them: electricity.received.tariff1 and so on.
READINGS = {
    "1-0:1.8.1": ("received", "tariff1"),
    "1-0:1.8.2": ("received", "tariff2"),
    "1-0:2.8.1": ("delivered", "tariff1"),
    "1-0:2.8.2": ("delivered", "tariff2"),
    "1-0:1.7.0": ("received", "actual"),
    "1-0:2.7.0": ("delivered", "actual"),
}
MBUS_READING = re.compile(r"0-[1-4]:24\.2\.1|0-1:24\.2\.3|0-1:24\.3\.0")


def number_and_unit(text):
    number, unit = text.split(" ")
    return Decimal(number), unit


def mbus_reading(code, told):
    """The value of an M-Bus entry of the Truth, with its unit; None where the time is unset."""
    if code.endswith("24.3.0"):  # (time)(00)(60)(1)(0-1:24.2.1)(m3) and, on its own line, (value)
        return f"{told[6]} {told[5]}"
    return told["value"] if isinstance(told, dict) else None


def expected(truth):
    """What p1-reader should say of a telegram, by OBIS code; None where it has no such object."""
    values = {code: truth.get(code) for code in READINGS}
    values["M-Bus"] = [mbus_reading(code, told) for code, told in truth.items()
                       if MBUS_READING.fullmatch(code)][-1]
    return {code: text and number_and_unit(text) for code, text in values.items()}


def values_of(reading):
    """The same, of what p1-reader says."""
    values = {"M-Bus": reading["gas"]}
    for code, (direction, register) in READINGS.items():
        values[code] = reading["electricity"][direction][register]
    return {code: None if said["reading"] is None else (Decimal(str(said["reading"])), said["unit"])
            for code, said in values.items()}


class P1Reader(rig.Case):
    @classmethod
    def setUpClass(cls):
        if shutil.which("node") is None or not (NODE / "node_modules" / "p1-reader").is_dir():
            raise AssertionError(f"there is no p1-reader in {NODE / 'node_modules'}: "
                                 "run scripts/install-deps.sh")
        lock = json.loads((NODE / "package-lock.json").read_text())
        assert lock["packages"]["node_modules/p1-reader"]["version"] == "2.0.6"

    def read(self, name):
        """The Truth of all telegrams, and what p1-reader says of some in a row."""
        profile = rig.json_of("profiles", "show", name, "--json")
        link, truth = self.folder / name, self.folder / "truth.jsonl"
        meter = self.start("simulate", name, "--line", f"pty:{link}", "--speed", "max", "--scenario",
                           "solar-day", "--start", "2026-06-21T11:00:07Z", "--truth", truth,
                           stderr=subprocess.DEVNULL)
        rig.wait_for(lambda: link.is_symlink() or meter.poll() is not None, "the link")
        reader = subprocess.run(
            ["node", ADAPTER, link, str(profile["baud"]), profile["framing"],
             str(COUNT + 1)], capture_output=True, timeout=rig.HANG, env=os.environ | {"TZ": "UTC"})
        self.assertEqual(reader.returncode, 0, reader.stderr.decode())
        meter.terminate()
        self.assertEqual(meter.wait(rig.HANG), 130)
        told = [json.loads(line)["telegram"] for line in truth.read_text().splitlines()]
        said = [json.loads(line) for line in reader.stdout.splitlines()]
        # The first one may be cut: serialport empties what it finds after opening.
        return told, said[1:]

    def test_what_it_says_is_the_truth(self):
        for name in PROFILES:
            with self.subTest(profile=name):
                told, said = self.read(name)
                told = [expected(telegram) for telegram in told]
                self.assertEqual(len(said), COUNT)
                at = 0
                for reading in said:
                    values = values_of(reading)
                    self.assertIn(values, told[at:])
                    at = told.index(values, at) + 1
                    self.assertGreaterEqual(sum(value is not None for value in values.values()), 3)
                    self.assertIsNotNone(values["M-Bus"])
                    self.assertGreater(values["1-0:2.7.0"][0], 0, "at noon the sun should win")


if __name__ == "__main__":
    unittest.main()
