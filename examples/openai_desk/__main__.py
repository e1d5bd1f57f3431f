"""`python -m examples.openai_desk`: answer customers, be killed at random moments, count what was done."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from examples.killing import kill_at_random, main
from examples.openai_desk.shop import ONCE, Shop


def life(folder: Path) -> None:
    """One life of the program."""
    from examples.openai_desk.desk import answer_all

    asyncio.run(answer_all(folder))


def demo(folder: Path, kills: int, seed: str) -> bool:
    """Kill that many lives, each at a moment of its own, and let the last one finish; whether all was done once."""
    shop = Shop(folder / "ledger.txt")
    finished = kill_at_random("examples.openai_desk", folder, kills, seed, shop.lines)
    print("\nthe ledger:", *shop.lines(), sep="\n  ")
    return finished and Counter(shop.lines()) == Counter(ONCE)


if __name__ == "__main__":
    main(__doc__ or "", life, demo, "each refund and letter once")
