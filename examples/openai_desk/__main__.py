"""`python -m examples.openai_desk`: answer customers, be killed at random moments, count what was done."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from examples.killing import kill_at_random
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


def main() -> None:
    """Be a life, as a child of the demo; or be the demo."""
    if sys.argv[1:2] == ["life"]:
        life(Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="default %(default)s")
    parser.add_argument("--seed", default="", help="kills at the same moments again")
    chosen = parser.parse_args()
    seed = chosen.seed or os.urandom(4).hex()
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        well = demo(Path(folder), chosen.kills, seed)
    print(f"\n--seed {seed}:", "each refund and letter once" if well else "something was lost, or done twice")
    sys.exit(not well)


if __name__ == "__main__":
    main()
