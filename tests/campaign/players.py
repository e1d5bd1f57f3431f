"""The processes that play rounds, as the campaign holds them: given one at a time, waited for, ended when they hang."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil

from tests.campaign.ledger import Line
from tests.campaign.player import Order, unplayed
from tests.crash.children import ROOT

GRACE = 20.0
"""Seconds that a round has for its own cleaning up, mounts among it, when it is to end."""


class Player:
    """One process that plays rounds."""

    def __init__(self, log: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.campaign.player"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self.order: Order | None = None
        self.deadline = float("inf")

    def fileno(self) -> int:
        """Where its answers come."""
        return self._answers.fileno()

    def begin(self, order: Order, limit: float) -> None:
        """Have it play a round."""
        self.order, self.deadline = order, time.monotonic() + limit
        self._orders.write(msgspec.json.encode(order) + b"\n")
        self._orders.flush()

    def answer(self) -> Line:
        """What it found; where it has ended in the middle of a round, that."""
        assert self.order is not None
        order, self.order, self.deadline = self.order, None, float("inf")
        line = self._answers.readline()
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Line)
        return unplayed(order, f"the round's process ended with {self._process.wait()}")

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def interrupt(self) -> None:
        """Let it end in the middle of its round, and clean up."""
        if not self.ended:
            self._process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """End it, with all that it has begun."""
        try:
            self._orders.close()
        except BrokenPipeError:
            pass  # It has ended in the middle of an order.
        try:
            self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            for process in psutil.Process(self._process.pid).children(recursive=True):
                process.kill()
            self._process.kill()
            self._process.wait()
        self._answers.close()


class Players:
    """As many as play side by side."""

    def __init__(self, count: int, log: Path) -> None:
        self._log = log
        self._all = [Player(log) for _ in range(count)]

    def play(self, orders: Iterator[tuple[Order, float]]) -> Iterator[Line]:
        """Play all of them, each within its seconds; what was found, as it comes."""
        while True:
            for player in self._all:
                if player.order is None and (following := next(orders, None)):
                    player.begin(*following)
            if not (busy := [player for player in self._all if player.order]):
                return
            within = max(0.0, min(player.deadline for player in busy) - time.monotonic())
            ready = select.select(busy, [], [], within)[0]
            yield from [self._heard(player) for player in ready] or self._stopped(busy)

    def _heard(self, player: Player) -> Line:
        line = player.answer()
        if player.ended:
            self._replace(player)
        return line

    def _stopped(self, busy: list[Player]) -> Iterator[Line]:
        for player in [one for one in busy if one.deadline <= time.monotonic()]:
            assert player.order is not None
            line = unplayed(player.order, "the round did not end in time")
            player.interrupt()
            self._replace(player)
            yield line

    def _replace(self, player: Player) -> None:
        player.close()
        self._all[self._all.index(player)] = Player(self._log)

    def close(self) -> None:
        """End all of them; one in the middle of a round cleans up first."""
        for player in self._all:
            if player.order:
                player.interrupt()
        for player in self._all:
            player.close()
