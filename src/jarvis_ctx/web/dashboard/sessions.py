"""Browsers that have logged in, and links that log one in once: kept as hashes, each with an end."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.clock import MICROSECONDS, Clock
from jarvis_ctx.disk.filelock import FileLock
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.web.tokens import PATIENCE, Token, Tokens

FILE, LOCK = "sessions", "sessions.lock"
SESSION_SECONDS, LINK_SECONDS = 12 * 3600, 120
KEPT = 200
"""Sessions and links at the same time; the oldest is forgotten first."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a secret opens: a session, or a link that is of use once; `token` is the id of the one it stands for. µs."""

    kind: Literal["session", "link"]
    sha256: str
    token: str
    created: int
    expires: int


class Sessions:
    """The sessions of one store, in one file of mode 0600, so that they outlive the orchestrator's process.

    A session may what its token may, for as long as that is valid. A change by any process counts at once.
    """

    def __init__(self, folder: Path, tokens: Tokens, clock: Clock) -> None:
        self._file, self._lock = folder / FILE, folder / LOCK
        self._tokens, self._clock = tokens, clock
        self._turn = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._known: list[Grant] = []

    def link(self, token: Token) -> str:
        """A secret that begins one session, once, within two minutes."""
        return self._grant("link", token.id, LINK_SECONDS)

    def begin(self, token: Token) -> str:
        """A new session's secret."""
        return self._grant("session", token.id, SESSION_SECONDS)

    def redeem(self, link: str) -> str | None:
        """The secret of the session that a link begins; None for one that is spent, too old or made up."""
        if self._match(self._all(), "link", link) is None:
            return None  # Whoever guesses has nobody wait, and nothing written.
        with self._changing() as known:
            found = self._match(known, "link", link)
            if found is None:
                return None
            known.remove(found)
        token = self._valid(found)
        return self.begin(token) if token is not None else None

    def token(self, session: str) -> Token | None:
        """The token that a session stands for, while both are valid."""
        found = self._match(self._all(), "session", session)
        return self._valid(found) if found is not None else None

    def end(self, session: str) -> None:
        """Let a session open nothing any more."""
        with self._changing() as known:
            known[:] = [grant for grant in known if grant.sha256 != _sha256(session)]

    def _valid(self, grant: Grant) -> Token | None:
        now = self._clock.wall()
        token = next((token for token in self._tokens.all() if token.id == grant.token), None)
        return token if token is not None and token.valid(now) and now < grant.expires else None

    def _match(self, known: list[Grant], kind: str, secret: str) -> Grant | None:
        digest, found = _sha256(secret), None
        for grant in known:
            if hmac.compare_digest(grant.sha256, digest) and grant.kind == kind:
                found = grant
        return found

    def _grant(self, kind: Literal["session", "link"], token: str, seconds: int) -> str:
        secret, now = secrets.token_urlsafe(32), self._clock.wall()
        made = Grant(kind=kind, sha256=_sha256(secret), token=token, created=now, expires=now + seconds * MICROSECONDS)
        with self._changing() as known:
            known.append(made)
        return secret

    def _all(self) -> list[Grant]:
        with self._turn:
            try:
                found = os.stat(self._file)
            except FileNotFoundError:
                self._seen, self._known = None, []
                return []
            seen = found.st_ino, found.st_mtime_ns, found.st_size
            if seen != self._seen:
                self._known, self._seen = self._load(), seen
            return self._known

    def _load(self) -> list[Grant]:
        """What the file has; nothing where it is unreadable or others could have written it: one logs in again."""
        try:
            descriptor = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(file.fileno())
                private = not found.st_mode & 0o077 and found.st_uid == os.geteuid()
                return decoding.decode(file.read(), list[Grant]) if private else []
        except (OSError, msgspec.DecodeError):
            return []

    @contextmanager
    def _changing(self) -> Iterator[list[Grant]]:
        lock, deadline = FileLock(self._lock), time.monotonic() + PATIENCE
        while not lock.acquire():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Another process has been changing the sessions for {PATIENCE:g} s.")
            time.sleep(0.01)
        try:
            now = self._clock.wall()
            known = [grant for grant in self._load() if now < grant.expires]
            yield known
            write_whole(self._file, msgspec.json.encode(known[-KEPT:]))
        finally:
            lock.release()


def csrf_of(session: str) -> str:
    """What a page of this session must send along with whatever changes something."""
    return hmac.digest(session.encode("utf-8", "replace"), b"csrf", "sha256").hex()


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
