"""The short way: who asks what was just answered gets those bytes, before Flask takes the request apart."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jarvis_ctx.web.answers import CACHING, Answers, target
from jarvis_ctx.web.scopes import PREFIX
from jarvis_ctx.web.shelf import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Express:
    """A WSGI application around another, behind the guard: what comes here may be answered."""

    def __init__(self, app: WSGIApplication, answers: Answers) -> None:
        self._app, self._answers = app, answers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        known = environ.get("HTTP_IF_NONE_MATCH")
        answer = self._given(environ)
        if answer is None or known not in (None, answer.etag):
            return self._app(environ, start_response)
        headers = [("ETag", answer.etag), ("Cache-Control", CACHING)]
        if known is not None:
            start_response("304 NOT MODIFIED", headers)
            self._answers.timed(environ["PATH_INFO"], 304, time.perf_counter() - began)
            return []
        length = str(len(answer.body))
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", length), *headers])
        self._answers.timed(environ["PATH_INFO"], 200, time.perf_counter() - began)
        return [answer.body]

    def _given(self, environ: WSGIEnvironment) -> Answer | None:
        plain = environ["REQUEST_METHOD"] == "GET" and environ.get("CONTENT_LENGTH") in (None, "", "0")
        if not plain or "HTTP_CACHE_CONTROL" in environ or not environ.get("PATH_INFO", "").startswith(PREFIX):
            return None
        try:
            return self._answers.again(target(environ))
        except OSError:
            return None  # Flask's way says what the matter is.
