"""`python -m core`."""

import signal
import sys

if __name__ == "__main__":
    # Asked to end, or its terminal closed, it ends as by Ctrl-C: what is half-written goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)  # but not under nohup
    try:
        from core.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # before a command had begun
        if sys.stderr:
            sys.stderr.write("stopped\n")
        sys.exit(130)
