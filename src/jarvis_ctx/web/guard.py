"""The one door: nothing is answered before host, origin, size, token, scope and rate have been looked at."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from werkzeug.wrappers import Response

from jarvis_ctx.errors import JarvisError
from jarvis_ctx.web import limits
from jarvis_ctx.web.hosts import Hosts, asked, well_formed
from jarvis_ctx.web.limits import Rate
from jarvis_ctx.web.problems import problem
from jarvis_ctx.web.scopes import ENTRY, OPEN, SAFE, needed
from jarvis_ctx.web.tokens import Scope, Token, covers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("jarvis_ctx")

CALLER = "jarvis_ctx.caller"
"""Where in the WSGI environment the guard leaves who asks, for whoever answers."""
REQUEST_ID = "jarvis_ctx.request_id"

CROWD = 5
"""How many times as much as one token all requests from one address may ask, before anything of them is looked at."""
FAILURES, FAILURE_BURST = 1.0, 10.0
"""Failed attempts a second from one address, and how many at once, before each is answered 429."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
"""On every answer, refusals too."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: by which token, and with which scope. `csrf` is what a page's writes must carry, where it is a page."""

    token: str
    scope: Scope
    csrf: str = ""


class Credentials(Protocol):
    """One way to say who asks."""

    def __call__(self, environ: WSGIEnvironment) -> Caller | None:
        """Who asks; None when this request does not say so in this way, or not truly."""
        ...


class Bearer:
    """A token in `Authorization: Bearer ...`, or as the WebSocket subprotocol `bearer.<token>`."""

    def __init__(self, check: Callable[[str], Token | None]) -> None:
        self._check = check

    def __call__(self, environ: WSGIEnvironment) -> Caller | None:
        presented = self.presented(environ)
        token = self._check(presented) if presented else None
        return Caller(token=token.id, scope=token.scope) if token is not None else None

    @staticmethod
    def presented(environ: WSGIEnvironment) -> str:
        """The token as it was sent; empty when none was."""
        scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer":
            return str(given.strip())
        offered = environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "")
        return next((name[7:] for word in offered.split(",") if (name := word.strip()).startswith("bearer.")), "")


class Guard:
    """A WSGI application around another; default deny for every route, method and WebSocket.

    `credentials` are asked in order. What it lets through finds its `Caller` in the environment under `CALLER`.
    """

    def __init__(self, app: WSGIApplication, credentials: list[Credentials], hosts: Hosts, rate: int) -> None:
        """`rate` is how many requests a second a token may make; 0 is no limit."""
        self._app, self.credentials, self._hosts = app, credentials, hosts
        self._rate, self._crowd = Rate(rate, 2 * rate), Rate(CROWD * rate, 2 * CROWD * rate)
        self.failures = Rate(FAILURES, FAILURE_BURST)
        self.refused: dict[int, int] = {}
        """How many requests were refused here, by status."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[REQUEST_ID] = secrets.token_hex(8)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            named = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in HEADERS if name.lower() not in named]
            headers.append(("X-Request-Id", environ[REQUEST_ID]))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            refusal = self._refusal(environ)
        except (JarvisError, OSError) as error:
            log.error("Nobody is let in, as the tokens cannot be read: %s", error)
            refusal = problem(503, "The tokens cannot be read; the log says why.", "no-tokens")
        if refusal is None:
            return self._app(environ, start)
        self.refused[refusal.status_code] = self.refused.get(refusal.status_code, 0) + 1
        refusal.headers["Connection"] = "close"  # Its body, if it has one, is not read.
        return refusal(environ, start)

    def _refusal(self, environ: WSGIEnvironment) -> Response | None:
        crowding = self._crowd.take(str(environ.get("REMOTE_ADDR", "")))
        if crowding:
            return _wait(crowding)
        return self._foreign(environ) or self._oversize(environ) or self._stranger(environ)

    def _foreign(self, environ: WSGIEnvironment) -> Response | None:
        host = environ["HTTP_HOST"] = asked(environ.get("RAW_URI", "/"), environ.get("HTTP_HOST", ""))
        origin = environ.get("HTTP_ORIGIN")
        if not well_formed(host):
            return problem(400, "The request has no Host header, or not one that names a host.", "bad-host")
        if not self._hosts.allow(host):
            return problem(
                421, "This server does not answer under that name; allowed_hosts adds names.", "unknown-host"
            )
        if origin is not None and not self._hosts.same(origin, host):
            return problem(403, "The request comes from a page of another origin.", "foreign-origin")
        return None

    def _oversize(self, environ: WSGIEnvironment) -> Response | None:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return problem(400, "Content-Length is not a number.", "bad-length")
        most = limits.ENTRY_BODY if (environ["REQUEST_METHOD"], environ.get("PATH_INFO")) == ENTRY else limits.BODY
        if len(length) > 9 or int(length) > most:
            return problem(413, f"A body may have {most} bytes.", "body-too-large")
        if environ.get("HTTP_TRANSFER_ENCODING"):
            return problem(411, "Send a body with its Content-Length.", "length-required")
        if len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", "")) > limits.TARGET:
            return problem(414, f"Path and query may have {limits.TARGET} bytes.", "target-too-long")
        return None

    def _stranger(self, environ: WSGIEnvironment) -> Response | None:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if (method, path) in OPEN:
            return None
        caller = self.who(environ)
        if caller is None:
            return self._failed(environ)
        if not covers(caller.scope, wanted := needed(method, path)):
            return problem(403, f"This needs a token of scope {wanted}.", "scope-too-low")
        if caller.csrf and method not in SAFE and not _same(environ.get("HTTP_X_CSRF_TOKEN", ""), caller.csrf):
            return problem(403, "A page's request that changes something needs its X-CSRF-Token.", "csrf")
        environ[CALLER] = caller
        return self._too_fast(caller.token)

    def who(self, environ: WSGIEnvironment) -> Caller | None:
        """Who asks, by the first of the credentials that says so; None for a stranger. Also asked again of a stream."""
        return next((caller for each in self.credentials if (caller := each(environ)) is not None), None)

    def _failed(self, environ: WSGIEnvironment) -> Response:
        page = environ["REQUEST_METHOD"] == "GET" and "text/html" in environ.get("HTTP_ACCEPT", "")
        if page and not Bearer.presented(environ):
            return Response(status=303, headers={"Location": "/login", "Cache-Control": "no-store"})
        address = str(environ.get("REMOTE_ADDR", ""))
        wait = self.failures.take(address)
        if wait:
            return _wait(wait)
        if Bearer.presented(environ):
            log.warning("A request from %s came with a token that opens nothing (%s)", address, environ[REQUEST_ID])
        challenge = [("WWW-Authenticate", 'Bearer realm="jarvis-ctx"')]
        return problem(401, "A valid token is needed: Authorization: Bearer ...", "no-valid-token", challenge)

    def _too_fast(self, caller: str) -> Response | None:
        wait = self._rate.take(caller)
        return _wait(wait) if wait else None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _wait(seconds: float) -> Response:
    after = max(1, round(seconds + 0.5))
    return problem(429, f"Too many requests; again in {after} s.", "too-many-requests", [("Retry-After", str(after))])
