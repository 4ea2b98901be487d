"""What `p1rig diagnose` says, from settings and from bytes."""
import json
import unittest

import rig

START = ["--start", "2026-06-15T10:00:07Z"]


class Diagnose(rig.Case):
    def settings(self, code, *arguments):
        result = rig.run("diagnose", "--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (code, b""))
        return json.loads(result.stdout)

    def bytes(self, code, data):
        path = self.folder / "bytes"
        path.write_bytes(data)
        result = rig.run("diagnose", "--json", path)
        self.assertEqual((result.returncode, result.stderr), (code, b""))
        from_pipe = rig.run("diagnose", "--json", "-", stdin=data)
        self.assertEqual(from_pipe.stdout, result.stdout)
        return json.loads(result.stdout)

    def first(self, data):
        return self.bytes(1, data)["mistakes"][0]["id"]

    def test_an_old_meter_read_as_a_new_one_gives_nothing_but_breaks(self):
        said = self.settings(1, "--meter", "iskra-mt382", "--reader", "115200 8N1")
        self.assertEqual(said["meter"], "9600 7E1")
        self.assertTrue(said["first_bytes"].startswith("\\x00" * 48))
        self.assertEqual(said["breaks"], said["received"])
        self.assertEqual([cause["id"] for cause in said["causes"]], ["baud", "framing"])
        self.assertIn("9600 7E1", said["causes"][0]["fix"])

    def test_parity_arrives_in_bit_7(self):
        said = self.settings(1, "--meter", "9600 7E1", "--reader", "9600 8N1")
        self.assertTrue(said["first_bytes"].startswith("\\xaf\\xc9S\\xeb5\\\\\\xb2M"))
        self.assertEqual((said["framing_errors"], said["parity_errors"]), (0, 0))
        self.assertEqual([cause["id"] for cause in said["causes"]], ["framing"])

    def test_right_settings(self):
        said = self.settings(0, "--meter", "115200 8N1", "--reader", "115200 8N1")
        self.assertTrue(said["right"])
        self.assertEqual(said["causes"], [])

    def test_a_clock_that_is_off(self):
        self.assertTrue(self.settings(0, "--meter", "115200 8N1", "--skew", "3%")["right"])
        self.assertGreater(self.settings(1, "--meter", "115200 8N1", "--skew", "-6%")
                           ["framing_errors"], 0)

    def test_a_clock_at_its_limit(self):
        said = rig.run("diagnose", "--meter", "115200 8N1", "--skew", "5%").stdout.decode()
        self.assertIn("Every byte arrives as it was sent.\n\nWhat: ", said)
        self.assertIn("it still arrives, with no margin left\n", said)
        self.assertNotIn("too much", said)

    def test_noise_has_a_seed(self):
        noise = ["--meter", "115200 8N1", "--noise", "0.01"]
        self.assertEqual(self.settings(1, *noise), self.settings(1, *noise, "--seed", "1"))
        self.assertNotEqual(self.settings(1, *noise), self.settings(1, *noise, "--seed", "2"))

    def test_bytes(self):
        telegram = (rig.SOURCE / "captures/printed/dsmr-5.0.2.recomputed-crc.txt").read_bytes()
        self.assertTrue(self.bytes(0, telegram)["all_well"])
        self.assertEqual(self.first(b""), "no-data-request")
        self.assertEqual(self.first(telegram.replace(b"\r", b"\n")), "cr-to-lf")
        with_parity = bytes(c | (bin(c).count("1") % 2) << 7 for c in telegram)
        self.assertEqual(self.first(with_parity), "parity-in-bit-7")

    def test_a_device_that_is_not_read(self):
        old = rig.run("render", "iskra-am550").stdout
        notes = self.bytes(0, old)["notes"]
        self.assertEqual([note["id"] for note in notes], ["mbus-live"])
        said = rig.run("diagnose", "-", stdin=old).stdout.decode()
        self.assertIn("note: mbus-live: gas on channel", said)

    def test_a_meter_with_the_crc_of_another_algorithm(self):
        profile = self.folder / "holley.toml"
        text = (rig.SOURCE / "profiles/iskra-am550.toml").read_text()
        profile.write_text(text.replace("[telegram]", '[telegram]\ncrc = "x-25"') + """
[[quirk]]
rule = "crc-wrong"
source = "dsmr_parser#91"
""")
        self.assertEqual(rig.run("check", profile).returncode, 0)
        telegrams = rig.run("simulate", profile, "--line", "stdout", "--count", "2",
                            "--speed", "max", *START).stdout
        self.assertEqual(rig.run("read", "-", stdin=telegrams).returncode, 1)
        self.assertIn("CRC-16/X-25", self.bytes(1, telegrams)["mistakes"][0]["why"])
        meter = ["simulate", "iskra-am550", "--line", "stdout", "--count", "2", "--speed", "max",
                 *START]
        self.assertEqual(rig.run(*meter, "--fault", "crc=x-25").stdout, telegrams)
        self.assert_fails(2, "x-25, ccitt-false", *meter, "--fault", "crc=x25")

    def test_words(self):
        result = rig.run("diagnose", "--meter", "9600 7E1", "--reader", "115200 8N1")
        self.assertIn("longer than a whole character of the reader", result.stdout.decode())
        result = rig.run("diagnose", "-", stdin=b"\0" * 100)
        self.assertIn("reader-too-fast (likely)", result.stdout.decode())
        result = rig.run("diagnose", "-", stdin=b"\0")
        self.assertIn("1 byte: 0 telegrams right", result.stdout.decode())
        self.assertNotIn("certain", result.stdout.decode())

    def test_a_part_of_a_large_file_is_not_all_of_it(self):
        telegram = (rig.SOURCE / "captures/printed/dsmr-5.0.2.recomputed-crc.txt").read_bytes()
        large = telegram * (262144 // len(telegram) + 2)
        path = self.folder / "large"
        for data, count in ((large, f"262144 of {len(large)} bytes"),
                            (large + b"\0" * 5000, f"262144 of {len(large) + 5000} bytes")):
            path.write_bytes(data)
            for name, stdin, said in ((path, None, count), ("-", data, "262144 bytes")):
                with self.subTest(size=len(data), name=name):
                    result = rig.run("diagnose", name, stdin=stdin)
                    self.assertEqual(result.returncode, 75, result.stdout)
                    self.assertIn(f"note: part: only the first {said} were looked at", result.stdout.decode())
                    self.assertNotIn(b"all is well", result.stdout)
                    told = json.loads(rig.run("diagnose", "--json", name, stdin=stdin).stdout)
                    self.assertFalse(told["all_well"])

    def test_two_meters_are_spoken_of(self):
        captures = rig.SOURCE / "captures/printed"
        one = (captures / "dsmr-5.0.2.recomputed-crc.txt").read_bytes()
        two = one + rig.run("render", "kaifa-ma304c").stdout
        self.assertNotIn("two-meters", [note["id"] for note in self.bytes(0, one * 2)["notes"]])
        notes = {note["id"]: note["what"] for note in self.bytes(0, two)["notes"]}
        self.assertTrue(notes["two-meters"].startswith("there are two meters: one says /"), notes)

    def test_misuse(self):
        self.assert_fails(2, "either bytes", "diagnose")
        self.assert_fails(2, "either bytes", "diagnose", "file", "--meter", "9600 7E1")
        self.assert_fails(2, "9600 7E1", "diagnose", "--meter", "9600 9E1")
        self.assert_fails(2, "115200 8N1", "diagnose", "--meter", "9600 7E1", "--reader", "fast")
        self.assert_fails(2, "-50%", "diagnose", "--meter", "9600 7E1", "--skew", "3x")
        self.assert_fails(2, "from 0 to 1", "diagnose", "--meter", "9600 7E1", "--noise", "2")
        self.assert_fails(2, "--raw requires FILE", "diagnose", "--meter", "9600 7E1", "--raw")
        self.assert_fails(2, "No such file", "diagnose", "/no/such/file")
        self.assert_fails(2, "is empty", "diagnose", "")


if __name__ == "__main__":
    unittest.main()
