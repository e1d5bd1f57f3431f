"""When two calls are the same: by a declared id, else by method and arguments and how often before."""

from __future__ import annotations

import hashlib
from typing import Any

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import JarvisError


def arguments_digest(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """12 hex digits that are equal for equal arguments in any run.

    An argument that cannot be stored exactly counts by its type alone, so that the digest is stable between runs.
    """
    parts = [_text(value) for value in args] + [f"{name}=".encode() + _text(kwargs[name]) for name in sorted(kwargs)]
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()[:12]


def idempotency_key(chain: str, step: str, generation: int) -> str:
    """32 hex digits for one step's effect: another for another chain of crashes, and for each time its task is done."""
    return hashlib.sha256(f"{chain}\0{step}\0{generation}".encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _text(value: Any) -> bytes:
    try:
        return exact.encode(value)
    except JarvisError:
        return f"<{type(value).__module__}.{type(value).__qualname__}>".encode()
