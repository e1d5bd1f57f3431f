"""Where an object's state is read and given back: attributes that were named, or methods of its class."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.capture.conventions import Wishes
from jarvis_ctx.capture.values import storable
from jarvis_ctx.codec.reasons import name_of
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.event import Event

CAPTURE, RESTORE = "capture_state", "restore_state"

Reasons = list[tuple[str, str]]
"""Fields by name, and what became of each that is not there."""


class Read(msgspec.Struct, frozen=True):
    """An object's fields by name, and those that could not be read; `whole` as of `ObjectState`."""

    fields: dict[str, Any]
    lost: Reasons
    whole: bool = False


class StateSource(msgspec.Struct, frozen=True, kw_only=True):
    """How the state of one class's objects is read. `allowed`: the types declared for pickling, by name."""

    names: tuple[str, ...] = ()
    """Attributes; without any, the class's own two methods are asked."""
    allowed: dict[tuple[str, str], type] = {}

    def read(self, obj: Any) -> Read:
        """The state as it is now. Raises what `capture_state` raises, and `BadValue` where it cannot be called here."""
        return self._attributes(obj) if self.names else _asked(obj)

    def _attributes(self, obj: Any) -> Read:
        fields: dict[str, Any] = {}
        lost: Reasons = []
        for name in self.names:
            try:
                fields[name] = getattr(obj, name)
            except Exception as error:  # Code of the person's own object, as a property's.
                lost.append((name, f"reading it raised {name_of(type(error))}"))
        return Read(fields, lost)

    def restore(self, obj: Any, kept: Read, since: list[Event]) -> Reasons:
        """Give the kept fields to `obj`; what it did not take. Raises what `restore_state` raises."""
        if not self.names:
            obj.restore_state(kept.fields[CAPTURE] if kept.whole else kept.fields, since)
            return []
        refused: Reasons = []
        for name, value in kept.fields.items():
            if name not in self.names:
                refused.append((name, "state= does not name it any more"))
                continue
            try:
                setattr(obj, name, value)
            except Exception as error:  # As above: a property without a setter, or one that refuses.
                refused.append((name, f"setting it raised {name_of(type(error))}"))
        return refused


def source_of(cls: type, wished: Wishes) -> StateSource | None:
    """How the state of this class's objects is read; None where nothing asks for it.

    `state=` goes before the methods `capture_state` and `restore_state`, which count only together.
    """
    if wished.state:
        return StateSource(names=wished.state, allowed=wished.state_types)
    if callable(getattr(cls, CAPTURE, None)) and callable(getattr(cls, RESTORE, None)):
        return StateSource(allowed=wished.state_types)
    return None


def _asked(obj: Any) -> Read:
    state = obj.capture_state()
    if hasattr(state, "__await__"):
        if hasattr(state, "close"):
            state.close()
        raise BadValue(
            name=CAPTURE, value="a coroutine function", expected="a plain method: it is called between calls"
        )
    if type(state) is dict and all(type(name) is str and storable(name) for name in state):
        return Read(state, [])
    return Read({CAPTURE: state}, [], whole=True)
