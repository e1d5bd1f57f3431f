"""A tagged tree back to the value it was made of; an unknown tag or payload is damage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

from jarvis_ctx.codec.bounds import DEEPEST
from jarvis_ctx.codec.leaf import LEAVES
from jarvis_ctx.errors import CorruptData

WHAT = "A stored value"
BY_TAG = {leaf.tag: leaf for leaf in LEAVES.values()}
SEQUENCES: dict[str, Callable[[Iterable[Any]], Any]] = {"$tuple": tuple, "$set": set, "$frozenset": frozenset}


def untag(tree: Any) -> Any:
    """The value of a tree that `Tagging` made. Raises `CorruptData`."""
    try:
        return _value(tree, DEEPEST)
    # What the readers of leaves raise for payloads that their writers do not make.
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, OSError, NotImplementedError) as error:
        raise CorruptData(what=WHAT, reason=f"a tag's payload is wrong ({str(error)[:200]})") from error
    except RecursionError as error:
        raise CorruptData(what=WHAT, reason="it is too large for what is left of the stack") from error


def _value(tree: Any, depth: int) -> Any:
    kind = type(tree)
    if kind is not list and kind is not dict:
        return tree
    if depth == 0:
        raise CorruptData(what=WHAT, reason="it is nested deeper than any value that is stored")
    # map() rather than a comprehension: one frame of the stack a level instead of two.
    if kind is list:
        return list(map(_value, tree, repeat(depth - 1)))
    tag, payload = next(iter(tree.items())) if len(tree) == 1 else ("", None)
    if not tag.startswith("$"):
        return dict(zip(tree, map(_value, tree.values(), repeat(depth - 1)), strict=True))
    return _tagged(tag, payload, depth - 1)


def _tagged(tag: str, payload: Any, depth: int) -> Any:
    leaf = BY_TAG.get(tag)
    if leaf is None and tag not in SEQUENCES and tag != "$dict":
        raise CorruptData(what=WHAT, reason=f"it has an unknown tag {tag[:40]!r}")
    if leaf is not None and type(payload) is leaf.payload:
        return leaf.read(payload)
    if leaf is not None or type(payload) is not list:
        raise CorruptData(what=WHAT, reason=f"it has {tag} with a payload of another type")
    if tag in SEQUENCES:
        return SEQUENCES[tag](map(_value, payload, repeat(depth)))
    keys, items = [key for key, _ in payload], [item for _, item in payload]
    return dict(zip(map(_value, keys, repeat(depth)), map(_value, items, repeat(depth)), strict=True))
