"""An object is given back the state that was kept of it before a crash; what it does not get is said, never fatal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.state_source import Read, Reasons, StateSource
from jarvis_ctx.capture.state_values import Seal
from jarvis_ctx.capture.values import encodable
from jarvis_ctx.codec.reasons import name_of
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.object_state import ObjectState

log = logging.getLogger("jarvis_ctx")

ALL = "(all)"


class Restoring:
    """The states of the runs before this one, back to the last clean end.

    `since` gives the events after a state was captured.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        seal: Seal,
        runs: frozenset[str],
        since: Callable[[ObjectState], list[Event]],
    ) -> None:
        self._sink, self._seal, self._runs, self._since = sink, seal, runs, since

    def restore(self, obj: Any, name: str, source: StateSource) -> Reasons | None:
        """Give `obj` what was kept under `name`; what it did not take, or None when there is nothing for it.

        The values are made anew: each restoring gives equal ones. Raises what appending raises, nothing of the
        object's own.
        """
        kept = self._sink.state.objects.get(name)
        if kept is None or kept.run not in self._runs or not kept.captured:
            return None
        refused: Reasons = []
        values = self._values(kept, source, refused)
        if values or not (kept.fields or kept.whole):
            refused += self._given(obj, kept, values, source)
        body = {"run": kept.run, "count": kept.count, "refused": [list(reason) for reason in refused]}
        self._sink.append("StateRestored", name, body)
        for field, reason in refused:
            log.warning("%s: the field %r of its state was not given back: %s", name, field, reason)
        return refused

    def _values(self, kept: ObjectState, source: StateSource, refused: Reasons) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field, how, value in kept.fields:
            try:
                values[field] = self._seal.open(how, value, source.allowed, kept.run, kept.id, kept.count, field)
            except JarvisError as error:
                refused.append((field, str(error)))
        return values

    def _given(self, obj: Any, kept: ObjectState, values: dict[str, Any], source: StateSource) -> Reasons:
        try:
            since = [] if source.names else self._since(kept)
            return source.restore(obj, Read(values, [], kept.whole), since)
        except Exception as error:  # Code of the person's own object: it goes on as its __init__ made it.
            return [(ALL, f"restore_state raised {name_of(type(error))}: {encodable(str(error)[:500])}")]
