"""Tells one telegram and nothing more. Makes $TMPDIR/../silent when it has kept five to itself."""
import os
import pathlib

import reading

told = 0
for line in reading.lines():
    if told == 0:
        reading.say(line)
    told += reading.is_telegram(line)
    if told == 5:
        pathlib.Path(os.environ["TMPDIR"], "..", "silent").touch()
