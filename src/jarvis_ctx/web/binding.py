"""Where the API listens: on this machine alone, unless somebody has said otherwise."""

from __future__ import annotations

import errno
import socket

from jarvis_ctx.errors import ExposedBind, NotServed
from jarvis_ctx.liveness.listening import holder
from jarvis_ctx.web.hosts import is_loopback

WAITING = 256
"""Connections that wait to be accepted."""


def listen(host: str, port: int, *, exposed: bool = False) -> socket.socket:
    """A socket that listens there. Raises `NotServed`, and `ExposedBind` beyond this machine unless `exposed`."""
    if not (exposed or is_loopback(host)):
        raise ExposedBind(host=host, remedy="serve it with `jarvis-ctx serve --allow-remote`, behind TLS")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
    except OSError as error:
        raise NotServed(host=host, port=port, reason=error.strerror or str(error)) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(WAITING)
    except OSError as error:
        listening.close()
        raise NotServed(host=host, port=port, reason=_why(error, port)) from error
    return listening


def _why(error: OSError, port: int) -> str:
    who = holder(port) if error.errno == errno.EADDRINUSE else ""
    return f"{error.strerror or error} by {who}" if who else error.strerror or str(error)


def url_of(listening: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
