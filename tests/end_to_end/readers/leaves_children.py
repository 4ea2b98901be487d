"""Starts programs that outlive it: one in its group, one that left it, one that lost its parent."""
import os
import subprocess
import sys

import reading

NAP = [sys.executable, "-c", "import time; time.sleep(1000)", os.environ["TMPDIR"]]
subprocess.Popen(NAP)
subprocess.Popen(NAP, start_new_session=True, stdout=subprocess.DEVNULL)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        os.execv(sys.executable, NAP)
    os._exit(0)
os.wait()
for line in reading.lines():
    reading.say(line)
