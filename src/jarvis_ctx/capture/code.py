"""A function's code as a short hash, so that a run can tell whether it changed since the one that died."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from jarvis_ctx.capture.parameters import innermost

DIGITS = 16


def code_hash(function: Callable[..., Any]) -> str:
    """16 hex digits of the SHA-256 of what it does: instructions, constants and names, those of inner functions too.

    Equal in every process of one Python version; comments, line numbers and its docstring do not count. Empty for a
    callable without Python code.
    """
    inner = innermost(function)
    code = getattr(inner, "__code__", None)
    if code is None:
        return ""
    digest = hashlib.sha256()
    for part in _parts(code, getattr(inner, "__doc__", None)):
        digest.update(part.encode("utf-8", "backslashreplace") + b"\x1f")
    return digest.hexdigest()[:DIGITS]


def _parts(code: CodeType, doc: str | None) -> Iterator[str]:
    yield code.co_code.hex()
    yield from (" ".join(names) for names in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    constants = code.co_consts[1:] if doc is not None and code.co_consts[:1] == (doc,) else code.co_consts
    for constant in constants:
        if isinstance(constant, CodeType):
            yield from _parts(constant, None)
        else:
            yield _text(constant)


def _text(constant: Any) -> str:
    """A constant as text that does not depend on the order a set happens to have."""
    if isinstance(constant, frozenset):
        return "{" + ",".join(sorted(_text(item) for item in constant)) + "}"
    if isinstance(constant, tuple):
        return "(" + ",".join(_text(item) for item in constant) + ")"
    return repr(constant)
