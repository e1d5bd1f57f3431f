"""Answers as JSON, made once for all who ask the same of the same state; whoever has it already gets 304."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any

from flask import Response, request

from jarvis_ctx.codec import exact
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.readers import Readers
from jarvis_ctx.web.shelf import Answer, Shelf
from jarvis_ctx.web.subject import Subject

CACHING = "private, no-cache"
TARGETS = 512
"""Targets whose answers are known without reading the request further."""
HIDDEN = b"(store)"
"""What stands for the store's folder."""

Make = Callable[[Insight], Any]
Lasting = Callable[[Any], Any]
"""Takes out of an answer what changes by itself, such as an age: that is no change for an ETag."""


class Answers:
    """Asks insight. Safe in any thread; several that ask the same at the same time wait for one answer."""

    def __init__(
        self, subject: Subject, readers: Readers | None = None, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.subject, self._steady = subject, steady
        self.readers = readers or Readers()
        self.shown = Redaction(subject.settings.secret_names)
        """Takes the secrets out of what insight did not answer."""
        self._shelf = Shelf()
        self.timed: Callable[[str, int, float], object] = lambda route, status, seconds: None
        """Told of answers that are given again: route, status, seconds."""
        self._asked: dict[str, tuple[str, float]] = {}
        """The key of each target that was asked for, and for how long its answer is settled."""
        self._folder = exact.encode(str(subject.folder))[1:-1]

    def give(
        self,
        key: str,
        make: Make,
        lasting: Lasting | None = None,
        *,
        settled: float = 0.0,
        timeless: bool = False,
        whole: bool = False,
    ) -> Response:
        """The answer that `make` makes. `key` is different for whatever is asked differently.

        One that costs much may be `settled` for some seconds: it is given again whatever is added meanwhile, unless the
        request says `Cache-Control: no-cache`. A `timeless` one has nothing in it that changes but by events. One for
        which the `whole` store is read keeps nobody else waiting. Errors of insight go through to the application.
        """
        anew = request.headers.get("Cache-Control") == "no-cache"
        answer = self.answer(key, make, lasting, settled=settled, timeless=timeless, whole=whole, anew=anew)
        self._remember(target(request.environ), key, settled)
        headers = {"ETag": answer.etag, "Cache-Control": CACHING}
        if request.headers.get("If-None-Match") and request.if_none_match.contains_weak(answer.etag[3:-1]):
            return Response(status=304, headers=headers)
        return Response(answer.body, content_type="application/json", headers=headers)

    def forget(self) -> None:
        """Something was done that adds no event: the next answers are made anew."""
        self._shelf.clear()

    def encoded(self, data: Any) -> bytes:
        """Plain data as JSON, without the place where the store lies; what JSON lacks is tagged as it is stored."""
        return exact.encode(data, limit=2**40).replace(self._folder, HIDDEN)

    def hidden(self, text: str) -> str:
        """`text` without the place where the store lies, be it written plainly or within JSON."""
        return text.replace(self._folder.decode(), HIDDEN.decode()).replace(str(self.subject.folder), HIDDEN.decode())

    def again(self, asked: str) -> Answer | None:
        """The answer that this target was given, if it may be given again now."""
        known = self._asked.get(asked)
        answer = self._shelf.get(known[0]) if known is not None else None
        if known is None or answer is None:
            return None
        return answer if answer.holds(self.subject.version(), self._steady(), known[1], exact=False) else None

    def _remember(self, asked: str, key: str, settled: float) -> None:
        if len(self._asked) >= TARGETS:
            self._asked = {}
        self._asked[asked] = key, settled

    def answer(
        self,
        key: str,
        make: Make,
        lasting: Lasting | None = None,
        *,
        settled: float = 0.0,
        timeless: bool = False,
        whole: bool = False,
        anew: bool = False,
    ) -> Answer:
        """The same as it is kept; `anew` is what `no-cache` asks for."""
        with self.readers if whole else nullcontext():
            return self._answer(key, partial(self._made, make, lasting, timeless, whole), settled, anew)

    def _answer(self, key: str, made: Callable[[str], Answer], settled: float, anew: bool) -> Answer:
        version = self.subject.version()
        kept = self._shelf.get(key)
        if kept is not None and kept.holds(version, self._steady(), settled, exact=anew):
            return kept
        with self._shelf.turn(key):
            kept = self._shelf.get(key)
            if kept is not None and kept.holds(version, self._steady(), settled, exact=anew):
                return kept
            answer = made(version)
            self._shelf.put(key, answer)
        return answer

    def _made(self, make: Make, lasting: Lasting | None, timeless: bool, whole: bool, version: str) -> Answer:
        began = time.thread_time()
        with self.subject.apart() if whole else self.subject.asking() as insight:
            made = make(insight)
        body = self.encoded(made)
        told = body if lasting is None else self.encoded(lasting(made))
        etag = f'W/"{hashlib.blake2b(told, digest_size=12).hexdigest()}"'
        took = time.thread_time() - began
        now = self._steady()
        return Answer(body=body, etag=etag, version=version, made=now, cost=took, timeless=timeless)


def target(environ: Mapping[str, Any]) -> str:
    """What a request asks for, as it stands in its first line."""
    return f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
