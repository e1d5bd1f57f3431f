"""Whether whoever asked has gone: what a stream that has nothing to send would not notice by itself."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SOCKETS = ("werkzeug.socket", "gunicorn.socket")
"""Where servers leave the connection."""


def gone(environ: WSGIEnvironment) -> bool:
    """Whether the connection was closed from the other side; False where the server does not show it."""
    found = next((environ[name] for name in SOCKETS if name in environ), None)
    if found is None:
        return False
    try:
        return bool(found.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
    except BlockingIOError:
        return False
    except OSError:
        return True
