"""How heavy and how deep a value may be; measured before it is written, because its parts may be shared without end."""

from __future__ import annotations

from typing import Final

from jarvis_ctx.errors import TooLarge

HEAVIEST: Final = 64 * 1024 * 1024
"""Of a value that is to be stored: a character or a byte weighs 1, an item of a container 16."""
ITEM: Final = 16
DEEPEST: Final = 200
"""Levels of containers."""


def too_heavy() -> TooLarge:
    """The error for a value over `HEAVIEST`; how far over is not known, as measuring stopped there."""
    what = f"A value, counting a character as 1 byte and an item as {ITEM},"
    return TooLarge(what=what, size=HEAVIEST + 1, limit=HEAVIEST)
