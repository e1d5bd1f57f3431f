"""A store's API on a port of its own, in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from werkzeug.serving import make_server

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.settings import load
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.subject import Beside
from jarvis_ctx.web.tokens import Tokens


class Served(msgspec.Struct, frozen=True):
    """Where it is, and what opens it."""

    url: str
    token: str


@contextmanager
def served(store: Path, port: int = 0, **settings: Any) -> Iterator[Served]:
    """The store, live or dead, served until the end of the block."""
    beside = Beside(load({"path": store, "rate_limit": 0, **settings}))
    app = create_app(beside)
    server = make_server("127.0.0.1", port, app.wsgi_app, threaded=True)
    server.daemon_threads = False  # type: ignore[attr-defined]  # So that closing it waits for whoever listens.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", Tokens(store, SystemClock()).ensure())
    finally:
        app.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
        for each in threading.enumerate():
            if each.name == "jarvis-stream":
                each.join()
        beside.close()
