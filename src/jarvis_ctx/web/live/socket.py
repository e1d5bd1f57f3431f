"""The stream over a WebSocket: one JSON text a message, and nothing is expected from the other side."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response
from simple_websocket import ConnectionClosed, Server

from jarvis_ctx.web.live.reader import Item, Reader

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SUBPROTOCOL = "jarvis.stream.v1"
PING = 20.0
"""Seconds between two pings; whoever has not answered one by the next is let go."""
INWARD = 4_096
"""Bytes of a message from the other side; it has nothing to say, so that is enough."""
INWARD_MESSAGES = 16
JOIN = 1.0
GOING_AWAY, REVOKED = 1001, 4401


class Outward(Server):  # type: ignore[misc]  # Of a library without types.
    """Accepts the handshake; lets go of whoever talks too much."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        super().__init__(
            environ,
            subprotocols=[SUBPROTOCOL],
            ping_interval=PING,
            max_message_size=INWARD,
            thread_class=partial(threading.Thread, daemon=True),
        )

    def end(self) -> None:
        """Wake and await the library's own thread, which would not notice that the server closes the socket."""
        self.sock.close()
        self.thread.join(JOIN)

    def _handle_events(self) -> bool:
        return bool(super()._handle_events()) and len(self.input_buffer) <= INWARD_MESSAGES


class _Done(Response):
    """What a view returns whose connection was used for something else."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if self._mode == "gunicorn":
            raise StopIteration  # By which it knows that it has nothing to send.
        return super().__call__(environ, start_response) if self._mode == "werkzeug" else []


def serve(
    environ: WSGIEnvironment, reader: Reader, goes_on: Callable[[], bool], ending: Callable[[], bool]
) -> Response:
    """Send until `goes_on` says no, or the other side leaves. `ending`: whether the server itself stops."""
    with contextlib.closing(reader):
        outward = Outward(environ)
        try:
            with contextlib.suppress(ConnectionClosed, OSError):
                for item in reader.items(lambda: outward.connected and goes_on()):
                    if item.kind != "beat":  # Pings are its beats.
                        outward.send(encoded(item))
                if outward.connected:
                    outward.close(GOING_AWAY if ending() else REVOKED)
        finally:
            outward.end()
    return _Done(outward.mode)


def encoded(item: Item) -> str:
    """`{"type": "event" | "hello" | "missed", "id": where to go on, "data": ...}`."""
    place = f'"id":"{item.place}",' if item.place else ""
    return f'{{"type":"{item.kind}",{place}"data":{item.data.decode()}}}'
