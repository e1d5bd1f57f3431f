"""Side files: bodies too large for a segment, named by their hash."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from jarvis_ctx import decoding
from jarvis_ctx.codec import exact
from jarvis_ctx.codec.sealed import MAGIC, is_sealed
from jarvis_ctx.disk.files import private_folder, read_whole, write_whole
from jarvis_ctx.errors import CorruptData, EncryptionKeyMissing, JournalUnavailable, TooLarge, Unreadable
from jarvis_ctx.journal.sealed_bodies import Sealing

FOLDER = "values"
"""Below the journal's."""
MARK, BYTES = "$value", "bytes"
NAME = re.compile(r"[0-9a-f]{64}")


def is_reference(body: dict[str, Any]) -> bool:
    """Whether `body` only names the side file that holds the event's own body; sealed, it names it all the same."""
    return MARK in body and BYTES in body and (len(body) == 2 or (len(body) == 3 and is_sealed(body)))


class Values:
    """`journal/values/<sha256>`: written before the event that names them, so that none names what is not there."""

    def __init__(self, journal: Path, limit: int = exact.LIMIT, sealing: Sealing | None = None) -> None:
        """`journal` is its folder, `limit` the bytes a body may have.

        `sealing` seals them and the side files; without it they are plain.
        """
        self.folder, self.limit, self.sealing = journal / FOLDER, limit, sealing

    def put(self, body: bytes) -> dict[str, Any]:
        """Keep `body` (JSON) durably; the small body that stands for it in the event.

        A damaged file of that name is written anew. Raises `TooLarge`, and `JournalUnavailable` when it cannot be kept.
        """
        if len(body) > self.limit:
            raise TooLarge(what="An event", size=len(body), limit=self.limit)
        if self.sealing is not None:
            body = self.sealing.close_value(body)
        name = hashlib.sha256(body).hexdigest()
        try:
            path = private_folder(self.folder) / name
            if not _taken_up(path, body):
                write_whole(path, body)
        except OSError as error:
            raise JournalUnavailable(path=str(self.folder), reason=error.strerror or str(error)) from error
        return {MARK: name, BYTES: len(body)}

    def get(self, reference: dict[str, Any]) -> dict[str, Any]:
        """The body that `reference` stands for. Raises `CorruptData` when it is missing or not what was written."""
        if not NAME.fullmatch(str(reference[MARK])):
            raise CorruptData(what="an event", reason="it names a side file that no side file can have")
        path = self.folder / reference[MARK]
        try:
            body = read_whole(path)
        except Unreadable:
            raise
        except OSError as error:
            raise CorruptData(what=str(path), reason="the side file of an event cannot be read") from error
        if hashlib.sha256(body).hexdigest() != reference[MARK]:
            raise CorruptData(what=str(path), reason="its bytes do not match its name")
        if self.sealing is not None:
            body = self.sealing.open_value(body, str(path))
        elif body.startswith(MAGIC):
            raise EncryptionKeyMissing(path=str(path))
        decoded: dict[str, Any] = decoding.plain(body)
        return decoded

    def concern(self, body: dict[str, Any]) -> bool:
        """Whether `body` is not simply the event's own, as it was read."""
        return self.sealing is not None or is_reference(body) or is_sealed(body)

    def body(self, writer: str, payload: bytes, body: dict[str, Any]) -> dict[str, Any]:
        """The event's own body: opened, and fetched from its side file. Raises `CorruptData` and as `Sealing.open`."""
        if self.sealing is not None:
            body = self.sealing.open(writer, payload, body)
        elif is_sealed(body):
            raise EncryptionKeyMissing(path=str(self.folder.parent.parent))
        return self.get(body) if is_reference(body) else body


def _taken_up(path: Path, body: bytes) -> bool:
    """Whether `path` has these very bytes; one that is damaged or cannot be read has not.

    It is young again, so that a cleanup that found nobody naming it leaves it to the event that is about to.
    """
    try:
        os.utime(path)
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except OSError:
        return False
