"""The API as a process of its own: gunicorn with one worker of many threads, for a store that is live or dead."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from jarvis_ctx.liveness.served import Note
from jarvis_ctx.settings import Settings
from jarvis_ctx.web.app import Application, create_app
from jarvis_ctx.web.binding import url_of
from jarvis_ctx.web.pace import ANSWER_SECONDS, REQUEST_SECONDS
from jarvis_ctx.web.refusals import raw
from jarvis_ctx.web.subject import Beside

log = logging.getLogger("jarvis_ctx")

THREADS = 320
"""Requests and streams at the same time; a thread is made when it is first needed."""
CONNECTIONS = 640
IDLE = 5
"""Seconds a connection may be open without a request."""


_NO_REQUEST: tuple[tuple[type[Exception], int], ...] = (
    (LimitRequestLine, 414),
    (LimitRequestHeaders, 431),
    (ParseException, 400),
)


class Worker(ThreadWorker):  # type: ignore[misc]  # Gunicorn has no types.
    """Gives a thread to connections that have sent something, and takes it back from those that are too slow."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[TConn, float] = {}
        self._lock = threading.Lock()

    def accept(self, listener: socket.socket) -> None:
        """Let a new connection wait for its first byte without a thread."""
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            self.nr_conns += 1
            conn = TConn(self.cfg, client, address, listener.getsockname())
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)
            self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:
        """Answer a connection's request, if it arrives in time."""
        with self._lock:
            self._arriving[conn] = time.monotonic() + REQUEST_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._arrived(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The headers are there: from here on it is the application's."""
        self._arrived(conn)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what is no request with a problem; gunicorn would say more than we do."""
        status = next((code for kind, code in _NO_REQUEST if isinstance(exc, kind)), 500)
        if status == 500:
            log.error("A connection ended with an error", exc_info=exc)
        with contextlib.suppress(OSError):
            client.settimeout(ANSWER_SECONDS)
            client.sendall(raw(status))

    def murder_pending(self) -> None:
        """Also end what has taken too long to arrive."""
        super().murder_pending()
        now = time.monotonic()
        with self._lock:
            late = [conn for conn, deadline in self._arriving.items() if deadline < now]
        for conn in late:
            with contextlib.suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)

    def _arrived(self, conn: TConn) -> None:
        with self._lock:
            self._arriving.pop(conn, None)


class Standing(BaseApplication):  # type: ignore[misc]  # As above.
    """Gunicorn around the application, which is made in the worker: threads and database do not survive a fork."""

    def __init__(self, settings: Settings, listening: socket.socket, ready: Callable[[str], object]) -> None:
        self._chosen, self._listening, self._ready = settings, listening, ready
        self._url = url_of(listening)  # While it is ours: gunicorn takes it over.
        self._note = Note(settings.folder, settings.name, self._url)
        self._app: Application | None = None
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn is to do, and that it takes nothing from anybody's environment."""
        chosen = {
            "bind": f"fd://{self._listening.fileno()}",
            "workers": 1,
            "worker_class": Worker,
            "threads": THREADS,
            "worker_connections": CONNECTIONS,
            "keepalive": IDLE,
            "timeout": 60,
            "graceful_timeout": 2,
            "limit_request_line": 8_190,
            "limit_request_fields": 64,
            "limit_request_field_size": 8_190,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "jarvis-ctx serve",
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
            "post_worker_init": lambda worker: self._begun(),
            "on_exit": lambda arbiter: self._note.drop(),
            "worker_int": lambda worker: self._end_streams(),
            "worker_exit": lambda arbiter, worker: self._end_streams(),
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Application:
        """The application, in the worker."""
        beside = Beside(self._chosen)
        beside.named = self._note.put
        self._app = create_app(beside)
        return self._app

    def _begun(self) -> None:
        self._note.put()
        self._ready(self._url)

    def _end_streams(self) -> None:
        if self._app is not None:
            self._app.stopping.set()
