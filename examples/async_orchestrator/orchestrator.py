"""The orchestrator: each order is picked, charged and shipped; a ledger shows what really happened."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis_ctx import integrate_context_manager

PICKING, SHIPPING = 0.03, 0.1
"""Seconds that each takes."""


@integrate_context_manager(
    name="orders", tasks={"fulfil": "order"}, steps={"charge": "find_charge"}, resume="redispatch"
)
class Orders:
    """Takes orders as they come in over the network: nobody sends them again after a crash."""

    def __init__(self, ledger: Path) -> None:
        self.ledger = ledger

    async def fulfil(self, order: str, items: list[str]) -> str:
        """Pick, charge and ship; gives the receipt."""
        for _ in items:
            await asyncio.sleep(PICKING)
        receipt = await self.charge(order, 5 * len(items))
        await asyncio.sleep(SHIPPING)
        self._enter(f"{order} shipped")
        return receipt

    async def charge(self, order: str, amount: int) -> str:
        """A step: done once, however often its order is taken up again."""
        self._enter(f"{order} charged {amount}")
        return f"receipt for {order}: {amount}"

    def find_charge(self, key: str, order: str, amount: int) -> str | None:
        """Whether a charge that was cut off had happened: asked instead of charging twice."""
        charged = f"{order} charged {amount}" in self.ledger.read_text().splitlines() if self.ledger.exists() else False
        return f"receipt for {order}: {amount}" if charged else None

    def _enter(self, line: str) -> None:
        with self.ledger.open("a") as file:
            file.write(f"{line}\n")
