"""Which of a thread's checkpoints may go; what a delta channel of one that stays is rebuilt from never does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.standing import Standing

Key = tuple[str, str]
"""A checkpoint's namespace and id."""


def surplus(reader: Reader, found: list[Standing], count: int) -> list[Standing]:
    """Of a thread's checkpoints, the latest first, those beyond the latest `count` of each namespace.

    Without those that a delta channel of one that stays is rebuilt from. Raises `CorruptData`.
    """
    latest = {_key(place) for place in _latest(found, count)}
    return unneeded(reader, found, lambda place: _key(place) not in latest)


def unneeded(reader: Reader, found: list[Standing], may_go: Callable[[Standing], bool]) -> list[Standing]:
    """Of a thread's checkpoints, those that may go and that no delta channel of another one is rebuilt from.

    Raises `CorruptData`.
    """
    by_id = {_key(place): place for place in found}
    going = {_key(place) for place in found if may_go(place)}
    seen: set[tuple[Key, str]] = set()
    needed: set[Key] = set()
    for place in found:
        if _key(place) not in going:
            needed.update(_rebuilt_from(reader, by_id, place, seen))
    return [place for place in found if _key(place) in going - needed]


def _rebuilt_from(
    reader: Reader, by_id: dict[Key, Standing], place: Standing, seen: set[tuple[Key, str]]
) -> Iterator[Key]:
    """The checkpoints before this one that its delta channels are rebuilt from; without those `seen` for a channel."""
    missing = set(reader.record(place).deltas)
    at: Standing | None = place
    while at is not None and missing:
        yield (key := _key(at))
        record = reader.record(at)
        missing -= {channel for channel in missing if (key, channel) in seen}
        seen.update((key, channel) for channel in missing)
        missing -= record.values.keys() | {channel for held in record.kept.values() for channel in held}
        at = by_id.get((at.namespace, record.parent)) if record.parent is not None else None


def _key(place: Standing) -> Key:
    return place.namespace, place.id


def _latest(found: Iterable[Standing], count: int) -> list[Standing]:
    kept: dict[str, list[Standing]] = {}
    for place in found:
        here = kept.setdefault(place.namespace, [])
        if len(here) < count:
            here.append(place)
    return [place for here in kept.values() for place in here]
