"""What each request needs: the one table of what is open, what is a read, and what is more."""

from __future__ import annotations

from jarvis_ctx.web.tokens import Scope

PREFIX = "/api/jarvis/context"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

OPEN = frozenset({("GET", "/healthz"), ("HEAD", "/healthz")})
"""What answers without a token. It must hold no data."""

WRITES = frozenset({("POST", f"{PREFIX}/checkpoint")})
"""What needs `write`. Every other request that is not safe needs `admin`, whether there is a route for it or not."""


def needed(method: str, path: str) -> Scope:
    """The scope that a request needs."""
    if method in SAFE:
        return "read"
    return "write" if (method, path) in WRITES else "admin"
