"""Which of a thread's checkpoints are more than are to be kept; what a delta channel is rebuilt from never is."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.standing import Standing


def surplus(reader: Reader, found: list[Standing], count: int) -> list[Standing]:
    """Of a thread's checkpoints, the latest first, those beyond the latest `count` of each namespace.

    Without those that a delta channel of one that stays is rebuilt from. Raises `CorruptData`.
    """
    by_id = {(place.namespace, place.id): place for place in found}
    stays = _latest(found, count)
    needed = {(place.namespace, place.id) for place in stays}
    for place in stays:
        missing = set(reader.record(place).deltas)
        at: Standing | None = place
        while at is not None and missing:
            record = reader.record(at)
            missing = missing - record.values.keys() - {c for held in record.kept.values() for c in held}
            at = by_id.get((at.namespace, record.parent)) if record.parent is not None and missing else None
            if at is not None:
                needed.add((at.namespace, at.id))
    return [place for place in found if (place.namespace, place.id) not in needed]


def _latest(found: Iterable[Standing], count: int) -> list[Standing]:
    kept: dict[str, list[Standing]] = {}
    for place in found:
        here = kept.setdefault(place.namespace, [])
        if len(here) < count:
            here.append(place)
    return [place for here in kept.values() for place in here]
