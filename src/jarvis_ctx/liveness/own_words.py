"""Which lines of a program's stderr jarvis_ctx has logged, so that the program's last words are the program's."""

from __future__ import annotations

import re

SPEAKER = "jarvis_ctx: "
"""What a logged sentence begins with where no handler would say whose it is."""
_LEVEL = "(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
_LOGGED = re.compile(
    rf"{SPEAKER}"
    rf"|(?:.*\W)?{_LEVEL}(?P<between>\W{{1,3}})jarvis_ctx(?P=between)"
    rf"|(?:.*\W)?jarvis_ctx[]\s:|-]{{1,3}}\[?{_LEVEL}\b"
    rf"|(?:.*\W)?\[{_LEVEL}\s*\] \[?jarvis_ctx[]:]"
)
"""Level and name of the logger side by side, as the usual formats have them."""


def is_ours(line: str) -> bool:
    """Whether a line is surely of the `jarvis_ctx` logger; one in a format of the program's own may not be known."""
    return _LOGGED.match(line) is not None
