"""Asks the meter for its identification when it opens the line, as readers of IEC 62056-21 do."""
import os
import sys

import reading

line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
os.write(line, b"/?!\r\n")
for said in reading.lines():
    reading.say(said)
