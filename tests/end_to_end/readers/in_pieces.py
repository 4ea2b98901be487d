"""Reads the terminal itself, so many bytes at a time and with pauses, and lets the reference reader, or a
mutant of it, say what it makes of them: in_pieces.py ENDPOINT BYTES PAUSE [MUTANT]."""
import os
import subprocess
import sys
import time
import tty

endpoint, size, pause, *mutant = sys.argv[1:]
line = os.open(endpoint, os.O_RDWR | os.O_NOCTTY)
tty.setraw(line)
reader = subprocess.Popen([os.environ["P1RIG_PROGRAM"], "read", "-", *(["--mutant", *mutant] if mutant else [])],
                          stdin=subprocess.PIPE)
while data := os.read(line, int(size)):
    reader.stdin.write(data)
    reader.stdin.flush()
    time.sleep(float(pause))
