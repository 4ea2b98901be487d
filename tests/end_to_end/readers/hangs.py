"""Tells one telegram, and nothing more."""
import signal

import reading

for line in reading.lines():
    reading.say(line)
    if reading.is_telegram(line):
        signal.pause()
