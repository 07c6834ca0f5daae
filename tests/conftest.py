"""What all tests stand on."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background so, and processes hand it on: those that tests interrupt would not notice.
    signal.signal(signal.SIGINT, signal.default_int_handler)
