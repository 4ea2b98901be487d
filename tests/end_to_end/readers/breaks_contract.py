"""Writes its third report in another shape."""
import reading

told = 0
for line in reading.lines():
    told += reading.is_telegram(line)
    reading.say(b'{"telegram": [1, 2]}\n' if told == 3 else line)
