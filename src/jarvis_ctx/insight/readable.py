"""An event as a person reads it: names in place of ids, as far as they tell apart, and sizes in place of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.recovery.wording import number

REST = "(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
UNIQUE = f":[0-9a-f]{{8}}{REST}"
"""What LangGraph adds to a node's name so that each call of it has its own."""
CALL = re.compile(f"([/|][^/|:]+:[0-9a-f]{{8}}){REST}")
"""A node in the id of its task, or what a program names in the same way."""
BRANCH = "branch:to:"
"""How a channel of LangGraph's begins that says which node is next."""
WORDS = {"plain": "", "zstd": ", compressed", "since": ", only what changed"}
"""How a graph's value may be held (docs/formats.md)."""


def about(kind: str, subject: str) -> str:
    """The subject; of a graph's or session's event the thread, the subgraph and the session it is about."""
    if not kind.startswith(("Graph", "Session")):
        return task(subject)
    try:
        parts = decoding.plain(subject)
    except msgspec.DecodeError:
        return subject
    match parts:
        case {"session": session}:
            return f"session {session}"
        case [thread, str() as namespace, *_] if namespace:
            return f"thread {thread}, in {re.sub(UNIQUE, '', namespace).replace('|', ' / ')}"
        case [thread, *_]:
            return f"thread {thread}"
        case _:
            return subject


def task(id: str) -> str:
    """A task's id with the beginning of each UUID in it, by which two of them still differ."""
    return CALL.sub(r"\1…", id)


def body(kind: str, found: Any) -> Any:
    """The body, with sizes in place of bytes; of a graph's event which values it holds."""
    match kind, found:
        case "GraphCheckpointPut", {"values": dict() as values, "kept": dict() as kept}:
            same = sorted(name for held in kept.values() if isinstance(held, dict) for name in held)
            return {"new": _values(values.items()), **_next(values), **({"unchanged": same} if same else {})}
        case "GraphWritesPut", {"writes": list() as writes}:
            read = [(str(each[1]), each[2]) for each in writes if isinstance(each, list) and len(each) == 3]
            return {"written": _values(read), **_next(name for name, _ in read)}
        case _:
            return plain(found)


def _values(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {name: _held(value) for name, value in pairs if not name.startswith(BRANCH)}


def _next(channels: Iterable[str]) -> dict[str, list[str]]:
    """The nodes that are next, where these channels tell of any."""
    found = [name.removeprefix(BRANCH) for name in channels if name.startswith(BRANCH)]
    return {"next": found} if found else {}


def _held(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return _encoded(value)
        case [str(), str() as form, str() as data, *_] if form in WORDS:
            return _encoded(data) + WORDS[form]
        case _:
            return "unreadable"


def _encoded(base64: str) -> str:
    return number(len(base64) // 4 * 3 - base64[-2:].count("="), "byte")


def plain(found: Any) -> Any:
    """A value with sizes in place of bytes."""
    match found:
        case bytes() | bytearray():
            return number(len(found), "byte")
        case dict():
            return {name: plain(each) for name, each in found.items()}
        case list():
            return [plain(each) for each in found]
        case _:
            return found
