"""Keeps secrets out of the store: what is one is replaced before its event is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.codec import exact
from jarvis_ctx.codec.redaction import Redaction

LOST = "it holds a secret, and secrets='drop' keeps none"
"""Why a result is not there to be given back, or a call not to be made again."""

NAMED = ("owner", "binding", "within")
"""What is kept of a call whose arguments are not."""


class Dropping:
    """A sink before the sink, for `secrets="drop"`.

    A result that held a secret is not kept at all: given back without it, it would be another value than the call had
    returned. Its task runs again after a crash, and its step is in doubt. A call whose arguments held one is not made
    again by the sidecar itself. Ids and names are stored as they are.
    """

    def __init__(self, sink: Sink, redaction: Redaction) -> None:
        self._sink, self._redaction, self.state = sink, redaction, sink.state

    def append(self, kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        """As the sink's, without the secrets."""
        given = exact.from_tree(body) if own else body
        shown = self._redaction(given)
        if shown == given:
            return self._sink.append(kind, subject, body, own=own)
        if "result" in shown and shown["result"] != given["result"]:
            shown = {name: value for name, value in shown.items() if name != "result"} | {"lost": LOST}
        if "call" in shown and shown["call"] != given["call"]:
            shown["call"] = {name: given["call"][name] for name in NAMED if name in given["call"]} | {"refused": LOST}
        return self._sink.append(kind, subject, shown)


def storing(sink: Sink, secrets: str, names: str) -> tuple[Sink, Callable[[dict[str, Any]], dict[str, Any]]]:
    """What events are told to, and what makes of an agent's details those that are stored, under `secrets=`."""
    if secrets != "drop":
        return sink, lambda details: details
    redaction = Redaction(names)
    return Dropping(sink, redaction), redaction
