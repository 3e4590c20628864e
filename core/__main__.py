"""`python -m core`."""

import signal
import sys

from core.cli import main

if __name__ == "__main__":
    # Asked to end it ends as by Ctrl-C: what is half-written goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
