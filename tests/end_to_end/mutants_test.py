"""`p1rig mutants --run`: its exit code answers what was asked, of all, of a mutant or of a case."""
import unittest

import rig

CASE, MUTANT = "dsmr-5.0.2/6.2/crc-wrong", "no-crc"
# A defect of another kind, which this case cannot see.
OTHER = "buffer-1023"
AT = ["--dialect", "dsmr-5.0"]


class Run(rig.Case):
    def run_mutants(self, code, *options):
        result = rig.run("mutants", "--run", *options)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, code, said + result.stderr.decode())
        return said

    def test_whether_a_mutant_is_caught(self):
        said = self.run_mutants(0, "--mutant", MUTANT, *AT)
        self.assertIn("1 of 1 mutant caught, in ", said)
        self.assertNotIn("No mutant fails", said)

    def test_what_fails_a_case(self):
        said = self.run_mutants(0, "--case", CASE, *AT)
        self.assertIn("1 of 1 case failed by at least one mutant, in ", said)
        self.assertIn(MUTANT, said)
        self.assertNotIn("NOT CAUGHT", said)
        self.assertNotIn(OTHER, said)

    def test_whether_a_case_catches_a_mutant(self):
        self.assertIn("1 of 1 mutant caught, in ",
                      self.run_mutants(0, "--case", CASE, "--mutant", MUTANT, *AT))
        said = self.run_mutants(1, "--case", CASE, "--mutant", OTHER, *AT)
        self.assertIn("0 of 1 mutant caught, in ", said)
        self.assertIn("NOT CAUGHT", said)

    def test_of_some_mutants_those_are_due_that_some_cases_name(self):
        said = self.run_mutants(0, "--mutant", "crc-*", "--case", "*/6.2/*", *AT)
        self.assertIn("crc-low-byte", said)
        self.assertNotIn("crc-seven-bits", said)  # which takes a meter of 7E1

    def test_help_names_what_goes_with_run(self):
        said = rig.run("mutants", "--help").stdout.decode()
        for option in ("--json", "--run", "--mutant", "--case", "--dialect"):
            self.assertIn(option, said)
        self.assert_fails(2, "--json cannot be combined with --run", "mutants", "--run", "--json")
        self.assert_fails(2, "--mutant requires --run", "mutants", "--mutant", MUTANT)
        self.assert_fails(2, "--mutant: no mutant matches", "mutants", "--write-defects", "missing.json", "--mutant",
                          "nothing")
        self.assert_fails(2, "missing.json", "mutants", "--write-defects", "missing.json", "--mutant", MUTANT)
        self.assert_fails(2, f'unexpected argument "{MUTANT}"', "mutants", "--run", MUTANT)

    def test_what_does_not_exist(self):
        for option in ("--mutant", "--case", "--dialect"):
            self.assert_fails(2, f"{option}: no", "mutants", "--run", option, "nothing")
        self.assert_fails(2, "--case: no meter of these dialects can send it", "mutants", "--run",
                          "--case", "se-2.0/*", *AT)


if __name__ == "__main__":
    unittest.main()
