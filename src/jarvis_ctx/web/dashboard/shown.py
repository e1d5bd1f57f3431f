"""How values are shown to a person: numbers, sizes, spans, and whatever a value is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from jarvis_ctx.codec import exact
from jarvis_ctx.insight import readable

LONGEST = 4_000
"""Letters of a value that are shown."""


def value(found: Any) -> str:
    """A text as it is, anything else as JSON; cut where it is very long."""
    if found is None:
        return "—"
    said = found if isinstance(found, str) else exact.encode(found, limit=2**40).decode()
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def short(found: Any, most: int = 40) -> str:
    """The beginning of a value, in one line."""
    said = " ".join(value(found).split())
    return said if len(said) <= most else said[: most - 1] + "…"


def size(count: float | None) -> str:
    """Bytes as a person reads them."""
    if count is None:
        return "—"
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def span(seconds: float | None) -> str:
    """Seconds as a person reads them."""
    if seconds is None:
        return "—"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"


def count(number: int | None) -> str:
    """A whole number with its thousands apart."""
    return "—" if number is None else f"{number:,}".replace(",", "\u202f")


def words(name: str) -> str:
    """`in_progress` as `in progress`."""
    return name.replace("_", " ")


def coded(text: str) -> Markup:
    """A sentence whose words between backticks are code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def about(event: dict[str, Any]) -> str:
    """What an event is about, by name."""
    return readable.about(event["kind"], event["subject"])


def told(event: dict[str, Any]) -> Any:
    """What an event says, with sizes in place of bytes."""
    return readable.body(event["kind"], event["body"])


FILTERS: dict[str, Callable[..., Any]] = {
    "value": value,
    "short": short,
    "size": size,
    "span": span,
    "number": count,
    "words": words,
    "coded": coded,
    "about": about,
    "told": told,
    "named": readable.task,
    "plain": readable.plain,
}
"""By their names in templates."""
