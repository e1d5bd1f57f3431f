"""The API as a process of its own: gunicorn with one worker of many threads, for a store that is live or dead."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from jarvis_ctx.liveness.served import Note
from jarvis_ctx.settings import Settings
from jarvis_ctx.web.allocator import share_one_arena
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.binding import url_of
from jarvis_ctx.web.pace import REQUEST_SECONDS, Incoming, Outgoing, Paced
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


class _Conn(TConn):  # type: ignore[misc]  # Gunicorn has no types.
    """A connection that can be closed twice."""

    def close(self, graceful: bool = False) -> None:
        if self.sock.fileno() >= 0:
            super().close(graceful)


class _Arriving(Incoming):
    """What a request is read from: of one that comes too slowly, or is too long, there is no more."""

    ended = False

    def recv(self, size: int) -> bytes:
        try:
            found = self.read(size) or b""
        except TimeoutError:
            found = b""
        self.ended = self.ended or not found
        return found


class Worker(ThreadWorker):  # type: ignore[misc]  # As above.
    """Gives a thread to connections that have sent something, and takes it back from those that are too slow."""

    def accept(self, listener: socket.socket) -> None:
        """Let a new connection wait for its first byte without a thread."""
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            self.nr_conns += 1
            conn = _Conn(self.cfg, client, address, listener.getsockname())
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)
            self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:
        """Answer a connection's request, if the whole of it arrives in time, and the answer is taken."""
        conn.init()
        arriving = conn.parser.unreader.sock = _Arriving(conn.sock, REQUEST_SECONDS)
        again = super().handle(conn)
        if again and not arriving.ended:  # Else what still comes of it would be taken for another request.
            return again
        conn.close(graceful=True)  # Which lingers: here, and not where all others are accepted.
        return False

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Whoever takes too little of the answer is let go."""
        plain, conn.sock = conn.sock, Paced(conn.sock)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            return False
        finally:
            conn.sock = plain

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what is no request with a problem; gunicorn would say more than we do."""
        status = next((code for kind, code in _NO_REQUEST if isinstance(exc, kind)), 500)
        if status == 500:
            log.error("A connection ended with an error", exc_info=exc)
        with contextlib.suppress(OSError):
            Outgoing(client).write(raw(status))


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
            "sendfile": False,  # Nothing goes past the pace.
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
        share_one_arena()
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
