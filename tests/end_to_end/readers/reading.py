"""What the readers in this folder share: they read like the reference reader, until they do not."""
import os
import subprocess
import sys


def lines():
    """What the reference reader says of the endpoint, line by line."""
    reader = subprocess.Popen([os.environ["P1RIG_PROGRAM"], "read", sys.argv[1]],
                              stdout=subprocess.PIPE)
    yield from reader.stdout


def say(line):
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def is_telegram(line):
    return line.startswith(b'{"telegram"')


def is_reject(line):
    return line.startswith(b'{"reject"')
