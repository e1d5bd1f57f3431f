"""Translates a book in worker processes: `python -m examples.many_processes`, and the same again after a `kill -9`.

Kill it in the middle, or one of its workers, which ends the pool and with it the program: started again, it carries on,
and each chapter is printed exactly once. Two at a time, as `JARVIS_NAME=first` and `JARVIS_NAME=second` in folders of
their own, may share a store.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path

from jarvis_ctx import context_of, integrate_context_manager

PRINTED = Path("printed.txt")
CHAPTERS = [f"chapter {number}" for number in range(1, int(os.environ.get("CHAPTERS", "40")) + 1)]


def find_printed(key: str, translation: str) -> str | None:
    """After a death: has this one been printed?"""
    lines = PRINTED.read_text().splitlines() if PRINTED.exists() else []
    return translation if translation in lines else None


@integrate_context_manager(steps={"print_out": find_printed}, resume="skip")
class Translation:
    """What every process of the program makes one of: the first one's is the run, the workers' take part in it."""

    def assign_task(self, task: dict[str, str]) -> str:
        time.sleep(0.02)  # A model translates.
        return self.print_out(f"Translated: {task['id']}")

    def print_out(self, translation: str) -> str:
        """An effect that must not happen twice."""
        with PRINTED.open("a") as printed:
            printed.write(f"{translation}\n")
        return translation


@cache
def translation() -> Translation:
    """This process's own."""
    return Translation()


def translate(chapter: str) -> str:
    """A worker's work."""
    return translation().assign_task({"id": chapter})


def end_with_parent() -> None:
    """Let a worker end when its orchestrator is killed; who starts that again gets new workers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_after, args=(parent.sentinel,), daemon=True).start()


def end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def translate_all(chapters: list[str]) -> list[str]:
    """All chapters. When a worker is killed, `BrokenProcessPool` ends the run, and the next one carries on."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn"), end_with_parent) as pool:
        return list(pool.map(translate, chapters))


def main() -> int:
    """Translate the book."""
    # Before there are workers: whoever makes the first one begins the run.
    report = getattr(context_of(translation()), "recovery_report", None)
    print(report.cause.sentence if report else "Nothing died before.", flush=True)
    print(len(translate_all(CHAPTERS)), "chapters translated")
    return 0
