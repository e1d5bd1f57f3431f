"""The stream as server-sent events, which a browser's EventSource takes up again by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response

from jarvis_ctx.web.live.reader import Item, Reader

MEDIA_TYPE = "text/event-stream"


def response(reader: Reader, goes_on: Callable[[], bool]) -> Response:
    """A response that lasts as long as `goes_on`, and closes the reader when it ends."""
    answer = Response(_body(reader, goes_on), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # A proxy that collects answers would hold it back.
    answer.call_on_close(reader.close)
    return answer


def _body(reader: Reader, goes_on: Callable[[], bool]) -> Iterator[bytes]:
    for item in reader.items(goes_on):
        yield encoded(item)


def encoded(item: Item) -> bytes:
    """An event is a plain message; `hello` and `missed` have their name; a beat is a comment."""
    match item.kind:
        case "beat":
            return b":\n\n"
        case "event":
            return b"id: %b\ndata: %b\n\n" % (item.place.encode(), item.data)
        case "hello":
            return b"retry: 2000\nid: %b\nevent: hello\ndata: %b\n\n" % (item.place.encode(), item.data)
        case _:
            return b"event: %b\ndata: %b\n\n" % (item.kind.encode(), item.data)
