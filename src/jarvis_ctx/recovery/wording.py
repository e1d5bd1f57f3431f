"""Numbers, times and lists as a person reads them in plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """A duration in its two greatest units: `3 h 12 min`, `4.2 s`, `35 ms`."""
    if seconds < 0.9995:
        return f"{round(max(0.0, seconds) * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    first = next(i for i, (_, size) in enumerate(UNITS) if whole >= size)
    parts = []
    for name, size in UNITS[first : first + 2]:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts)


def number(count: int, noun: str, plural: str = "") -> str:
    """`1 task`, `1,234 tasks`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def size(count: int) -> str:
    """Bytes: `812 B`, `14 kB`, `3.2 MB`."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if unit != "B" and value < 9.95 else f"{value:.0f} {unit}"


def parse(moment: str) -> datetime:
    """An ISO 8601 time as aware UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def day_time(moment: str) -> str:
    """An ISO 8601 time as `2026-11-21 09:30:12 UTC`."""
    return parse(moment).strftime("%Y-%m-%d %H:%M:%S UTC")


def between(first: str, last: str) -> str:
    """Two ISO 8601 times as one stretch, the date said once where it is one day."""
    start, end = parse(first), parse(last)
    if start.replace(microsecond=0) == end.replace(microsecond=0):
        return day_time(first)
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M:%S}-{end:%H:%M:%S} UTC"
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} UTC"


def percent(value: float) -> str:
    """A percentage from 0 to 100; below 100 it never reads 100%."""
    return f"{min(round(value), 99 if value < 100 else 100)}%"


def one_line(text: str, width: int) -> str:
    """`text` without line breaks and control characters, cut with `...` to `width` columns."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= width else clean[: max(0, width - 3)].rstrip() + "..."


def wrap(text: str, width: int, indent: str = "  ", hanging: str = "") -> list[str]:
    """A sentence as lines of `width` columns; ids and paths are not broken."""
    return textwrap.wrap(
        one_line(text, 4000),
        width,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def listed(items: Sequence[str], limit: int = 8) -> str:
    """`a, b, c and 12 more`."""
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def more(items: Sequence[object], limit: int, indent: str) -> Iterator[str]:
    """The line behind the first `limit` items, where there are others."""
    if len(items) > limit:
        yield f"{indent}and {len(items) - limit:,} more; the JSON report has all of them"


def state_problems(kept: Mapping[str, Any]) -> list[str]:
    """What is not kept of an object's state, a sentence each, of its line in a status or a report."""
    said = [f"The field {name!r} of {kept['id']} is not kept: {why}." for name, why in kept["not_kept"].items()]
    if kept["failed"]:
        said.append(f"The state of {kept['id']} was not kept the last time: {kept['failed']}.")
    return said + [
        f"The field {name!r} of {kept['id']} was not given back: {why}."
        for name, why in kept.get("not_restored", {}).items()
    ]


def columns(rows: Iterable[Sequence[str]], width: int, indent: str = "  ", widest: int = 40) -> list[str]:
    """Rows as aligned columns; the last one takes what is left of `width` and is cut there."""
    cells = [
        [one_line(cell, 200) if i == len(row) - 1 else one_line(cell, widest) for i, cell in enumerate(row)]
        for row in rows
    ]
    if not cells:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]) - 1)]
    lines = []
    for row in cells:
        start = indent + "".join(_aligned(cell, w) + "  " for cell, w in zip(row[:-1], widths, strict=True))
        lines.append((start + one_line(row[-1], max(10, width - len(start)))).rstrip())
    return lines


def _aligned(cell: str, width: int) -> str:
    return cell.rjust(width) if cell.endswith("%") else cell.ljust(width)
