"""lint finds exactly the deviations that the printed telegrams are known for."""
import json
import tomllib
import unittest

import rig

PRINTED = rig.SOURCE / "captures" / "printed"


class PrintedTelegrams(rig.Case):
    def test_lint(self):
        expected = tomllib.loads((PRINTED / "expected-lint.toml").read_text())
        telegrams = sorted(PRINTED.glob("*.txt"))
        self.assertGreaterEqual(len(telegrams), 10)
        self.assertLessEqual(set(expected), {path.name for path in telegrams})
        for path in telegrams:
            with self.subTest(file=path.name):
                result = rig.run("lint", path, "--json")
                report = json.loads(result.stdout)
                self.assertEqual(report["telegrams"], 1)
                errors = [f for f in report["findings"] if f["severity"] == "error"]
                lines = {line for entry in expected.get(path.name, {}).get("errors", [])
                         for line in entry["lines"]}
                # Some are known of meters that are shipped, too.
                known = {f["line"] for f in report["findings"] if f["severity"] == "quirk"}
                self.assertEqual({finding["line"] for finding in errors}, lines - known,
                                 json.dumps(errors, indent=1))
                self.assertEqual(result.returncode, 1 if lines else 0)
                self.assertEqual(report["errors"], len(errors))

    def test_offsets_point_at_their_lines(self):
        for path in sorted(PRINTED.glob("*.txt")):
            content = path.read_bytes()
            for finding in json.loads(rig.run("lint", path, "--json").stdout)["findings"]:
                with self.subTest(file=path.name, rule=finding["rule"], line=finding["line"]):
                    self.assertLess(finding["offset"], len(content))
                    line = 1 + content.count(b"\n", 0, finding["offset"])
                    self.assertEqual(line, finding["line"])
                    self.assertTrue(finding["rule"] and finding["clause"] and finding["message"])

    def test_the_report_for_people_has_the_same_findings(self):
        path = PRINTED / "dsmr-4.0.0.recomputed-crc.txt"
        report = json.loads(rig.run("lint", path, "--json").stdout)
        text = rig.run("lint", path).stdout.decode().splitlines()
        self.assertEqual(len(text), len(report["findings"]) + 2)  # the sums, and the clock
        for finding, line in zip(report["findings"], text):
            self.assertIn(f"[{finding['rule']}]", line)


if __name__ == "__main__":
    unittest.main()
