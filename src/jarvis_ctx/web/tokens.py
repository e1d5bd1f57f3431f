"""Who may ask: tokens of 256 bits, kept as hashes, with a scope and an end."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.clock import MICROSECONDS, Clock
from jarvis_ctx.disk.filelock import FileLock
from jarvis_ctx.disk.files import private_folder, write_whole
from jarvis_ctx.errors import CorruptData, UnknownToken, UnsafeFolder, did_you_mean

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")
"""What a token may do; each may what those before it may."""

PREFIX = "jctx_"
FIRST = "main"
"""The label of the token that is made by itself."""
OURS, HASHES, LOCK = "token", "token.hashes", "token.lock"
PATIENCE = 5.0
KEPT = 1000
"""Tokens that a store can have, revoked ones among them; the oldest revoked are forgotten first."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as the server knows it: its SHA-256, never itself. Times in µs."""

    id: str
    label: str
    scope: Scope
    sha256: str
    created: int
    expires: int | None = None
    revoked: int | None = None

    def valid(self, now: int) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class Tokens:
    """The tokens of one store, in two files of mode 0600: `token` is the one that was made by itself, for its owner to
    read; `token.hashes` is what the server goes by. A change by any process counts from the next request on.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._ours, self._hashes = folder / OURS, folder / HASHES
        self._seen: tuple[int, int, int] | None = None
        self._known: list[Token] = []

    def ensure(self) -> str:
        """The token that was made by itself; a new one where it is gone or opens nothing any more."""
        private_folder(self._folder)
        shown = self.show()
        if shown is None or self.check(shown) is None:
            with self._changing() as known:
                shown = self._renewed(known)
        return shown

    def show(self) -> str | None:
        """The token that was made by itself, if there is one. Raises `UnsafeFolder` when others can read it."""
        try:
            text = _read_private(self._ours)
        except FileNotFoundError:
            return None
        return text.decode("ascii", "replace").strip()

    def check(self, presented: str) -> Token | None:
        """The token that `presented` is, if it opens anything now. Takes as long for one as for another."""
        digest, found = _sha256(presented), None
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found if found is not None and found.valid(self._clock.wall()) else None

    def all(self) -> list[Token]:
        """Every token, oldest first; read again only when the file has changed. Raises `CorruptData`."""
        try:
            found = os.stat(self._hashes)
        except FileNotFoundError:
            self._seen, self._known = None, []
            return []
        seen = found.st_ino, found.st_mtime_ns, found.st_size
        if seen != self._seen:
            self._known = self._load()
            self._seen = seen
        return self._known

    def add(self, scope: Scope, label: str = "", expires: int | None = None) -> tuple[Token, str]:
        """A new token, and what it is: shown this once. `expires` in µs."""
        with self._changing() as known:
            token, secret = self._made(scope, label, expires)
            known.append(token)
        return token, secret

    def rotate(self) -> str:
        """A new token in the place of the one that was made by itself, which opens nothing any more."""
        private_folder(self._folder)
        with self._changing(anew=True) as known:
            return self._renewed(known)

    def revoke(self, id: str) -> Token:
        """Let the token with this id or label open nothing any more. Raises `UnknownToken`."""
        with self._changing() as known:
            matches = [token for token in known if token.revoked is None and id in (token.id, token.label)]
            if not matches:
                hint = did_you_mean(id, [name for token in known for name in (token.id, token.label)])
                raise UnknownToken(token=id, hint=hint)
            self._revoke(known, lambda token: token in matches)
        return matches[-1]

    def _renewed(self, known: list[Token]) -> str:
        self._revoke(known, lambda token: token.label == FIRST and token.revoked is None)
        token, secret = self._made("admin", FIRST, None)
        known.append(token)
        self._write(known)  # First: what stands in `token` is never one that the server does not know.
        write_whole(self._ours, secret.encode(), b"\n")
        return secret

    def _revoke(self, known: list[Token], chosen: Callable[[Token], bool]) -> None:
        now = self._clock.wall()
        known[:] = [msgspec.structs.replace(token, revoked=now) if chosen(token) else token for token in known]

    def _made(self, scope: Scope, label: str, expires: int | None) -> tuple[Token, str]:
        secret = PREFIX + secrets.token_urlsafe(32)
        id, now = secrets.token_hex(4), self._clock.wall()
        return Token(id=id, label=label, scope=scope, sha256=_sha256(secret), created=now, expires=expires), secret

    @contextmanager
    def _changing(self, *, anew: bool = False) -> Iterator[list[Token]]:
        """The tokens, to be changed; written when the block ends well. Other processes wait meanwhile.

        `anew`: from none where the file cannot be read or others could read it.
        """
        lock, deadline = FileLock(self._folder / LOCK), time.monotonic() + PATIENCE
        while not lock.acquire():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Another process has been changing the tokens for {PATIENCE:g} s.")
            time.sleep(0.01)
        try:
            known = self._latest(anew)
            yield known
            self._write(known)
        finally:
            lock.release()

    def _latest(self, anew: bool) -> list[Token]:
        self._seen = None
        try:
            return list(self.all())
        except (CorruptData, UnsafeFolder):
            if not anew:
                raise
            return []

    def _write(self, known: list[Token]) -> None:
        gone = [token for token in known if token.revoked is not None][: max(0, len(known) - KEPT)]
        kept = [token for token in known if token not in gone]
        write_whole(self._hashes, msgspec.json.encode({"format": 1, "tokens": kept}), b"\n")
        self._seen = None

    def _load(self) -> list[Token]:
        try:
            return decoding.decode(_read_private(self._hashes), _File).tokens
        except msgspec.DecodeError as error:
            reason = "it is no list of tokens; `jarvis-ctx token rotate` begins anew"
            raise CorruptData(what=HASHES, reason=reason) from error


class _File(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal[1]
    tokens: list[Token]


def covers(scope: Scope, wanted: Scope) -> bool:
    """Whether who has `scope` may do what needs `wanted`."""
    return SCOPES.index(scope) >= SCOPES.index(wanted)


def lifetime(seconds: float, clock: Clock) -> int:
    """When a token ends that lives for so long from now, µs."""
    return clock.wall() + round(seconds * MICROSECONDS)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _read_private(path: Path) -> bytes:
    """A file's content, if it is ours alone; a link is not followed. Raises `UnsafeFolder`, `FileNotFoundError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(file.fileno())
        if found.st_mode & 0o077 or found.st_uid != os.geteuid():
            remedy = "run: jarvis-ctx token rotate, as somebody may have read it"
            raise UnsafeFolder(path=str(path), problem="could be read by others", remedy=remedy)
        return file.read()
