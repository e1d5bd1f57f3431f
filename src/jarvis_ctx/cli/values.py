"""Values that people gave, as a line of a screen."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.recovery.wording import one_line

LONGEST = 240
"""Characters of a value that are shown; --json has all of them."""


def plain(value: Any, longest: int = LONGEST) -> str:
    """Text as it is, anything else as Python writes it, cut to `longest` characters."""
    return one_line(value if isinstance(value, str) else repr(value), longest)
