"""Writes a report of another shape, once."""
import reading

done = False
for line in reading.lines():
    if reading.is_reject(line) and not done:
        reading.say(b'{"telegram": [1, 2]}\n')
        done = True
    reading.say(line)
