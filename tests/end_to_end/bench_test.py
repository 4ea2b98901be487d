"""`p1rig bench` measures readers through their endpoint, and gives no number where there is none."""
import json
import os
import signal
import sys
import unittest
import xml.etree.ElementTree

import rig

READERS = rig.SOURCE / "tests" / "end_to_end" / "readers"
NUMBERS = ("telegrams_per_second", "bytes_per_second", "limited_by", "latency_us",
           "cpu_us_per_telegram", "cpu_share", "peak_memory_bytes")


class Bench(rig.Case):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.environment = os.environ | {"TMPDIR": str(self.temporary), "PYTHONPATH": str(READERS)}

    def reader_file(self, name, startup=rig.ENDLESS, patience=rig.ENDLESS):
        file = self.folder / f"{name}.toml"
        file.write_text(f'''[reader]
command = [{json.dumps(sys.executable)}, {json.dumps(str(READERS / name))}, "{{endpoint}}"]
startup = "{startup}"
patience = "{patience}"
''')
        return file

    def bench(self, code, *words):
        """The JSON of a run that ends with this code, and leaves nothing behind."""
        report = self.folder / "report.json"
        result = rig.run("bench", "--json", report, *words, env=self.environment)
        self.said = result.stdout.decode()
        self.assertEqual(result.returncode, code, self.said + result.stderr.decode())
        self.assertNotIn(b"\x1b", result.stdout)
        self.assertEqual(list(self.temporary.iterdir()), [])
        found = json.loads(report.read_text())
        self.assertEqual(found["bench"], 1)
        return found["readers"]

    def no_number(self, code, verdict, words, *arguments):
        reader, = self.bench(code, *arguments)
        self.assertEqual(reader["verdict"], verdict, reader["message"])
        self.assertIn(words, reader["message"])
        self.assertIn(words, self.said)
        self.assertEqual([reader[name] for name in NUMBERS], [None] * len(NUMBERS))
        return reader

    def test_readers_side_by_side_have_numbers_and_a_plot(self):
        plot = self.folder / "plot.svg"
        readers = self.bench(0, "p1rig", "--line", "pty", "--line", "stdin", "--svg", plot,
                             "--latency-rate", "50")
        self.assertEqual([reader["endpoint"] for reader in readers], ["pty", "stdin"])
        for reader in readers:
            self.assertEqual((reader["reader"], reader["verdict"], reader["profile"]),
                             ("p1rig read", "measured", "iskra-am550"))
            self.assertGreater(reader["telegrams_per_second"], 8)  # the slowest that is tried
            self.assertIn(reader["limited_by"], ("reader", "harness"))
            self.assertGreater(reader["cpu_us_per_telegram"], 0)
            self.assertGreater(reader["peak_memory_bytes"], 1_000_000)  # of any program
            latency = reader["latency_us"]
            self.assertEqual((latency["rate"], latency["telegrams"]), (50, 100))
            self.assertLessEqual(latency["p50"], latency["p99"])
            self.assertLessEqual(latency["p99"], latency["max"])
            # The line of neither loses anything, and the reader not either.
            self.assertEqual([step["lost"] for step in reader["steps"]], [0] * len(reader["steps"]))
            self.assertEqual([step["pace"] for step in reader["steps"]].count("full"), 3)
            self.assertIn(f"{reader['bytes_per_second'] / 1e6:.3g}", self.said)
        drawing = xml.etree.ElementTree.parse(plot).getroot()
        self.assertEqual(drawing.tag, "{http://www.w3.org/2000/svg}svg")
        texts = " ".join(text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text"))
        for reader in readers:
            self.assertIn(f"on {reader['endpoint']}:", texts)
        self.assertNotIn("http", plot.read_text().replace("http://www.w3.org/2000/svg", ""))

    def test_a_reader_that_drops_half_has_no_number(self):
        self.no_number(1, "loses", "loses telegrams at any rate, first lost: number", "--",
                       rig.PROGRAM, "read", "--mutant", "tells-every-second", "{endpoint}")

    def test_a_reader_that_drops_one_now_and_then_has_no_number(self):
        reader = self.no_number(1, "loses", "loses telegrams at any rate, first lost: number",
                                self.reader_file("drops_some.py", patience="2s"))
        # The first that is lost of those sent at a rate is as lost without one.
        self.assertEqual(reader["steps"][-1]["pace"], "one at a time")
        self.assertGreater(reader["steps"][-1]["lost"], 0)

    def test_a_reader_that_dies_has_no_number(self):
        self.no_number(3, "ended", f"ended by signal {signal.SIGSEGV.value}",
                       self.reader_file("dies_on_third.py"))

    def test_a_reader_that_ends_at_once_has_no_number(self):
        self.no_number(3, "ended", "no such \\x1B[31mdevice", self.reader_file("exits_at_once.py"))

    def test_a_silent_reader_has_no_number(self):
        self.no_number(3, "silent", "stopped reporting",
                       self.reader_file("hangs.py", patience="2s"))
        self.no_number(3, "silent", "did not open its end",
                       self.reader_file("never_opens.py", startup="5s"))

    def test_a_flooding_reader_has_no_number(self):
        self.no_number(3, "floods", "it said ", self.reader_file("floods_output.py"))

    def test_a_reader_that_breaks_the_contract_has_no_number(self):
        self.no_number(3, "breach", "expected an object", self.reader_file("breaks_contract.py"))

    def test_a_reader_that_supports_nothing_here_is_inconclusive(self):
        self.no_number(75, "unmeasurable", "89", self.reader_file("unsupported.py"))

    def test_the_run_goes_on_after_a_broken_reader(self):
        verdicts = [reader["verdict"] for reader in self.bench(
            1, self.reader_file("exits_at_once.py"), "--", rig.PROGRAM, "read", "--mutant",
            "tells-every-second", "{endpoint}")]
        self.assertEqual(verdicts, ["ended", "loses"])

    def test_a_command_that_is_not_there_is_the_environment(self):
        self.no_number(4, "environment", "cannot start", "--", "/no/such/reader", "{endpoint}")

    def test_what_cannot_be_meant_is_refused(self):
        http = self.folder / "http.toml"
        http.write_text('[reader]\ncommand = ["x"]\n[observe]\nkind = "http"\n'
                        'address = "http://127.0.0.1:1/"\n')
        for words, arguments in [("nowhere.toml: cannot be read", ["nowhere.toml"]),
                                 ("expected a reader file", []),
                                 ("--seed: expected", ["p1rig", "--seed", "x"]),
                                 ("--latency-rate: expected", ["p1rig", "--latency-rate", "nan"]),
                                 ("by the same command", ["p1rig", "--json", "x", "--svg", "x"]),
                                 ("expected one of pty", ["p1rig", "--line", "usb"]),
                                 ("sends encrypted", ["p1rig", "--profile",
                                                      "sagemcom-smarty-lux-encrypted"]),
                                 ("is observed by http", [http])]:
            with self.subTest(words=words):
                self.assert_fails(2, words, "bench", *arguments)

    def test_a_file_that_cannot_be_written_is_known_before_the_run(self):
        self.assert_fails(4, "--svg: ", "bench", "p1rig", "--svg", self.folder / "none" / "x.svg")

    def test_an_interrupted_run_has_no_number(self):
        report = self.folder / "report.json"
        process = self.start("bench", self.reader_file("hangs.py"), "p1rig", "--json", report,
                             env=self.environment | {"TMPDIR": str(self.temporary)})
        rig.wait_for(lambda: any(self.temporary.iterdir()), "the reader's line")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(rig.HANG), 130)
        self.assertEqual([reader["verdict"] for reader in json.loads(report.read_text())["readers"]],
                         ["interrupted"])
        self.assertEqual(list(self.temporary.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
