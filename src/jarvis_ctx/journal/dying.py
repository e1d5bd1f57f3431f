"""Where calls wait while a signal ends the process: its last event is written, so none may be acknowledged any more.

None may fail either, for a reason that its caller could act on. Threads of our own do not wait: whoever writes the last
checkpoint waits for them.
"""

from __future__ import annotations

import threading

_this_thread = threading.local()


def never_wait() -> None:
    """This thread is one of ours."""
    _this_thread.ours = True


def wait_for_the_end() -> None:
    """Return never, but in a thread of ours."""
    if not getattr(_this_thread, "ours", False):
        threading.Event().wait()
