"""Writes a line of 100 MB, once."""
import reading

done = False
for line in reading.lines():
    if reading.is_reject(line) and not done:
        for _ in range(100):
            reading.say(b"x" * 1_000_000)
        reading.say(b"\n")
        done = True
    reading.say(line)
