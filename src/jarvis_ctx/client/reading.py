"""Answers as records of `model`: what the API says as JSON, read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from jarvis_ctx import decoding
from jarvis_ctx.model.answers import Page
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.entries import ENTRY_KINDS, TAILS
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.travel import Change, Said, Side, StateDiff

T = TypeVar("T")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
CHANGES = ("tasks", "steps", "agents", "attributes", "objects")
SAID = {name: ENTRY_KINDS[kind] for kind, name in TAILS.items()}
"""What stands in the lists of that name; times in them are µs again."""


def record(cls: type[T]) -> Callable[[Any], T]:
    """Reads a record whose keys are its fields; keys of a newer server are passed by."""
    return lambda plain: decoding.convert(plain, cls)


def page(item: Callable[[Any], T]) -> Callable[[Any], Page[T]]:
    """Reads a part of a list."""
    return lambda plain: Page(items=[item(each) for each in plain["items"]], next=plain["next"])


def items(item: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Reads a list that has one part."""
    return lambda plain: [item(each) for each in plain["items"]]


def microseconds(said: str) -> int:
    """An ISO 8601 time as everything here stores it."""
    return (datetime.fromisoformat(said) - BEGINNING) // timedelta(microseconds=1)


def timed(cls: type[T]) -> Callable[[Any], T]:
    """Reads something said; its time is to the millisecond."""
    return lambda plain: decoding.convert({**plain, "time": microseconds(plain["time"])}, cls)


def report(plain: Any) -> RecoveryReport | None:
    """The latest recovery report."""
    return decoding.convert(plain["report"], RecoveryReport | None)


def header(plain: Any) -> CheckpointHeader:
    """A checkpoint without its contents."""
    return decoding.convert({**plain, "taken": microseconds(plain["taken"])}, CheckpointHeader)


def restored(plain: Any) -> Restored:
    """A restore that was done; of its own stamp the time alone is told."""
    return decoding.convert({**plain, "at": (microseconds(plain["at"]), "", 0)}, Restored)


def diff(plain: Any) -> StateDiff:
    """What changed between two moments."""
    found: dict[str, Any] = {name: decoding.convert(plain[name], list[Change]) for name in CHANGES}
    found |= {name: [_said(each, cls) for each in plain[name]] for name, cls in SAID.items()}
    found |= {side: decoding.convert(plain[side], Side) for side in ("a", "b")}
    return StateDiff(orchestrator=plain["orchestrator"], complete=plain["complete"], **found)


def _said(plain: dict[str, Any], cls: Any) -> Said:
    only_in = plain["only_in"]
    return Said(only_in=only_in, entry=timed(cls)({key: plain[key] for key in plain if key != "only_in"}))
