#!/usr/bin/env python3
"""Runs the tests of a script, or a part of them: of so many parts the one of this number, from 1 on.

usage: run.py SCRIPT PART PARTS
"""
import importlib
import pathlib
import sys
import unittest


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def main():
    script, part, parts = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sys.path.insert(0, str(script.parent))
    tests = list(tests_of(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(script.stem))))
    # Dealt out like cards, as tests that stand together take as long as each other.
    chosen = unittest.TestSuite(tests[part - 1::parts])
    return 0 if chosen.countTestCases() and unittest.TextTestRunner().run(chosen).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
