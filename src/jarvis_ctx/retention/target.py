"""How a store is to be sealed, and whether something already is."""

from __future__ import annotations

import msgspec

from jarvis_ctx.codec.sealed import HEAD, MAGIC, Seals, heading, is_sealed
from jarvis_ctx.errors import WrongEncryptionKey
from jarvis_ctx.journal.sealed_bodies import Sealing


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What opens a store as it is, and what seals it as it is to be; without `seals` it is to be plain."""

    opens: Seals
    opening: Sealing
    seals: Seals | None
    sealing: Sealing | None

    def met(self, key: str | None, what: str) -> bool:
        """Whether what is sealed with `key`, or plain, is as it is to be.

        Raises `WrongEncryptionKey` for a key that was not given, before anything is changed.
        """
        if key is not None and key not in self.opens.known:
            raise WrongEncryptionKey(what=what, key=key, known=", ".join(self.opens.known))
        return key == (self.seals.key if self.seals is not None else None)


def key_of_event(payload: bytes, body: object) -> str | None:
    """The id of the key that an event's body is sealed with; None for a plain one."""
    return key_of_json(payload) if is_sealed(body) else None


def key_of_json(data: bytes) -> str | None:
    """The id of the key of the first sealed value in JSON; None for plain JSON."""
    found = heading(data)
    return found[0] if found is not None else None


def key_of_bytes(data: bytes) -> str | None:
    """The id of the key that these bytes are sealed with; None for plain ones."""
    return data[6:14].hex() if data.startswith(MAGIC) and len(data) >= HEAD else None
