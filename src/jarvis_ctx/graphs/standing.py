"""What of a thread's events still stands: a checkpoint or a thread that was dropped takes with it what was before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import msgspec

from jarvis_ctx.graphs import reach
from jarvis_ctx.graphs.ports import Place
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.subjects import ALL, beneath, parts_of, subject

PUT, WRITES, DROPPED, THREAD = "GraphCheckpointPut", "GraphWritesPut", "GraphCheckpointDropped", "GraphThreadDropped"
FIRST, MOST = 8, 512
"""Events of the first page, which is mostly all that is wanted, and of a later one at most."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that was put and not dropped since."""

    thread: str
    namespace: str
    id: str
    put: Place
    writes: list[Place]
    """What was written after it, in the order it was told."""


def of_checkpoint(source: Source, thread: str, namespace: str, id: str) -> Standing | None:
    """One checkpoint; None where there is none."""
    found = source.about(subject(thread, namespace, id))
    return _judged(found, _dropped(source, thread)) if found else None


def of_namespace(source: Source, thread: str, namespace: str, before: str | None = None) -> Iterator[Standing]:
    """The checkpoints of one namespace, the latest first; with `before`, of those with lesser ids."""
    first, last = beneath(thread, namespace)
    if before is not None:
        last = subject(thread, namespace, before)
    dropped = _dropped(source, thread)
    for group in _groups(source, first, last):
        standing = _judged(group, dropped)
        if standing is not None:
            yield standing


def of_thread(source: Source, thread: str) -> list[Standing]:
    """The checkpoints of all namespaces, the latest first."""
    dropped = _dropped(source, thread)
    found = (_judged(group, dropped) for group in _groups(source, *beneath(thread)))
    return sorted((each for each in found if each is not None), key=lambda each: each.id, reverse=True)


def threads(source: Source) -> list[str]:
    """The threads of which something was told, sorted."""
    found, (first, last) = [], ALL
    while page := source.scan(first, last, 1):
        thread = parts_of(page[0].subject)[0]
        found.append(thread)
        last = subject(thread)[:-1]
    return sorted(found)


def _groups(source: Source, first: str, last: str) -> Iterator[list[Place]]:
    """The events of each subject, the greatest subject first; a page may end within one."""
    limit = FIRST
    while page := source.scan(first, last, limit):
        groups = [list(group) for _, group in groupby(page, key=lambda place: place.subject)]
        if len(page) >= limit and len(groups) == 1:
            limit *= 4
            continue
        yield from groups[:-1] if len(page) >= limit else groups
        if len(page) < limit:
            return
        last, limit = groups[-2][0].subject, min(4 * limit, MOST)


def _judged(places: list[Place], dropped: int) -> Standing | None:
    gone = max([dropped, *(place.time for place in places if place.kind == DROPPED)])
    here = [place for place in places if place.time > gone]
    puts = [place for place in here if place.kind == PUT]
    if not puts:
        return None
    thread, namespace, id = parts_of(puts[0].subject)
    writes = sorted((place for place in here if place.kind == WRITES), key=lambda place: place.time)
    return Standing(thread=thread, namespace=namespace, id=id, put=puts[0], writes=writes)


def _dropped(source: Source, thread: str) -> int:
    """Until when what was told of the thread has gone as a whole; 0 where it was never dropped."""
    return reach.of_thread(source, subject(thread))
