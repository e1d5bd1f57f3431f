"""What is answered to bytes that are no request at all: the same problems, without an application to make them."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from jarvis_ctx.web.guard import HEADERS
from jarvis_ctx.web.problems import MEDIA_TYPE


def raw(status: int) -> bytes:
    """A whole HTTP response, after which the connection is closed."""
    title = HTTPStatus(status).phrase
    body = msgspec.json.encode({"type": "about:blank", "title": title, "status": status})
    own = (("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body))), ("Connection", "close"))
    lines = [f"HTTP/1.1 {status} {title}", *(f"{name}: {value}" for name, value in (*own, *HEADERS)), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
