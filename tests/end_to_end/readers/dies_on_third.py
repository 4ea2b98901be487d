"""Crashes at its third telegram."""
import os
import signal

import reading

told = 0
for line in reading.lines():
    told += reading.is_telegram(line)
    if told == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    reading.say(line)
