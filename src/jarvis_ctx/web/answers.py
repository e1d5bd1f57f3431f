"""Answers as JSON, made once for all who ask the same of the same state; whoever has it already gets 304."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response, request

from jarvis_ctx.codec import exact
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.subject import Subject

FRESH = 0.5
"""Seconds that an answer is given again while no event was added: beats, ages and lag may be as old as that."""
KEPT = 128
"""Different answers that are kept."""
LARGEST = 262_144
"""Bytes of an answer that is kept."""
HIDDEN = b"(store)"
"""What stands for the store's folder."""

Make = Callable[[Insight], Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer's bytes, its ETag, and of when it is."""

    body: bytes
    etag: str
    version: str
    made: float

    def holds(self, version: str, now: float, settled: float) -> bool:
        """Whether it may be given at `now`, when the state has this version."""
        age = now - self.made
        return age < settled or (self.version == version and age < FRESH)


class Answers:
    """Asks insight. Safe in any thread; several that ask the same at the same time wait for one answer."""

    def __init__(self, subject: Subject, steady: Callable[[], float] = time.monotonic) -> None:
        self.subject, self._steady = subject, steady
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._folder = exact.encode(str(subject.folder))[1:-1]

    def give(
        self, key: str, make: Make, lasting: Callable[[Any], Any] | None = None, *, settled: float = 0.0
    ) -> Response:
        """The answer that `make` makes; `lasting` takes out of it what changes by itself, such as an age.

        `key` is different for whatever is asked differently. One that costs much may be `settled` for some seconds: it
        is given again whatever is added meanwhile. Errors of insight go through to the application.
        """
        answer = self._answer(key, make, lasting, settled)
        headers = {"ETag": answer.etag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") and request.if_none_match.contains_weak(answer.etag[3:-1]):
            return Response(status=304, headers=headers)
        return Response(answer.body, content_type="application/json", headers=headers)

    def forget(self) -> None:
        """Something was done that adds no event: the next answers are made anew."""
        with self._lock:
            self._kept.clear()

    def _answer(self, key: str, make: Make, lasting: Callable[[Any], Any] | None, settled: float) -> Answer:
        version = self.subject.version()
        kept = self._kept.get(key)
        if kept is not None and kept.holds(version, self._steady(), settled):
            return kept
        with self._turn(key):
            kept = self._kept.get(key)
            if kept is not None and kept.holds(version, self._steady(), settled):
                return kept
            with self.subject.asking() as insight:
                made = make(insight)
            answer = self._made(made, version, lasting)
            self._keep(key, answer)
        return answer

    def _made(self, made: Any, version: str, lasting: Callable[[Any], Any] | None) -> Answer:
        body = self.encoded(made)
        told = body if lasting is None else self.encoded(lasting(made))
        etag = f'W/"{hashlib.blake2b(told, digest_size=12).hexdigest()}"'
        return Answer(body=body, etag=etag, version=version, made=self._steady())

    def encoded(self, data: Any) -> bytes:
        """Plain data as JSON, without the place where the store lies; what JSON lacks is tagged as it is stored."""
        return exact.encode(data, limit=2**40).replace(self._folder, HIDDEN)

    def _turn(self, key: str) -> threading.Lock:
        with self._lock:
            if len(self._making) > 4 * KEPT:
                self._making = {name: lock for name, lock in self._making.items() if lock.locked()}
            return self._making.setdefault(key, threading.Lock())

    def _keep(self, key: str, answer: Answer) -> None:
        with self._lock:
            if len(answer.body) <= LARGEST:
                self._kept[key] = answer
                self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
