"""A program that sends letters, one a task, and carries on after a crash: what it has sent is in its outbox."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from jarvis_ctx import integrate_context_manager

LETTERS = 40
ANSWER = 0.002
"""Seconds until the one who sends them says that a letter has gone out, and until its task is done after that."""


class Letters:
    """Sends a letter when it is told to."""

    outbox: Path

    def assign_task(self, letter: str) -> str:
        answer = self.send(letter)
        time.sleep(ANSWER)
        return answer

    def send(self, letter: str) -> str:
        descriptor = os.open(self.outbox, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{letter}\n".encode())
        os.close(descriptor)
        time.sleep(ANSWER)
        return f"sent {letter}"


def sent(outbox: Path) -> list[str]:
    """The letters that have gone out, in order."""
    return outbox.read_text().split() if outbox.exists() else []


def live(path: str, outbox: str) -> None:
    """A child's role: one life; says `begun` and, when each letter was answered for, `done`."""

    def find(key: str, letter: str) -> str | None:
        return f"sent {letter}" if letter in sent(Path(outbox)) else None

    attach: Any = integrate_context_manager(path=path, resume="skip", steps={"send": find})
    Letters.outbox = Path(outbox)
    letters = attach(Letters)()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    answers = [letters.assign_task(f"letter-{number}") for number in range(LETTERS)]
    assert answers == [f"sent letter-{number}" for number in range(LETTERS)]
    sys.stdout.write("done\n")
    sys.stdout.flush()
