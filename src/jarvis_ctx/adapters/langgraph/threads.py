"""What is done to a thread as a whole: listed, copied, dropped from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    thread, namespace, id = places.place_of(config)
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
            deltas=reader.record(place).deltas,
            serialise=whole.values.__getitem__,
        )
        for write in whole.writes:
            told = [(write.index, write.channel, write.value)]
            pen.put_writes((target, place.namespace, place.id), write.task, write.path, told)


def drop(pen: Pen, places: Iterable[Standing]) -> None:
    """Drop these checkpoints; killed in between, the rest is there for the next time."""
    for place in places:
        pen.drop(place.thread, place.namespace, place.id)


def unknown(source: Source, thread: str, settings: Settings) -> UnknownThread:
    """The error for a thread that is not there."""
    hint = did_you_mean(thread, standing.threads(source))
    return UnknownThread(thread=thread, orchestrator=settings.name, path=str(settings.folder), hint=hint)
