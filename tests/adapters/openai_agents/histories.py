"""What the tests of sessions share: items of a history, and damage to a stored one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.memory import Session

from jarvis_ctx.sidecar.opening import DATABASE
from tests.tampering import tamper


def message(text: str, role: str = "user") -> Any:
    """An item of an agent's history."""
    return {"role": role, "content": text}


def messages(*texts: str) -> list[Any]:
    """Several of them."""
    return [message(text) for text in texts]


async def texts(session: Session, limit: int | None = None) -> list[str]:
    """What a session's messages say."""
    found: list[Any] = await session.get_items(limit)
    return [item["content"] for item in found]


def damage(store: Path, text: str) -> None:
    """Change every stored event that holds `text`, as bit rot would. The store is not open."""
    tamper(store / DATABASE, "UPDATE events SET payload = replace(payload, ?, ?)", text, text.swapcase())
