"""Writes log lines as fast as they are taken, besides its reports."""
import os
import sys
import threading

import reading


def flood():
    while True:
        os.write(1, b"log\n" * 200)


threading.Thread(target=flood, daemon=True).start()
for line in reading.lines():
    # Within one write of a pipe's size, so that the lines stay whole.
    os.write(1, b"\n" + line)
    sys.stdout.flush()
