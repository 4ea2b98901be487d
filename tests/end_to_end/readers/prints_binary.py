"""Writes bytes that are no text between its reports."""
import reading

for line in reading.lines():
    reading.say(bytes(range(256)) + b"\x00\x1b[2J\xff\xfe\n")
    reading.say(line)
