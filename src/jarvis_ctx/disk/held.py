"""Shows that an open file is in use, until it is closed or its process dies: a shared `flock`.

It belongs to the open file, so that opening the same file elsewhere in this process does not end it. A forked child
keeps it too: while one lives, its parent counts as alive.
"""

from __future__ import annotations

import fcntl


def hold(descriptor: int) -> None:
    """Show that the file open here is in use, on a file system that has such locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        pass  # `is_held` cannot have the lock there either, and so says True.


def is_held(descriptor: int) -> bool:
    """Whether anybody shows that the file open here is in use."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # Now, as a child forked in this moment would keep it.
    except OSError:
        return True
    return False
