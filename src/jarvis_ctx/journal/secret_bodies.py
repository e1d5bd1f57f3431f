"""Which bodies of events hold a secret, where those alone are sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jarvis_ctx.codec import exact
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import CorruptData


def holds_secrets(redaction: Redaction) -> Callable[[dict[str, Any]], bool]:
    """Whether something in a body would be redacted, or is such that it cannot be seen, as what is pickled."""

    def holds(body: dict[str, Any]) -> bool:
        try:
            given = exact.from_tree(body)  # A pair is known as one, and bytes are read, as they were given.
        except CorruptData:
            given = body
        return redaction(given) != given or _is_pickled(given) or given.get("serialised") is True

    return holds


def _is_pickled(found: Any) -> bool:
    """Whether a pickled field of an object's state is in it: no name within that can be seen."""
    if isinstance(found, dict):
        return any(map(_is_pickled, found.values()))
    if isinstance(found, list):
        return (len(found) == 3 and found[1] == "pickle") or any(map(_is_pickled, found))
    return False
