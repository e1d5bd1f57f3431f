"""What a refusal means: each status has its error, with the problem's own sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    JarvisError,
    NotFound,
    RateLimited,
    Refused,
    ServerUnavailable,
    Unauthorized,
    UnexpectedAnswer,
)

KIND = "urn:jarvis-ctx:problem:"
PROBLEM = "application/problem+json"
LONGEST = 2_000
"""Characters of somebody else's sentence that are passed on."""

_BY_STATUS: dict[int, type[Refused]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
    500: ServerUnavailable,
    502: ServerUnavailable,
    503: ServerUnavailable,
    504: ServerUnavailable,
} | dict.fromkeys((400, 405, 411, 413, 414, 415, 421, 422), BadRequest)


def refusal(url: str, status: int, headers: Mapping[str, str], body: bytes) -> JarvisError:
    """The error for an answer that is none; `url` is shown."""
    problem = _problem(headers, body)
    said = str(problem.get("detail") or problem.get("title") or "no reason was given")[:LONGEST]
    kind = str(problem.get("type", "")).removeprefix(KIND)
    error = _BY_STATUS.get(status)
    if error is None:
        return UnexpectedAnswer(url=url, status=status, reason="it has no such status")
    facts = {"url": url, "status": status, "kind": "" if kind == "about:blank" else kind, "detail": said}
    return error(**facts, retry_after=retry_after(headers), errors=problem.get("errors", []))


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds until one is to come again; 1 where nothing is said that is understood."""
    said = headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1.0


def _problem(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    if not headers.get("content-type", "").startswith(PROBLEM):
        return {}
    try:
        return decoding.decode(body, dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
