"""Does nothing."""
import signal

signal.pause()
