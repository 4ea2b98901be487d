"""Cannot do anything."""
import sys

sys.exit("no such \x1b[31mdevice")
