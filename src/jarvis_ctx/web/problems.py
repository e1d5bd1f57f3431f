"""What went wrong, as RFC 9457 has it: a status, a title, one sentence, and no more than is the caller's business."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from jarvis_ctx import errors

MEDIA_TYPE = "application/problem+json"
KIND = "urn:jarvis-ctx:problem:"

_STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (errors.UnknownMoment, 404),
    (errors.UnknownCursor, 404),
    (errors.UnknownPosition, 400),
    (errors.TooManyStreams, 503),
    (errors.TooManyReaders, 503),
    (errors.UnknownOrchestrator, 404),
    (errors.NoStore, 404),
    (errors.NoBase, 404),
    (errors.BadValue, 422),
    (errors.TooLarge, 413),
    (errors.AlreadyRunning, 409),
    (errors.NotRunning, 409),
    (errors.NothingToKeep, 409),
    (errors.NotTheOwner, 409),
    (errors.RequestFailed, 409),
    (errors.Fenced, 409),
    (errors.Closed, 409),
    (errors.NotAnswered, 504),
    (errors.JarvisError, 503),
    (OSError, 503),
)
"""The first that fits."""

_PATH = re.compile(r"(?<![\w.:/])/(?:[^\s/:'\"<>()]+/)+[^\s:'\"<>();,]*")


def problem(
    status: int, detail: str = "", kind: str = "", headers: Iterable[tuple[str, str]] = (), **more: Any
) -> Response:
    """A response that says what went wrong; `kind` names it for programs, `more` are members of its own."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    said = {"type": KIND + kind if kind else "about:blank", "title": title, "status": status}
    if detail:
        said["detail"] = detail
    response = Response(msgspec.json.encode({**said, **more}), status=status, content_type=MEDIA_TYPE)
    response.headers.extend(list(headers))
    return response


def of(error: BaseException, shown: Callable[[str], str]) -> Response:
    """The response for one of our errors, or of the file system's: its sentence as it is `shown`, without paths."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status == 500:
        return problem(500, "The answer could not be made; the log says why.")
    said = str(error) if isinstance(error, errors.JarvisError) else "The store cannot be read or written at the moment."
    return problem(status, without_paths(shown(said)), kebab(type(error).__name__))


def without_paths(text: str) -> str:
    """`text` with `(path)` in the place of each absolute path."""
    return _PATH.sub("(path)", text)


def kebab(name: str) -> str:
    """`UnknownMoment` as `unknown-moment`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
