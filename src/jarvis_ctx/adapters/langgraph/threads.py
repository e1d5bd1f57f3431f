"""What is done to a thread as a whole: listed, copied, thinned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from langchain_core.runnables import RunnableConfig

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.errors import UnknownThread, did_you_mean
from jarvis_ctx.graphs import standing
from jarvis_ctx.graphs.pen import Pen
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.standing import Standing
from jarvis_ctx.settings import Settings


def named(source: Source, config: RunnableConfig) -> Standing | None:
    """The checkpoint that `config` names, or its namespace's latest."""
    thread, namespace, id = places.thread_of(config), places.namespace_of(config), places.id_of(config)
    if id is not None:
        return standing.of_checkpoint(source, thread, namespace, id)
    return next(standing.of_namespace(source, thread, namespace), None)


def matching(
    source: Source, thread: str | None, config: RunnableConfig | None, before: str | None
) -> Iterator[Standing]:
    """The checkpoints that `config` means, the latest first, of lesser ids than `before`."""
    namespace, id = (config or {}).get("configurable", {}).get("checkpoint_ns"), places.id_of(config)
    if thread is not None and namespace is not None and id is not None:
        found = standing.of_checkpoint(source, thread, namespace, id)
        all_: Iterable[Standing] = [] if found is None else [found]
    elif thread is not None and namespace is not None:
        all_ = standing.of_namespace(source, thread, namespace, before)
    else:
        names = standing.threads(source) if thread is None else [thread]
        all_ = (each for name in names for each in standing.of_thread(source, name))
        all_ = sorted(all_, key=lambda each: each.id, reverse=True)
    for each in all_:
        if (id is None or each.id == id) and (before is None or each.id < before):
            yield each


def copy(pen: Pen, reader: Reader, found: list[Standing], target: str) -> None:
    """Put these checkpoints of one thread, the latest first, into the thread `target`, the eldest first."""
    for place in reversed(found):
        whole = reader.found(place)
        pen.put(
            (target, place.namespace, place.id),
            parent=whole.parent,
            checkpoint=whole.checkpoint,
            metadata=whole.metadata,
            versions=whole.versions,
            channels=whole.values.keys(),
            new=reader.record(place).values.keys(),
            serialise=whole.values.__getitem__,
        )
        for write in whole.writes:
            told = [(write.index, write.channel, write.value)]
            pen.put_writes((target, place.namespace, place.id), write.task, write.path, told)


def latest(found: Iterable[Standing], count: int) -> list[Standing]:
    """The latest `count` checkpoints of each namespace, of these, the latest first."""
    kept: dict[str, list[Standing]] = {}
    for place in found:
        here = kept.setdefault(place.namespace, [])
        if len(here) < count:
            here.append(place)
    return [place for here in kept.values() for place in here]


def surplus(
    reader: Reader,
    found: list[Standing],
    stays: list[Standing],
    delta_channels: Callable[[Reader, Standing], set[str]],
) -> list[Standing]:
    """Those of `found` that neither stay nor are needed for a delta channel of one that stays."""
    by_id = {(place.namespace, place.id): place for place in found}
    needed = {(place.namespace, place.id) for place in stays}
    for place in stays:
        missing = delta_channels(reader, place)
        at: Standing | None = place
        while at is not None and missing:
            record = reader.record(at)
            missing = missing - record.values.keys() - {c for held in record.kept.values() for c in held}
            at = by_id.get((at.namespace, record.parent)) if record.parent is not None and missing else None
            if at is not None:
                needed.add((at.namespace, at.id))
    return [place for place in found if (place.namespace, place.id) not in needed]


def drop(pen: Pen, places: Iterable[Standing]) -> None:
    """Drop these checkpoints; killed in between, the rest is there for the next time."""
    for place in places:
        pen.drop(place.thread, place.namespace, place.id)


def unknown(source: Source, thread: str, settings: Settings) -> UnknownThread:
    """The error for a thread that is not there."""
    hint = did_you_mean(thread, standing.threads(source))
    return UnknownThread(thread=thread, orchestrator=settings.name, path=str(settings.folder), hint=hint)
