"""Cleans a value out of events: out of subjects and bodies, wherever those stand, opened and sealed again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.shred import remove
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal.sealed_bodies import composed
from jarvis_ctx.journal.values import MARK, NAME, Values, is_reference
from jarvis_ctx.retention import shaped
from jarvis_ctx.retention.needle import Needle

_encode = msgspec.json.encode


class Bodies:
    """The events of a store, one after another; a side file is cleaned when an event that names it comes by."""

    def __init__(self, needle: Needle, values: Values) -> None:
        """`values` opens what is sealed, and seals what is cleaned."""
        self._needle, self._values = needle, values
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        """For each side file, and the kind of event that names it, what is to name it from now on."""
        self._unread: set[str] = set()
        """Side files that are not what was written, or gone."""
        self.cleaned = 0
        """Side files that have a successor."""

    def event(self, writer: str, payload: bytes) -> bytes:
        """An event's payload, cleaned; itself where there is nothing to clean. Raises `WrongEncryptionKey`."""
        try:
            number, time, run, kind, subject, stored = decoding.plain(payload)
            body = self._opened(writer, payload, stored)
        except (msgspec.DecodeError, ValueError, TypeError, CorruptData):
            return self._needle.plain(payload)
        named = type(body) is dict and is_reference(body)
        cleaned = self._referred(kind, body) if named else shaped.body(self._needle, kind, body)
        about = self._needle.tree(subject)
        if (about, cleaned) == (subject, body):
            return payload
        return composed(self._values.sealing, writer, [number, time, run, kind, about], _encode(cleaned))

    def leftovers(self) -> list[Path]:
        """Remove side files that have a successor, and those that no event has named and that hold the value.

        Returns the latter. Only once all events have come by.
        """
        folder, removed = self._values.folder, []
        named = {name for name, _ in self._known} - self._unread
        needed = {reference[MARK] for reference in self._known.values()} - self._unread
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if not NAME.fullmatch(path.name) or path.name in needed:
                continue
            if path.name in named:
                remove(path)
            elif self._holds(path):
                remove(path)
                removed.append(path)
        return removed

    def _opened(self, writer: str, payload: bytes, body: dict[str, Any]) -> dict[str, Any]:
        sealing = self._values.sealing
        return body if sealing is None else sealing.open(writer, payload, body)

    def _referred(self, kind: str, reference: dict[str, Any]) -> dict[str, Any]:
        key = str(reference[MARK]), kind
        if key not in self._known:
            self._known[key] = self._successor(kind, reference)
        return self._known[key]

    def _successor(self, kind: str, reference: dict[str, Any]) -> dict[str, Any]:
        try:
            body = self._values.get(reference)
        except CorruptData:
            self._unread.add(str(reference[MARK]))
            return reference
        cleaned = shaped.body(self._needle, kind, body)
        if cleaned == body:
            return reference
        self.cleaned += 1
        return self._values.put(_encode(cleaned))

    def _holds(self, path: Path) -> bool:
        data = path.read_bytes()
        if self._values.sealing is not None and hashlib.sha256(data).hexdigest() == path.name:
            try:
                data = self._values.sealing.open_value(data, str(path))
            except CorruptData:
                return False
        return self._needle.within(data) or self._needle.json(data) != data
