"""The troubles of docs/troubleshooting.md, each made for real in a folder where a program runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.locked import locked
from tests.unit.insight import spoils

STORE = Path("memory/context/jarvis")
Trouble = Callable[[Path], AbstractContextManager[object]]
ORCHESTRATOR = """
class Reviewer:
    def review(self, module):
        return module

    def choose_agent(self, module):
        return "parser"
"""


def spoiled(spoil: Callable[[Path], None]) -> Trouble:
    """A store that was spoiled so."""

    def make(folder: Path) -> AbstractContextManager[object]:
        spoil(folder / STORE)
        return nullcontext()

    return make


@contextmanager
def uncaptured(folder: Path) -> Iterator[None]:
    """A class whose methods have names that mean nothing."""
    (folder / "mine.py").write_text(ORCHESTRATOR)
    yield


@contextmanager
def disabled(folder: Path) -> Iterator[None]:
    """A variable that somebody forgot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JARVIS_DISABLED", "true")
        yield


@contextmanager
def running(folder: Path) -> Iterator[JarvisContextManager]:
    """A run that lives."""
    with JarvisContextManager(folder / STORE, handle_signals=False) as manager:
        yield manager


@contextmanager
def database_locked(folder: Path) -> Iterator[None]:
    """A live run, and another program that writes in its database and does not commit."""
    with running(folder) as manager:
        manager.flush()
        with locked(folder / STORE / "jarvis_context.db"):
            manager.update_task_progress("task-7", {"description": "Captured all the same"})
            yield


@contextmanager
def quarantined(folder: Path) -> Iterator[None]:
    """A task that was running alone at three deaths."""
    with running(folder) as manager:
        cause = "It was ended from outside without a chance to say so."
        manager.journal.append("TaskQuarantined", "task-1", {"cause": cause, "deaths": 3})
        yield


@contextmanager
def recovered(folder: Path) -> Iterator[None]:
    """A run that recovered, and ended."""
    JarvisContextManager(folder / STORE, handle_signals=False).close()
    yield


@contextmanager
def silent(folder: Path) -> Iterator[None]:
    """A run whose agents have not beaten for longer than they may."""
    with JarvisContextManager(folder / STORE, handle_signals=False, stale_after=0.001):
        yield


@contextmanager
def encrypted(folder: Path) -> Iterator[None]:
    """A store whose key the command was not told of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREW_KEY", "5c" * 32)
        JarvisContextManager(folder / "sealed", handle_signals=False, encryption_key="env:CREW_KEY").close()
        yield


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """The folder of a run that lives, copied by hand."""
    with running(folder) as manager:
        manager.flush()
        shutil.copytree(folder / STORE, folder / "copy")
        yield


@contextmanager
def stored_elsewhere(folder: Path) -> Iterator[None]:
    """A program that was started in another folder."""
    (folder / STORE).rename(folder / "elsewhere")
    yield


@contextmanager
def failing(folder: Path) -> Iterator[None]:
    """A variable with a mistake in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JARVIS_CHECKPOINT_INTERVALL", "5")
        yield


def of_a_newer_version(store: Path) -> None:
    connection = sqlite3.connect(store / "jarvis_context.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def not_ours_alone(store: Path) -> None:
    os.chmod(store, 0o777)


TROUBLES: dict[str, Trouble] = {
    "dead": lambda folder: nullcontext(),
    "uncaptured": uncaptured,
    "disabled": disabled,
    "permissions": spoiled(not_ours_alone),
    "not writable": spoiled(spoils.take_the_right_to_write),
    "database damaged": spoiled(spoils.zero_the_database),
    "checkpoint damaged": spoiled(spoils.truncate_a_checkpoint),
    "segment damaged": spoiled(spoils.damage_a_segment),
    "recovery begun": spoiled(spoils.begin_a_recovery),
    "moved aside": spoiled(spoils.leave_something_aside),
    "key lost": spoiled(spoils.lose_the_key),
    "newer version": spoiled(of_a_newer_version),
    "locked": database_locked,
    "running": running,
    "quarantined": quarantined,
    "recovered": recovered,
    "silent": silent,
    "encrypted": encrypted,
    "copied": copied,
    "elsewhere": stored_elsewhere,
    "misspelt": failing,
}
