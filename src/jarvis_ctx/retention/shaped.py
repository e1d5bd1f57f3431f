"""Cleans what people said out of a record, and leaves its own names, numbers and times as they are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from jarvis_ctx import decoding
from jarvis_ctx.journal.fold_restore import Branch
from jarvis_ctx.model.event import Event
from jarvis_ctx.retention.needle import Needle

OPEN = frozenset({"TaskProgressed", "AgentUpdated", "AgentSeen"})
"""Kinds of events whose bodies people fill as they like, keys and all."""

SAID = frozenset({"value", "result", "content", "context", "decision", "reasoning", "outcome", "details"})
"""What holds anything at all in the bodies of other kinds."""

OURS = frozenset({"position", "stamp", "process"})


def record(needle: Needle, kind: type, data: bytes) -> bytes:
    """A record of this kind as JSON, cleaned; `data` itself where nothing is to be cleaned."""
    try:
        tree = decoding.plain(data)
        cleaned = _shaped(needle, _shape(kind), tree)
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, LookupError, TypeError, ValueError):
        return needle.json(data)
    return data if cleaned == tree else msgspec.json.encode(cleaned)


def body(needle: Needle, kind: str, told: Any) -> Any:
    """The body of an event, cleaned."""
    if kind in OPEN or type(told) is not dict:
        return needle.tree(told)
    return {name: _part(needle, kind, name, item) for name, item in told.items()}


def _part(needle: Needle, kind: str, name: str, item: Any) -> Any:
    if kind == "MomentRestored" and name == "state" and type(item) is dict:
        return _shaped(needle, _shape(Branch), item)
    if name in OURS or (type(item) is int and name not in SAID):
        return item
    return needle.tree(item)


@lru_cache(maxsize=3)
def _shape(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _shaped(needle: Needle, shape: inspect.Type, tree: Any) -> Any:
    """`tree` cleaned in every place where its type has text, or anything at all."""
    match shape:
        case inspect.UnionType():
            kinds = [kind for kind in shape.types if not isinstance(kind, inspect.NoneType)]
            return tree if tree is None else _shaped(needle, kinds[0], tree)
        case inspect.StructType():
            if shape.cls is Event:
                return {
                    **tree,
                    "subject": needle.tree(tree["subject"]),
                    "body": body(needle, tree["kind"], tree["body"]),
                }
            known = {field.encode_name: field.type for field in shape.fields}
            return {name: _shaped(needle, known.get(name, inspect.AnyType()), item) for name, item in tree.items()}
        case inspect.DictType():
            clean = {_shaped(needle, shape.key_type, key): item for key, item in tree.items()}
            return {key: _shaped(needle, shape.value_type, item) for key, item in clean.items()}
        case inspect.ListType() | inspect.VarTupleType():
            return [_shaped(needle, shape.item_type, item) for item in tree]
        case inspect.TupleType():
            return [_shaped(needle, kind, item) for kind, item in zip(shape.item_types, tree, strict=True)]
        case inspect.AnyType() | inspect.StrType():
            return needle.tree(tree)
        case _:
            return tree
