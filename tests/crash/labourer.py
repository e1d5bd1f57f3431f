"""`python -m tests.crash.labourer OUTBOX`: three letters; the first life gives up after two, with an exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis_ctx import integrate_context_manager

OUTBOX = Path(sys.argv[1])


@integrate_context_manager(resume="skip")
class Orchestrator:
    """Writes each letter when it is told to."""

    def assign_task(self, task: dict[str, str]) -> None:
        with OUTBOX.open("a") as outbox:
            outbox.write(f"{task['id']}\n")


def main() -> None:
    """Live one life."""
    first, orchestrator = not OUTBOX.exists(), Orchestrator()
    for letter in ("one", "two", "three"):
        if first and letter == "three":
            sys.exit(3)
        orchestrator.assign_task({"id": letter})


if __name__ == "__main__":
    main()
