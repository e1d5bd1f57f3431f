"""Which lines of a program's stderr jarvis_ctx has logged, so that the program's last words are the program's."""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
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


TRACEBACK = "Traceback (most recent call last):"
CHAINED = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_FRAME = re.compile(r'  File "(?P<path>[^"]+)", line \d+')
_FLASK = re.compile(r".*[\\/](site|dist)-packages[\\/]flask[\\/]")
"""Where an exception begins that a request to us has met: a program that logs one of its own has a line before it."""


class _At(Enum):
    PROGRAM, LOGGED, TRACE = auto(), auto(), auto()


class OwnWords:
    """Takes out of a stream, line by line, what is surely ours: what we logged, with the tracebacks that belong to it.

    A traceback that directly follows is ours if it begins in our code: else it may be what the program died of.
    """

    def __init__(self) -> None:
        self.held: list[str] = []
        """What only the next line can tell whose it is."""
        self._at = _At.PROGRAM

    def kept(self, line: str) -> list[str]:
        """What is the program's by now: this line with what was held, or one of them, or neither."""
        held, self.held = self.held, []
        if held and _is_our_frame(line):
            self._at, held = _At.TRACE, []
        elif is_ours(line):
            self._at = _At.LOGGED
        elif self._at is _At.PROGRAM or held:
            self._at = _At.PROGRAM
            return [*held, line]
        elif self._at is _At.TRACE:
            inside = not line or line.startswith(" ") or line in (TRACEBACK, *CHAINED)
            self._at = _At.TRACE if inside else _At.LOGGED  # The exception itself ends it.
        else:
            return self._behind(line)
        return held

    def _behind(self, line: str) -> list[str]:
        if line == TRACEBACK:
            self.held = [line]
        elif line in CHAINED:
            self._at = _At.TRACE
        elif line:
            self._at = _At.PROGRAM
            return [line]
        return []


def is_of_package(path: str) -> bool:
    """Whether it is a file of this package, wherever it was installed when the program ran."""
    _, name, inside = path.replace("\\", "/").rpartition("/jarvis_ctx/")
    return bool(name) and (PACKAGE / inside).is_file()


def _is_our_frame(line: str) -> bool:
    frame = _FRAME.match(line)
    return frame is not None and (is_of_package(frame["path"]) or _FLASK.match(frame["path"]) is not None)
