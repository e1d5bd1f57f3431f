"""`/login` and `/logout`: the token, or a link, once; then the session's cookie."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, render_template, request
from pydantic import Field, ValidationError

from jarvis_ctx.web.application import answering
from jarvis_ctx.web.bodies import invalid
from jarvis_ctx.web.dashboard.cookie import Cookie
from jarvis_ctx.web.dashboard.sessions import Sessions
from jarvis_ctx.web.models import Asked
from jarvis_ctx.web.problems import problem
from jarvis_ctx.web.tokens import Tokens


class LoginAsked(Asked):
    """A token, or the secret of a link that `jarvis-ctx dashboard` printed."""

    token: str = Field("", max_length=256)
    link: str = Field("", max_length=256)


def login(tokens: Tokens, sessions: Sessions, cookie: Cookie) -> Blueprint:
    """The blueprint."""
    pages = Blueprint("login", __name__)

    @pages.get("/login")
    def show() -> Response:
        return Response(render_template("login.html"), headers={"Cache-Control": "no-store"})

    @pages.post("/login")
    def enter() -> Response:
        """Throttled by address, as every failed attempt is; the answer has no body."""
        try:
            asked = LoginAsked.model_validate(request.get_json())
        except ValidationError as error:
            return invalid(error)
        session = _session(asked, tokens, sessions)
        if session is None:
            failures = answering().guard.failures
            wait = failures.take(str(request.remote_addr))
            status = 429 if wait else 401
            return cast(Response, problem(status, "That opens nothing here.", "login-failed", _after(wait)))
        response = Response(status=204)
        cookie.put(response, session, request.is_secure)
        return response

    @pages.post("/logout")
    def leave() -> Response:
        sessions.end(cookie.presented(request.environ))
        response = Response(status=204)
        cookie.drop(response)
        return response

    return pages


def _session(asked: LoginAsked, tokens: Tokens, sessions: Sessions) -> str | None:
    if asked.link:
        return sessions.redeem(asked.link)
    token = tokens.check(asked.token.strip())
    return sessions.begin(token) if token is not None else None


def _after(wait: float) -> list[tuple[str, str]]:
    return [("Retry-After", str(max(1, round(wait + 0.5))))] if wait else []
