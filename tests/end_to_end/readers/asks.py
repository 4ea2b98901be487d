"""Reads like the reference reader, with pyserial, and treats Data Request (RTS) as $HABIT says."""
import json
import os
import subprocess
import sys
import threading

sys.path.append("/usr/lib/python3/dist-packages")
import serial

import reading

habit = os.environ["HABIT"]
port = serial.serial_for_url(sys.argv[1], do_not_open=True, baudrate=115200, timeout=0.01)
port.rts = habit != "never"
port.open()
reader = subprocess.Popen([os.environ["P1RIG_PROGRAM"], "read", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)


def pass_on():
    for line in reader.stdout:
        if habit == "toggles" and reading.is_telegram(line):
            for _ in range(3):
                port.rts = False
                port.rts = True
        reading.say(line)


reading.say(json.dumps({"hello": {"name": habit, "can": ["mbus", "tariffs"], "decimals": 9}}).encode()
            + b"\n")
threading.Thread(target=pass_on, daemon=True).start()
text = b""
while True:
    portion = port.read(max(1, port.in_waiting))
    text = (text + portion)[-10:]
    if habit == "releases":
        # Amid a telegram; asked for again when nothing comes.
        asks = not portion or b"!" in text
        if asks != port.rts:
            port.rts = asks
    reader.stdin.write(portion)
    reader.stdin.flush()
