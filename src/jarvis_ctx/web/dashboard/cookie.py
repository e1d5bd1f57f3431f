"""The session cookie: how a browser says who asks, once it has logged in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response

from jarvis_ctx.web.dashboard.sessions import SESSION_SECONDS, Sessions, csrf_of
from jarvis_ctx.web.guard import Caller

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Cookie:
    """Credentials of the guard: a session in a cookie whose name is the store's, as browsers share them among ports."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self._sessions = sessions
        self.name = f"jarvis_{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"

    def __call__(self, environ: WSGIEnvironment) -> Caller | None:
        session = self.presented(environ)
        token = self._sessions.token(session) if session else None
        return Caller(token=token.id, scope=token.scope, csrf=csrf_of(session)) if token is not None else None

    def presented(self, environ: WSGIEnvironment) -> str:
        """The session's secret as it was sent; empty when none was."""
        # Not by the standard library's parser, which some Pythons give seconds to do with one header of backslashes.
        named = (each.strip().partition("=") for each in environ.get("HTTP_COOKIE", "").split(";"))
        return next((value for name, _, value in named if name == self.name), "")

    def put(self, response: Response, session: str, secure: bool) -> None:
        """Give the browser its session: no script reads it, no other site's page sends it."""
        response.set_cookie(
            self.name, session, max_age=SESSION_SECONDS, httponly=True, samesite="Strict", secure=secure, path="/"
        )

    def drop(self, response: Response) -> None:
        """Take the browser's session away."""
        response.delete_cookie(self.name, httponly=True, samesite="Strict", path="/")
