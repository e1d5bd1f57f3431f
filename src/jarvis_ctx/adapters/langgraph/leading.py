"""Which nodes led to a node that a run goes on with: as the saver has what they wrote, whoever ran them."""

from __future__ import annotations

from collections.abc import Iterable

from langchain_core.runnables import RunnableConfig
from langgraph.types import Send

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver
from jarvis_ctx.adapters.langgraph.told import TASKS
from jarvis_ctx.errors import JarvisError

MAP = "checkpoint_map"
"""Under which LangGraph's config has the checkpoint of each namespace that a node begins after."""


def leading(saver: JarvisSaver, name: str, config: RunnableConfig) -> set[str]:
    """LangGraph's ids of the tasks of the superstep before that led to this node; none where that cannot be read."""
    thread, above = places.thread_of(config), places.above(config)
    id = config.get("configurable", {}).get(MAP, {}).get(above)
    try:
        here = saver.get_tuple(places.config_of(thread, above, id)) if id else None
        before = saver.get_tuple(here.parent_config) if here is not None and here.parent_config else None
    except JarvisError:
        return set()  # The graph meets it itself, if it matters.
    writes = before.pending_writes or [] if before is not None else []
    triggers: Iterable[str] = config.get("metadata", {}).get("langgraph_triggers", ())
    sent = {task for task, channel, value in writes if channel == TASKS and _to(value) == name}
    return sent | {task for task, channel, _ in writes if channel in triggers}


def _to(value: object) -> str:
    return value.node if isinstance(value, Send) else ""
