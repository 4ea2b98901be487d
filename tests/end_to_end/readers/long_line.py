"""Writes a line of 100 MB, once."""
import reading

told = 0
for line in reading.lines():
    if reading.is_reject(line) and told == 1:
        for _ in range(100):
            reading.say(b"x" * 1_000_000)
        reading.say(b"\n")
        told += 1
    told += reading.is_telegram(line)
    reading.say(line)
