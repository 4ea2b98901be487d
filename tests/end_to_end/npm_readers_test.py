"""Readers of the field are judged as they are, and meet the whole suite with the waivers shipped."""
import unittest

import rig

NODE = rig.SOURCE / "tests" / "end_to_end" / "node"
METER = "iskra-am550"


class Npm(rig.Case):
    def assert_believes_a_wrong_crc(self, name):
        result = rig.run("conform", name, "--profile", METER, "--case", "dsmr-5.0.2/6.2/crc-bit-flip")
        said = (result.stdout + result.stderr).decode()
        self.assertEqual(result.returncode, 1, said)
        self.assertIn("was reported, but must be rejected", said)

    def test_p1_reader_publishes_what_has_a_wrong_crc(self):
        self.assert_believes_a_wrong_crc("p1-reader")

    def test_smartmeter_obis_publishes_what_has_a_wrong_crc(self):
        self.assert_believes_a_wrong_crc("smartmeter-obis")

    def assert_green_with_its_waivers(self, name, *more):
        waivers = rig.SOURCE / "conformance" / "readers" / f"{name}.waivers.toml"
        result = rig.run("conform", name, "--waivers", waivers, "--profile", METER, *more,
                         timeout=4 * rig.HANG)
        said = [line for line in result.stdout.decode().splitlines() if not line.startswith(("xfail", "skip"))]
        self.assertEqual(result.returncode, 0, "\n".join(said))

    def test_p1_reader_is_green_with_its_waivers(self):
        self.assert_green_with_its_waivers("p1-reader")

    def test_smartmeter_obis_is_green_with_its_waivers(self):
        # 10,000 telegrams that are 60 ms apart take ten minutes.
        cases = [case["name"] for case in rig.json_of("cases", "--json", "--dialect", "dsmr-5.0")]
        cases.remove("dsmr-5.0.2/6.1/keeps-up")
        # It has 60 ms for a telegram, which it needs a machine for itself for.
        cases.remove("dsmr-5.0.2/6.1/keeps-up-for-a-while")
        self.assert_green_with_its_waivers(
            "smartmeter-obis", *(word for case in cases for word in ("--case", case)))

    def test_the_locks_name_no_registry(self):
        self.assertNotIn('"resolved"', (NODE / "package-lock.json").read_text())


if __name__ == "__main__":
    unittest.main()
