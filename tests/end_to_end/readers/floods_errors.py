"""Writes 20 MB to standard error with each report."""
import sys

import reading

for line in reading.lines():
    for _ in range(20):
        sys.stderr.write("y" * 999_999 + "\n")
    reading.say(line)
