"""A framework's value as it can be kept: exactly, or else how it shows."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import TooLarge, UnstorableValue

SHOWN = 500
"""Characters of what is not plain data."""


def plain(value: Any) -> Any:
    """The value where it can be stored exactly, else the beginning of its `repr`."""
    try:
        exact.encode(value)
    except (UnstorableValue, TooLarge):
        return repr(value)[:SHOWN]
    return value
