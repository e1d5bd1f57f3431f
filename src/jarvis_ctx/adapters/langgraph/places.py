"""LangGraph's configs: which thread, namespace and checkpoint one names."""

from __future__ import annotations

import re
from collections import ChainMap
from typing import Any

from langchain_core.runnables import RunnableConfig

from jarvis_ctx.errors import BadValue, UnstorableValue
from jarvis_ctx.model.ids import ID_LIMIT, TaskId

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\Z")


def thread_of(config: RunnableConfig) -> str:
    """The thread. Raises `BadValue`."""
    given = config.get("configurable", {}).get("thread_id")
    return thread_id(given)


def thread_id(given: Any) -> str:
    """A thread's id as text; LangGraph takes numbers, too. Raises `BadValue`."""
    name = str(given) if type(given) is int else given
    if not isinstance(name, str) or not 0 < len(name) <= ID_LIMIT:
        raise BadValue(name="thread_id", value=given, expected=f"text of 1 to {ID_LIMIT} characters")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise BadValue(name="thread_id", value=given, expected="text that UTF-8 can hold") from error
    return name


def namespace_of(config: RunnableConfig) -> str:
    """The namespace; the root's is empty."""
    return _namespace(config.get("configurable", {}))


def id_of(config: RunnableConfig | None) -> str | None:
    """The checkpoint; None where the latest is meant."""
    return _id((config or {}).get("configurable", {}))


def place_of(config: RunnableConfig) -> tuple[str, str, str | None]:
    """Thread, namespace and checkpoint at once, as each of the others gives it. Raises `BadValue`."""
    named = config.get("configurable", {})
    return thread_id(named.get("thread_id")), _namespace(named), _id(named)


def _namespace(named: dict[str, Any]) -> str:
    return str(named.get("checkpoint_ns") or "")


def _id(named: dict[str, Any]) -> str | None:
    found = named.get("checkpoint_id")
    return None if found is None or found == "" else str(found)


def flat(config: RunnableConfig) -> RunnableConfig:
    """The config with its metadata as a plain dict: LangGraph's own is a `ChainMap`, which is slow to go through."""
    metadata: Any = config.get("metadata")
    if type(metadata) is not ChainMap:
        return config
    found: dict[str, Any] = {}
    for mapping in reversed(metadata.maps):
        found.update(mapping)
    return {**config, "metadata": found}


def config_of(thread: str, namespace: str, id: str) -> RunnableConfig:
    """What names a checkpoint."""
    return {"configurable": {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": id}}


def task_of(config: RunnableConfig) -> TaskId:
    """A node's task: LangGraph's own id of it, which stands in its namespace, depends on the checkpoint."""
    return task_at(thread_of(config), namespace_of(config))


def task_at(thread: str, namespace: str) -> TaskId:
    """The task of the node whose own namespace this is."""
    return TaskId(f"{thread[:256]}/{namespace[-255:]}")


def above(config: RunnableConfig) -> str:
    """The namespace of the graph that a node is in; the root's is empty."""
    return namespace_of(config).rpartition("|")[0]


def storable(*names: str) -> None:
    """Raises `UnstorableValue` for names of which one has a character that UTF-8 cannot hold."""
    try:
        "".join(names).encode()
    except UnicodeEncodeError as error:
        raise UnstorableValue(path="a name", type="str", reason="UTF-8 cannot hold a lone surrogate") from error


def checked(filter: dict[str, Any] | None) -> dict[str, Any]:
    """What metadata is to be like. Raises `BadValue` for a key that is not a plain name."""
    for key in filter or {}:
        if not isinstance(key, str) or not KEY.match(key):
            raise BadValue(name="a key of filter", value=key, expected="a letter or _, then letters, digits, _ . -")
    return filter or {}
