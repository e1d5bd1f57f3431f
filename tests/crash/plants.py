"""Breaks, planted on purpose in a child before it opens its store: what the harness must find."""

from __future__ import annotations

import os
import signal
import uuid
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.others import OthersDrain
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.liveness import identity
from jarvis_ctx.recovery import reports
from jarvis_ctx.sidecar import manager
from tests.crash.acknowledgements import ACKNOWLEDGED, STARTED, Acknowledgements
from tests.crash.calls import Token

VARIABLE = "CRASH_BREAK"
"""Of the environment: the break that every child of the harness makes, on top of one that its test plants."""
BUFFERED = 5


def plant(name: str) -> None:
    """Make the break of that name, if any: one of these functions, or `module:function`."""
    if name:
        module, _, function = name.rpartition(":")
        getattr(import_module(module or __name__), function)()


def buffered_writer() -> None:
    """Each event is written five calls later."""
    append, waiting = Writer.append, deque[Callable[[], int]]()

    def later(self: Writer, *event: Any, **how: Any) -> int:
        waiting.append(partial(append, self, *event, **how))
        return waiting.popleft()() if len(waiting) > BUFFERED else 0

    Writer.append = later  # type: ignore[method-assign]  # a break


def early_acknowledgement() -> None:
    """A call is acknowledged, then made."""

    def around(self: Acknowledgements, token: Token, call: Callable[[], object]) -> None:
        self.write(STARTED, token)
        self.write(ACKNOWLEDGED, token)
        call()

    Acknowledgements.around = around  # type: ignore[method-assign]  # a break


def forgetful_drain() -> None:
    """Nobody drains what a dead run had not drained."""
    OthersDrain._drain = lambda *given: iter(())  # type: ignore[method-assign]  # a break


def epoch_not_compared() -> None:
    """A writer takes every epoch for its own."""

    class Same(int):
        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = int.__hash__

    begin = Writer.begin

    def begun(self: Writer, *arguments: Any) -> None:
        self.epoch = Same(self.epoch)
        begin(self, *arguments)

    Writer.begin = begun  # type: ignore[method-assign, assignment]  # a break


def digest_not_checked() -> None:
    """A frame counts as whole whatever its digest says."""
    at = frame._frame_at

    def trusting(
        data: bytes | memoryview, offset: int, digest: Callable[[int, bytes], bytes], base: int = 0
    ) -> frame.Frame | None:
        found = data[offset + 16 : offset + 32]
        return at(data, offset, lambda number, payload: bytes(found), base)

    frame._frame_at = trusting


def eager_look() -> None:
    """No break: the run looks after its database twenty times a second."""
    manager.LOOK = 0.05  # type: ignore[attr-defined]  # it imports it


def dies_recovering() -> None:
    """No break: it is killed in the middle of acting on its plan."""
    reports.write = lambda *given: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]


def rebooted() -> None:
    """No break: the machine was started anew since anything else ran."""
    boot = str(uuid.uuid4())
    identity.boot_id = lambda: boot
