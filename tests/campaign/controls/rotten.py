"""Breaks of what holds against power losses and damage, made in a child before it opens its store."""

from __future__ import annotations

import os
import pickle
import stat
from typing import Any

from jarvis_ctx.codec import pickled
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.recovery import account, bases
from jarvis_ctx.sidecar import JarvisContextManager, database
from jarvis_ctx.sidecar.opening import DATABASE
from tests.unit.codec.malicious import CANARY


def data_not_synced() -> None:
    """No segment is synced."""
    os.fdatasync = lambda fd: None


def folder_not_synced() -> None:
    """No folder is synced, so that a new name in it may go."""
    sync = os.fsync

    def fsync(fd: Any) -> None:
        if not stat.S_ISDIR(os.stat(fd).st_mode):
            sync(fd)

    os.fsync = fsync


def power_loss_not_told() -> None:
    """A report says nothing of what a power loss may take."""
    account._possibly_lost = lambda *given: ""


def damage_thrown_away() -> None:
    """A damaged database is deleted, not moved aside."""

    def set_aside(path: Any, reason: str, damage: list[str]) -> None:
        for file in database.beside(path):
            file.unlink(missing_ok=True)

    database._set_aside = set_aside


def older_not_tried() -> None:
    """Where the newest checkpoint file and its twin do not verify, no older one is tried."""
    candidates = bases.candidates

    def newest(*given: Any) -> list[bases.Candidate]:
        return sorted(candidates(*given), key=lambda candidate: candidate.order, reverse=True)[:2]

    bases.candidates = newest  # type: ignore[assignment]  # a break


def losses_not_named() -> None:
    """The numbers that are gone are not counted as lost."""
    Gathered.lost = property(lambda self: {}, lambda self, lost: None)  # type: ignore[assignment]  # a break


def database_read_beside() -> None:
    """At each checkpoint the database's file is read as any file."""
    checkpoint = JarvisContextManager.checkpoint

    def reading(self: JarvisContextManager, *given: Any, **more: Any) -> Any:
        (self.settings.folder / DATABASE).read_bytes()
        return checkpoint(self, *given, **more)

    JarvisContextManager.checkpoint = reading  # type: ignore[method-assign]  # a break


def pickles_trusted() -> None:
    """Whatever is pickled is loaded; of the malicious ones only those that do no harm but to sing."""
    careful = pickled.loads

    def loads(data: bytes, *given: Any) -> Any:
        return pickle.loads(data) if CANARY.encode() in data else careful(data, *given)

    pickled.loads = loads  # type: ignore[assignment]  # a break
