"""A model that needs no network: what it answers follows from the conversation alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from agents import Model, ModelResponse, Usage
from agents.testing import assistant_message, function_call

THINKING = 0.08
"""Seconds that an answer takes."""


class FakeModel(Model):
    """Answers as the `desk` or as `refunds`; like any model, it gives each call an id of its own."""

    def __init__(self, role: str) -> None:
        self._answer = {"desk": _desk, "refunds": _refunds}[role]

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> ModelResponse:
        await asyncio.sleep(THINKING)
        return ModelResponse(output=self._answer(input), usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        raise ValueError("This model answers at once, or not at all.")


def _desk(items: list[Any]) -> list[Any]:
    customer, asked = _asked(items)
    if "Where is" not in asked:
        return [_call("transfer_to_refunds")]
    letter = f"order {_orders(asked)[0]} is on its way"
    return [assistant_message("answered") if _called(items, "write") else _letter(customer, letter)]


def _refunds(items: list[Any]) -> list[Any]:
    customer, asked = _asked(items)
    open_orders = [order for order in _orders(asked) if f'{{"order":"{order}"}}' not in _called(items, "refund")]
    if open_orders:
        return [_call("refund", order=order) for order in open_orders]
    receipts = ", ".join(f"receipt {order}" for order in _orders(asked))
    return [assistant_message("paid back") if _called(items, "write") else _letter(customer, f"paid back: {receipts}")]


def _asked(items: list[Any]) -> tuple[str, str]:
    """The customer, and what they have written."""
    customer, _, asked = next(item["content"] for item in items if item.get("role") == "user").partition(": ")
    return customer, asked


def _orders(asked: str) -> list[str]:
    return re.findall(r"\d+", asked)


def _called(items: list[Any], tool: str) -> list[str]:
    """The arguments with which a tool was called so far."""
    return [item["arguments"] for item in items if item.get("type") == "function_call" and item["name"] == tool]


def _letter(customer: str, letter: str) -> Any:
    return _call("write", customer=customer, letter=letter)


def _call(tool: str, **given: str) -> Any:
    return function_call(tool, given, call_id=f"call_{uuid4().hex}")
