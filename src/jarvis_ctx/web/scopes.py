"""What each request needs: the one table of what is open, what is a read, and what is more."""

from __future__ import annotations

from jarvis_ctx.web.tokens import Scope

PREFIX = "/api/jarvis/context"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_SHELL = ("/login", *(f"/static/{name}" for name in ("base.css", "theme.js", "login.js", "vendor/pico.min.css")))
ENTRY = ("POST", "/login")
"""Where a stranger may send a body."""
OPEN = frozenset({ENTRY, *((method, path) for method in ("GET", "HEAD") for path in ("/healthz", *_SHELL))})
"""What answers without a token: that the server is there, and the page that asks for one. It must hold no data."""

WRITES = frozenset({("POST", f"{PREFIX}/checkpoint")})
"""What needs `write`. Every other request that is not safe needs `admin`, whether there is a route for it or not."""


LEAVING = ("POST", "/logout")
"""Whoever came in may go."""


def needed(method: str, path: str) -> Scope:
    """The scope that a request needs."""
    if method in SAFE or (method, path) == LEAVING:
        return "read"
    return "write" if (method, path) in WRITES else "admin"
