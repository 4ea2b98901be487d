"""Does not end when it is asked to."""
import signal

import reading

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in reading.lines():
    reading.say(line)
signal.pause()
