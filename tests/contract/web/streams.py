"""A reader of the live stream, as a program would write one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import websocket

from tests.contract.web.conftest import API

Told = dict[str, Any]


@contextmanager
def listening(url: str, headers: dict[str, str], asked: str = "") -> Iterator[websocket.WebSocket]:
    """An open stream."""
    address = f"{url.replace('http', 'ws', 1)}{API}/stream{asked}"
    opened = websocket.create_connection(address, header=headers, timeout=30, suppress_origin=True)
    try:
        yield opened
    finally:
        opened.close()
        opened.shutdown()  # Which closing leaves out where the other side has closed.


def told(stream: websocket.WebSocket, until: str) -> list[Told]:
    """The messages up to the event about `until`, with it."""
    found: list[Told] = []
    while not found or found[-1].get("data", {}).get("subject") != until:
        found.append(json.loads(stream.recv()))
    return found


def events(messages: list[Told]) -> list[tuple[str, int]]:
    """Which events they are."""
    return [(each["data"]["writer"], each["data"]["number"]) for each in messages if each["type"] == "event"]
