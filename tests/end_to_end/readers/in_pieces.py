"""Reads the terminal itself, so many bytes at a time and with pauses, and lets the reference reader say what
it makes of them: in_pieces.py ENDPOINT BYTES PAUSE [ascii]. With "ascii", what came in one read with a byte
that is not ASCII is thrown away, as some readers do."""
import os
import subprocess
import sys
import time
import tty

endpoint, size, pause, *more = sys.argv[1:]
line = os.open(endpoint, os.O_RDWR | os.O_NOCTTY)
tty.setraw(line)
reader = subprocess.Popen([os.environ["P1RIG_PROGRAM"], "read", "-"], stdin=subprocess.PIPE)
while data := os.read(line, int(size)):
    if data.isascii() or "ascii" not in more:
        reader.stdin.write(data)
        reader.stdin.flush()
    time.sleep(float(pause))
