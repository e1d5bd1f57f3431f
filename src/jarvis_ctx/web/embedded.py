"""The API inside the orchestrator's own process: a daemon thread, begun lazily, that never harms its host."""

from __future__ import annotations

import io
import logging
import selectors
import socket
import threading
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from jarvis_ctx.journal import forks
from jarvis_ctx.liveness.served import Note
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.binding import listen, url_of
from jarvis_ctx.web.pace import Incoming, Paced
from jarvis_ctx.web.refusals import raw
from jarvis_ctx.web.subject import Within

log = logging.getLogger("jarvis_ctx")

CONNECTIONS = 320
"""Connections at the same time, each with a thread; one more is closed at once."""
TURN = 0.2
"""Seconds between two looks whether it is to stop."""


class Handler(WSGIRequestHandler):
    """One connection, one request; quiet, paced, and without the server's name."""

    server_version, sys_version = "jarvis-ctx", ""

    def setup(self) -> None:
        self.connection = paced = Paced(self.request)
        self.rfile = io.BufferedReader(Incoming(self.request))
        self.wfile = paced.out

    def version_string(self) -> str:
        return self.server_version

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.close_connection = True
        self.wfile.write(raw(code))

    def log(self, type: str, message: str, *args: Any) -> None:
        log.debug(message.strip(), *args)


class Server(ThreadedWSGIServer):
    """Serves at a socket that was bound already; ends when it is told to, whatever its connections do."""

    daemon_threads, block_on_close = True, False

    def __init__(self, listening: socket.socket, app: Application) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(host, port, app.wsgi_app, Handler, fd=listening.fileno())
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        listening.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            # No thread could be begun for it, whatever stopped that; its room is free again.
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_one(self) -> None:
        """Accept one connection, and answer it in a thread."""
        self._handle_request_noblock()  # type: ignore[attr-defined]  # Of socketserver, without types.

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("A connection from %s ended with an error", client_address, exc_info=True)


class Embedded:
    """The API of one sidecar, served by a thread of its own process."""

    def __init__(self, manager: JarvisContextManager) -> None:
        """Raises `NotServed`, `ExposedBind`, `UnsafeFolder`, `CorruptData`."""
        chosen = manager.settings
        listening = listen(chosen.host, chosen.port)
        try:
            self.url = url_of(listening)
            self.app = create_app(Within(manager))
            self._server = Server(listening, self.app)
        except BaseException:
            # It is not served, whatever stopped that; the port is free again.
            listening.close()
            raise
        self._stopped, self._note = threading.Event(), Note(chosen.folder, chosen.name, self.url)

    def run(self) -> None:
        """Serve until it is stopped."""
        forks.watch(self)
        self._note.put()
        try:
            self._serve()
        finally:
            self._note.drop()

    def _serve(self) -> None:
        with self._server.socket, selectors.DefaultSelector() as ready:
            ready.register(self._server.socket, selectors.EVENT_READ)
            while not self._stopped.is_set():
                if ready.select(TURN) and not self._stopped.is_set():
                    self._server.handle_one()

    def stop(self) -> None:
        """Accept nobody any more, and tell the streams to end."""
        self._stopped.set()
        self.app.stopping.set()

    def before_fork(self, patience: float) -> None:
        """Nothing is held."""

    def after_fork_in_parent(self) -> None:
        """Nothing was held."""

    def after_fork_in_child(self) -> None:
        """A child does not keep the port: it may outlive us."""
        self._stopped.set()
        self._server.socket.close()
