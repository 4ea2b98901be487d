"""Writes a report that is no UTF-8, once."""
import reading

done = False
for line in reading.lines():
    if reading.is_reject(line) and not done:
        reading.say(b'{"telegram": {"0-0:96.13.0": "\xff\xfe<b>"}}\n')
        done = True
    reading.say(line)
