"""How far a reader has come in a journal, in a form that can be handed out and brought back."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from typing import Annotated

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.errors import UnknownPosition

BEGINNING = "0"
"""The position before everything."""
ALL = 1 << 62
"""More than any writer's last number."""


Number = Annotated[int, msgspec.Meta(ge=0)]
Writer = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]


class Place(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Everything of the writers of epochs before `epoch`, and of each writer since the events up to its number.

    An overtaken run adds nothing any more, so the vector of writers stays as short as one run's. Writers are named by
    the second half of their id; the first half is the epoch.
    """

    epoch: Number
    numbers: dict[Writer, Number]

    def covers(self, writer: str, number: int) -> bool:
        """Whether the event has been read."""
        return epoch_of(writer) < self.epoch or number <= self.numbers.get(writer, 0)

    def add(self, writer: str, number: int) -> None:
        """The event has been read, and all of its writer before it."""
        if not self.covers(writer, number):
            self.numbers[writer] = number

    def begin(self, epoch: int) -> None:
        """A new run has begun, and what the earlier ones had to say has been read."""
        self.epoch = epoch
        self.numbers = {writer: number for writer, number in self.numbers.items() if epoch_of(writer) >= epoch}

    def copy(self) -> Place:
        """One that goes on by itself."""
        return Place(self.epoch, dict(self.numbers))

    def position(self, writers: Iterable[str]) -> dict[str, int]:
        """The same as {writer: number}, for the known `writers`."""
        return {writer: ALL if epoch_of(writer) < self.epoch else self.numbers.get(writer, 0) for writer in writers}

    def token(self) -> str:
        """The place as a short text for URLs and headers."""
        return urlsafe_b64encode(msgspec.msgpack.encode(self)).rstrip(b"=").decode()


_decode = decoding.unpacker(Place)


def read(token: str) -> Place:
    """The place of a token. Raises `UnknownPosition`."""
    if token == BEGINNING:
        return Place(0, {})
    try:
        return _decode(urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)))
    except (NotBase64, ValueError, msgspec.MsgspecError) as error:
        raise UnknownPosition(position=token[:64], reason="it is none that was ever given") from error


def epoch_of(writer: str) -> int:
    """Of which epoch a writer is: its name begins with it."""
    return int(writer[:8], 16)
