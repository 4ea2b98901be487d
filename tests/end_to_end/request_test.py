"""The cases about Data Request, at lines where a reader's RTS is seen."""
import json
import os
import pathlib
import re
import sys
import unittest

import rig

READERS = rig.SOURCE / "tests" / "end_to_end" / "readers"
METER = "kaifa-ma304c"
FIRST, HELD = "dsmr-5.0.2/5.7.1/request-first", "dsmr-5.0.2/5.7.1/request-held"
STEADY = "dsmr-4.0/4.3/request-steady"


class Request(rig.Case):
    def conform(self, code, command, endpoint, wiring="rts", profiles=(METER,), habit="asks"):
        """The outcome of each case, by its id."""
        file, report = self.folder / "reader.toml", self.folder / "report.json"
        file.write_text(f'''[reader]
command = {json.dumps([str(word) for word in command])}
endpoints = ["pty-shim", "rfc2217", "pty"]
dialects = ["*"]
wiring = "{wiring}"
patience = "5s"
''')
        meters = [word for name in profiles for word in ("--profile", name)]
        cases = [word for name in (FIRST, HELD, STEADY) for word in ("--case", name)]
        result = rig.run("conform", file, "--line", endpoint, *meters, *cases, "--json", report,
                         env=os.environ | {"HABIT": habit, "P1RIG_DATA": str(self.data()),
                                           "PYTHONPATH": str(READERS)})
        self.assertEqual(result.returncode, code, result.stdout.decode() + result.stderr.decode())
        results = json.loads(report.read_text())["results"]
        self.messages = "\n".join(message for one in results for message in one["messages"])
        return {f'{one["case"]} {one["profile"]}': one["outcome"] for one in results}

    def data(self):
        """The data of p1rig, with a stall that is long enough for a busy machine."""
        data = self.folder / "data"
        if data.exists():
            return data
        cases = data / "conformance" / "cases"
        cases.mkdir(parents=True)
        (data / "profiles").symlink_to(rig.SOURCE / "profiles")
        text = (rig.SOURCE / "conformance" / "cases" / "line.toml").read_text()
        text, changed = re.subn('stall=150ms", at = "byte:200"', 'stall=3s", at = "byte:200"', text)
        self.assertEqual(changed, 1)
        (cases / "line.toml").write_text(text)
        return data

    def python(self):
        return [sys.executable, READERS / "asks.py", "{endpoint}"]

    def outcomes(self, first, held, steady):
        return {f"{FIRST} {METER}": first, f"{HELD} {METER}": held, f"{STEADY} {METER}": steady}

    def test_the_reference_reader_asks_and_holds(self):
        for endpoint in ("pty-shim", "rfc2217"):
            with self.subTest(endpoint=endpoint):
                meters = (METER, "iskra-mt382", "iskra-am550")
                outcomes = self.conform(0, ["{p1rig}", "read", "{endpoint}"], endpoint,
                                        profiles=meters)
                self.assertEqual(set(outcomes.values()), {"pass"}, self.messages)
                self.assertEqual(len(outcomes), 3 + 3 + 2, "the last is of no old meter")

    def test_the_reference_reader_asks_by_the_wiring_that_it_is_told(self):
        for wiring in ("rts#", "dtr", "dtr#"):
            for endpoint, name in (("pty-shim", "serial:{endpoint}"), ("rfc2217", "{endpoint}")):
                with self.subTest(endpoint=endpoint, wiring=wiring):
                    outcomes = self.conform(0, ["{p1rig}", "read", f"{name}?wiring={wiring}"],
                                            endpoint, wiring)
                    self.assertEqual(outcomes, self.outcomes("pass", "pass", "pass"))

    def test_a_reader_that_asks_passes(self):
        for endpoint in ("pty-shim", "rfc2217"):
            with self.subTest(endpoint=endpoint):
                outcomes = self.conform(0, self.python(), endpoint)
                self.assertEqual(outcomes, self.outcomes("pass", "pass", "pass"), self.messages)

    def test_a_reader_that_never_asks_fails(self):
        for endpoint in ("pty-shim", "rfc2217"):
            with self.subTest(endpoint=endpoint):
                outcomes = self.conform(1, self.python(), endpoint, habit="never")
                self.assertEqual(outcomes[f"{FIRST} {METER}"], "fail")
                self.assertIn("Data Request was not active when a telegram was due", self.messages)

    def test_a_reader_that_releases_amid_a_telegram_fails(self):
        outcomes = self.conform(1, self.python(), "pty-shim", habit="releases")
        self.assertEqual(outcomes[f"{HELD} {METER}"], "fail")

    def test_a_reader_that_modulates_the_line_fails(self):
        outcomes = self.conform(1, self.python(), "pty-shim", habit="toggles")
        self.assertEqual(outcomes[f"{STEADY} {METER}"], "fail")

    def test_where_no_wiring_is_declared_nothing_is_judged(self):
        outcomes = self.conform(75, self.python(), "pty-shim", wiring="vcc")
        self.assertEqual(outcomes, self.outcomes("skip", "skip", "skip"))


if __name__ == "__main__":
    unittest.main()
