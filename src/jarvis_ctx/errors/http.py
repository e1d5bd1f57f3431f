"""The API asked over HTTP: nobody answers, or the answer is a refusal."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class ClientMissing(JarvisError, ImportError):
    """The client was to be used and the library that it needs is not installed."""

    sentence = "The client needs {library}, which is not installed: pip install 'jarvis-ctx[client]'"


class ServerUnreachable(JarvisError, ConnectionError):
    """Nobody answers there, or the connection broke before the answer was whole."""

    sentence = "{url} does not answer: {reason}."


class UnexpectedAnswer(JarvisError, ValueError):
    """Somebody answers there, and it is not this API, or one of another version."""

    sentence = "{url} answers {status}, and not as the API does: {reason}."


class Refused(JarvisError):
    """The API did not do what was asked, and nothing was changed.

    `status` is HTTP's, `kind` the problem's name for programs or nothing, `detail` its sentence.
    """

    sentence = "{url} refuses with {status}: {detail}"


class BadRequest(Refused, ValueError):
    """The API does not accept the question: a parameter, a field, a body."""

    sentence = "{url} does not accept this: {detail}"


class Unauthorized(Refused):
    """No token was given, or one that opens nothing (any more)."""

    sentence = "The token does not open {url}; `jarvis-ctx token show` on its machine prints the one that does."


class Forbidden(Refused):
    """The token's scope is too low for this."""

    sentence = "The token may not do this at {url}: {detail}"


class NotFound(Refused, LookupError):
    """The API has no such route or moment, or the cursor is of another list."""

    sentence = "{url} has no such thing: {detail}"


class Conflict(Refused):
    """The orchestrator is not in a state in which this can be done."""

    sentence = "{url} cannot do this now: {detail}"


class RateLimited(Refused):
    """Too many requests; come again after `retry_after` seconds."""

    sentence = "{url} is asked too often; come again in {retry_after:g} s."


class ServerUnavailable(Refused):
    """The server cannot answer at the moment: the store cannot be read, or the orchestrator did not answer in time."""

    sentence = "{url} cannot answer at the moment: {detail}"
