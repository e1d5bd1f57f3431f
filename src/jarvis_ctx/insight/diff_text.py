"""What differs between two moments, as text that a person understands at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jarvis_ctx.clock import iso
from jarvis_ctx.model.entries import AgentMessage, Decision
from jarvis_ctx.model.travel import Change, FieldChange, Said, Side, StateDiff
from jarvis_ctx.recovery.wording import day_time, number, one_line, wrap

LONGEST = 100
"""Characters of a value that are shown; the JSON has all of them."""
SIGNS = {"added": "+", "removed": "-", "changed": "~"}
STATE = (
    ("TASKS", "tasks"),
    ("STEPS", "steps"),
    ("AGENTS", "agents"),
    ("ATTRIBUTES", "attributes"),
    ("OBJECTS", "objects"),
)
SPOKEN = (("DECISIONS", "decisions"), ("MESSAGES", "messages"), ("CONVERSATION", "conversation"))


def render(found: StateDiff, *, width: int = 80, limit: int = 20) -> str:
    """`found` as plain text of `width` columns; a list stops after `limit` entries and says how many follow."""
    parts = ["\n".join(_head(found, width))]
    parts += [_section(title, getattr(found, name), width, limit) for title, name in (*STATE, *SPOKEN)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(found: StateDiff, width: int) -> Iterator[str]:
    yield from wrap(f"From {_side(found.a)} to {_side(found.b)}.", width, "")
    if found.empty:
        yield "Nothing differs."
    if not found.complete:
        yield from wrap("Events are gone, so decisions and messages may be missing here.", width, "")


def _side(side: Side) -> str:
    last = f", last event {day_time(side.last_event)}" if side.last_event else ""
    return f"{side.means} ({number(side.events, 'event')}{last})"


def _section(title: str, items: list[Change] | list[Said], width: int, limit: int) -> str:
    if not items:
        return ""
    lines = [f"{title} ({len(items):,})"]
    for item in items[:limit]:
        lines += _change(item, width) if isinstance(item, Change) else _said(item, width)
    if len(items) > limit:
        lines.append(f"  and {len(items) - limit:,} more; the JSON has all of them")
    return "\n".join(lines)


def _change(change: Change, width: int) -> list[str]:
    lines = [f"  {SIGNS[change.change]} {one_line(change.id, width - 4)}"]
    for field in change.fields:
        name = "" if field.field == change.id else f"{field.field}: "
        lines += wrap(f"{name}{_values(change, field)}", width, " " * 6, "  ")
    return lines


def _values(change: Change, field: FieldChange) -> str:
    if change.change != "changed":
        return _shown(field.before if change.change == "removed" else field.after)
    return f"{_shown(field.before)} -> {_shown(field.after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # A percentage is a whole number to people, however it was kept.
    return one_line(value if isinstance(value, str) else repr(value), LONGEST)


def _said(said: Said, width: int) -> list[str]:
    sign = "+" if said.only_in == "b" else "-"
    return wrap(f"{sign} {day_time(iso(said.entry.time))}  {_words(said)}", width, "  ", "    ")


def _words(said: Said) -> str:
    entry = said.entry
    if isinstance(entry, Decision):
        return f"{entry.decision_type}: {_shown(entry.decision)}"
    if isinstance(entry, AgentMessage):
        return f"{entry.sender} to {entry.recipient}: {_shown(entry.content)}"
    return f"{entry.role}: {_shown(entry.content)}"
