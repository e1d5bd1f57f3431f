"""The outside world: refunds and letters, each a line of a ledger that nobody can take back."""

from __future__ import annotations

from examples.ledger import Ledger

REQUESTS = {
    "ada": "Order 7 came broken.",
    "ben": "Order 8 never came.",
    "cleo": "Where is order 9?",
    "dan": "Order 10 came broken, and so did order 11.",
}
"""What each customer writes."""


class Shop(Ledger):
    """Doing something twice makes two lines."""

    def refund(self, order: str) -> str:
        """Pay an order back; the receipt."""
        self.enter(f"refunded order {order}")
        return f"receipt {order}"

    def find_refund(self, key: str, order: str) -> str | None:
        """The receipt of a refund that was paid before a kill; None where it was not."""
        return f"receipt {order}" if f"refunded order {order}" in self.lines() else None

    def write(self, customer: str, letter: str) -> str:
        """Send a letter."""
        self.enter(f"wrote {customer}: {letter}")
        return "sent"

    def find_letter(self, key: str, customer: str, letter: str) -> str | None:
        """As `find_refund`."""
        return "sent" if f"wrote {customer}: {letter}" in self.lines() else None


ONCE = [
    *(f"refunded order {order}" for order in ("7", "8", "10", "11")),
    "wrote ada: paid back: receipt 7",
    "wrote ben: paid back: receipt 8",
    "wrote cleo: order 9 is on its way",
    "wrote dan: paid back: receipt 10, receipt 11",
]
"""What all requests come to, in any order."""
