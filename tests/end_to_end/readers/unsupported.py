"""Says that it does not know this dialect."""
import sys

sys.exit(89)
