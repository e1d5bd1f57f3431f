"""A value as a tree of plain JSON objects: each thing that JSON lacks becomes a dict of one `$tag` and its payload."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from jarvis_ctx.codec.bounds import DEEPEST, HEAVIEST, ITEM, too_heavy
from jarvis_ctx.codec.leaf import LEAVES
from jarvis_ctx.codec.reasons import key_of, name_of, why_not
from jarvis_ctx.codec.zone import NotExact, encodes
from jarvis_ctx.errors import UnstorableValue

BY_ID = {id(kind): leaf for kind, leaf in LEAVES.items()}
"""By the type's id, because looking a type up by itself runs its metaclass's `__hash__`."""

SEQUENCES = {id(tuple): "$tuple", id(set): "$set", id(frozenset): "$frozenset"}
SHOWN = 20
"""Steps of a path that an error shows."""


class Tagging:
    """One walk over one value; knows the way down to where it is."""

    def __init__(self) -> None:
        self._room = HEAVIEST
        self._path: list[Any] = []
        self._above: set[int] = set()

    def tag(self, value: Any) -> Any:
        """The value's tree; the value itself, not a copy, when it needs no tag. Raises as `exact.encode`."""
        kind = type(value)
        if kind is list or kind is dict or id(kind) in SEQUENCES:
            self._enter(value)
            tree: Any
            if kind is dict:
                tree = self._dict(value)
            elif kind is list:
                tree = self._list(value)
            else:
                tree = self._sequence(value, SEQUENCES[id(kind)])
            self._above.discard(id(value))
            return tree
        return value if self._fits(value, kind) else self._leaf(value, kind)

    def _list(self, items: list[Any]) -> list[Any]:
        trees, same = [], True
        for index, item in enumerate(list(items)):
            self._path.append(index)
            tree = self.tag(item)
            self._path.pop()
            same = same and tree is item
            trees.append(tree)
        return items if same else trees

    def _sequence(self, items: Any, tag: str) -> dict[str, Any]:
        trees = self._list(list(items))
        if tag != "$tuple":
            trees.sort(key=msgspec.json.encode)
        return {tag: trees}

    def _dict(self, value: dict[Any, Any]) -> dict[str, Any]:
        # A copy, which is made in one go: another thread may be adding to the dict.
        items = list(value.copy().items())
        named = all(type(key) is str and encodes(key) for key, _ in items)
        named = named and not (len(items) == 1 and items[0][0].startswith("$"))
        pairs, same = [], named
        for key, item in items:
            self._path.append(key)
            pairs.append([key if named else self.tag(key), tree := self.tag(item)])
            self._path.pop()
            same = same and tree is item
        if not named:
            return {"$dict": pairs}
        return value if same else dict(pairs)

    def _enter(self, value: Any) -> None:
        if id(value) in self._above:
            raise self._refusal(value, "it contains itself")
        if len(self._above) == DEEPEST:
            raise self._refusal(value, f"it is nested over {DEEPEST} levels deep")
        self._charge(len(value) * ITEM)
        self._above.add(id(value))

    def _fits(self, value: Any, kind: type) -> bool:
        """Whether JSON has the value as it is."""
        if kind is str:
            self._charge(len(value))
            return encodes(value)
        if kind is int:
            return bool(-(2**63) <= value < 2**63)
        return value is None or kind is bool or (kind is float and bool(isfinite(value)))

    def _leaf(self, value: Any, kind: type) -> dict[str, Any]:
        leaf = BY_ID.get(id(kind))
        if leaf is None:
            raise self._refusal(value, why_not(kind))
        if kind is bytes or kind is bytearray:
            self._charge(len(value))
        try:
            return {leaf.tag: leaf.write(value)}
        except NotExact as error:
            raise self._refusal(value, str(error)) from None
        except MemoryError:
            raise
        except Exception as error:  # an object made past its __init__, or tampered with, may raise anything
            raise self._refusal(value, f"reading it raised {name_of(type(error))}") from error

    def _charge(self, weight: int) -> None:
        self._room -= weight
        if self._room < 0:
            raise too_heavy()

    def _refusal(self, value: object, reason: str) -> UnstorableValue:
        steps = [f"[{key_of(key)}]" for key in self._path]
        if len(steps) > SHOWN:
            steps[SHOWN // 2 : -SHOWN // 2] = ["..."]
        return UnstorableValue(path="$" + "".join(steps), type=name_of(type(value)), reason=reason)
