"""`python -m examples.langgraph_research`: research questions, be killed at random moments, count what was done."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from examples.killing import kill_at_random, main
from examples.langgraph_research.library import QUESTIONS, Library
from examples.langgraph_research.team import ask, team, thread
from jarvis_ctx.adapters.langgraph import JarvisSaver, resume_interrupted, watch


def life(folder: Path) -> None:
    """One life of the program: carry on what a kill cut off, then the questions that nobody has asked yet."""
    # Killed many times on purpose: a thread is not to blame for that, and not to be set aside.
    with JarvisSaver(folder / "store", max_attempts=1000) as saver:
        graph = watch(team(Library(folder / "ledger.txt")).compile(checkpointer=saver))
        print("begun", flush=True)
        for carried in resume_interrupted(graph):
            print(f"  {carried.thread}: {carried.outcome}", flush=True)
        for question in QUESTIONS:
            if "report" not in graph.get_state(thread(question)).values:
                ask(graph, question)


def demo(folder: Path, kills: int, seed: str) -> bool:
    """Kill that many lives, each at a moment of its own, and let the last one finish; whether all was done once."""
    library = Library(folder / "ledger.txt")
    finished = kill_at_random("examples.langgraph_research", folder, kills, seed, library.lines)
    print("\nthe ledger:", *library.lines(), sep="\n  ")
    return finished and Counter(library.lines()) == Counter(_once())


def _once() -> list[str]:
    """The ledger without a kill: each question researched by itself."""
    with tempfile.TemporaryDirectory(prefix="research-") as folder:
        library = Library(Path(folder) / "ledger.txt")
        graph = team(library).compile()
        for question in QUESTIONS:
            ask(graph, question)
        return library.lines()


if __name__ == "__main__":
    main(__doc__ or "", life, demo, "each order and report once")
