"""`python -m examples.async_orchestrator`: take five orders, be killed, start again without them, and finish them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from examples.async_orchestrator.orchestrator import Orders
from jarvis_ctx import context_of

ORDERS = {"ada": ["tea"], "ben": ["tea", "mug"], "cleo": ["mug"] * 3, "dan": ["pot"] * 20, "eve": ["tea"] * 25}
ROOT = Path(__file__).parents[2]


async def serve(names: list[str]) -> None:
    """One life of the program: finish what a crash cut off, then the orders that came in now, all at the same time."""
    orders = Orders(Path("ledger.txt"))
    context = context_of(orders)
    for done in await context.aresume() if context is not None else []:
        print(f"taken up again: {done.task}, {done.outcome}")
    await asyncio.gather(*(orders.fulfil(name, ORDERS[name]) for name in names))


def demo(folder: Path) -> bool:
    """Kill the first life after its second charge, and let a second one finish; whether each thing happened once."""
    ledger, pause = folder / "ledger.txt", threading.Event()
    with _life(folder, *ORDERS) as first:
        while first.poll() is None and (not ledger.exists() or ledger.read_text().count("charged") < 2):
            pause.wait(0.005)
        first.kill()
    print(f"killed; the ledger so far:\n{ledger.read_text()}")

    with _life(folder) as second:
        second.wait()
    lines = ledger.read_text().splitlines()
    print("\nthe ledger in the end:", *lines, sep="\n")
    wanted = {f"{name} charged {5 * len(items)}" for name, items in ORDERS.items()} | {f"{n} shipped" for n in ORDERS}
    return Counter(lines) == Counter(wanted)


def _life(folder: Path, *names: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "examples.async_orchestrator", "serve", *names]
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": path})


def main() -> None:
    """Serve, as a child of the demo; or be the demo."""
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(sys.argv[2:]))
        return
    with tempfile.TemporaryDirectory(prefix="orders-") as folder:
        well = demo(Path(folder))
    print("each order was charged once and shipped once" if well else "an order was lost, or done twice")
    sys.exit(not well)


if __name__ == "__main__":
    main()
