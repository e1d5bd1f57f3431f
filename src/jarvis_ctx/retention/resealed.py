"""Seals events and the side files they name as they are to be sealed from now on."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.shred import remove
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal.sealed_bodies import composed
from jarvis_ctx.journal.values import MARK, NAME, Values, is_reference
from jarvis_ctx.retention.target import Target, key_of_bytes, key_of_event


class Resealed:
    """The events of a store, one after another. What does not open stays as it is, and is named in `left`."""

    def __init__(self, target: Target, values: Values, *, dry: bool) -> None:
        """`values` seals as is to be. `dry`: count, and raise for a key that is missing, but change nothing."""
        self._target, self._values, self._dry = target, values, dry
        self._known: dict[str, dict[str, Any]] = {}
        """For each side file the reference to what is to be named in its place."""
        self._named: set[str] = set()
        self.events = 0
        self.left: list[str] = []

    def event(self, writer: str, payload: bytes) -> bytes:
        """An event's payload as it is to be. Raises `WrongEncryptionKey`."""
        what = f"an event of writer {writer}"
        try:
            *head, stored = decoding.plain(payload)
            key = key_of_event(payload, stored)
            self._note(stored)
            if self._target.met(key, what):
                return payload
            if self._dry:
                self.events += key is not None or self._target.opens.plain
                return payload
            body = self._referred(self._target.opening.open(writer, payload, stored))
        except (CorruptData, msgspec.DecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
            self.left.append(f"{what}: {error}")
            return payload
        closed = composed(self._target.sealing, writer, head, msgspec.json.encode(body))
        if key is None and key_of_event(closed, decoding.plain(closed)[-1]) is None and body == stored:
            return payload  # Plain, and by the rule of secrets="encrypt" it stays so.
        self.events += 1
        return closed

    @property
    def values(self) -> int:
        """How many side files have a successor."""
        return sum(reference[MARK] != name for name, reference in self._known.items())

    def leftovers(self, *, all_read: bool) -> None:
        """Remove the side files that no event names any more, once all have come by.

        With `all_read`, also those that a round which was killed has left so: nothing can name them that was not read.
        """
        kept = {str(reference[MARK]) for reference in self._known.values()}
        for path in sorted(self._values.folder.iterdir()) if self._values.folder.is_dir() else []:
            if not NAME.fullmatch(path.name) or path.name in kept:
                continue
            if path.name in self._known:
                remove(path)
            elif path.name not in self._named and not self._target.met(key_of_bytes(path.read_bytes()), str(path)):
                if all_read:
                    remove(path)
                else:
                    self.left.append(f"{path.name}: nothing that could be read names it")

    def _note(self, stored: Any) -> None:
        """A sealed body shows which side file it names, too."""
        if type(stored) is dict and is_reference(stored):
            self._named.add(str(stored[MARK]))

    def _referred(self, body: dict[str, Any]) -> dict[str, Any]:
        if not is_reference(body):
            return body
        name = str(body[MARK])
        if name not in self._known:
            self._known[name] = self._successor(name, body)
        return self._known[name]

    def _successor(self, name: str, reference: dict[str, Any]) -> dict[str, Any]:
        path = self._values.folder / name
        try:
            data = path.read_bytes()
        except OSError:
            return reference  # Recovery names what is gone; the event is sealed anew all the same.
        if hashlib.sha256(data).hexdigest() != name:
            self.left.append(f"{path.name}: its bytes do not match its name")
            return reference
        if self._target.met(key_of_bytes(data), str(path)):
            return reference
        return self._values.put(self._target.opening.open_value(data, str(path)))
