"""LangGraph's own serialiser, strict: what nobody allowed is not built from stored data, and is not passed over."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import Any

from langgraph.checkpoint.serde.event_hooks import SerdeEvent, register_serde_event_listener
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from jarvis_ctx.errors import OtherSerialiser, TypeNotAllowed, UnstorableValue
from jarvis_ctx.graphs.blobs import Typed

FORMS = frozenset({"null", "bytes", "bytearray", "msgpack"})
"""What this serialiser writes. LangGraph's older `json` and its `pickle` name what is to be called."""

QUESTION = ord("?")
"""As a number, which is found in bytes faster than bytes are."""
_LONE = re.compile(r"(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}")
"""A lone surrogate as `repr` shows it; the serialiser would put a question mark in its place without a word."""


def strict(allowed: Iterable[type]) -> JsonPlusSerializer:
    """The serialiser, for LangGraph's own types and these: no pickle, no names out of stored data."""
    return JsonPlusSerializer(
        pickle_fallback=False, allowed_json_modules=None, allowed_msgpack_modules=tuple(allowed) or None
    )


def dumped(serde: Any, value: Any, what: str) -> Typed:
    """The value serialised. Raises `UnstorableValue`; there is no second serialiser that would take more."""
    try:
        form, data = serde.dumps_typed(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnstorableValue(path=what, type=type(value).__qualname__, reason=str(error)) from error
    if QUESTION in data and _LONE.search(_shown(value)):
        raise UnstorableValue(path=what, type=type(value).__qualname__, reason="a lone surrogate would become a ?")
    return form, data if type(data) is bytes else bytes(data)


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # Code of the value's own: what it hides is not looked for.
        return ""


def loaded(serde: Any, typed: Typed, what: str) -> Any:
    """The value. Raises `OtherSerialiser`, and `TypeNotAllowed` for what LangGraph would give back as plain data."""
    if typed[0] not in FORMS:
        raise OtherSerialiser(what=what, form=typed[0])
    blocked: list[str] = []
    this = threading.get_ident()

    def listen(event: SerdeEvent) -> None:
        if event["kind"].endswith("blocked") and threading.get_ident() == this:
            blocked.append(f"{event['module']}.{event['name']}")

    forget = register_serde_event_listener(listen)
    try:
        value = serde.loads_typed(typed)
    except (TypeError, ValueError) as error:
        raise OtherSerialiser(what=what, form=typed[0]) from error
    finally:
        forget()
    if blocked:
        raise TypeNotAllowed(what=what, types=", ".join(sorted(set(blocked))))
    return value
