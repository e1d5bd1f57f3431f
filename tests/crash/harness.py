"""One store and the children that write it, die, and look at what is left."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import msgspec

from tests.crash import acknowledgements
from tests.crash.acknowledgements import Said
from tests.crash.check import Checked
from tests.crash.children import Child, Server
from tests.crash.verdict import Verdict, judge, judge_state

SEED = os.environ.get("CRASH_SEED") or os.urandom(4).hex()
"""Repeats the random moments of an earlier run, as far as the machine does."""
THREADS = 4
CHECKPOINTING: dict[str, Any] = {"threads": 1, "checkpoint_every": 20}
"""One thread, since beside other busy threads each of a checkpoint's system calls waits its turn."""

BUSY: dict[str, Any] = {"segment_bytes": 4096, "sync_interval": 0.005, "drain_interval": 0.005, "store_timeout": 1.0}
"""Settings with which a few calls make many system calls."""
PATIENCE = 60.0
"""Seconds after which a child that is silent counts as hanging."""


def drawn(title: str) -> random.Random:
    """The random moments of the test of that title; the output of one that fails says how to have them again."""
    print(f"CRASH_SEED={SEED}")
    return random.Random(f"{SEED}:{title}")


class Suffered(msgspec.Struct, frozen=True, kw_only=True):
    """What a child says of a round in which the system failed it."""

    seen: dict[str, int]
    """Errors the program saw meanwhile."""
    afterwards: dict[str, int]
    made: int = 0
    failed: list[str] = []
    lag: dict[str, Any] = {}
    """What `status` said meanwhile."""


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict on each layer, with what the recovery said."""

    events: Verdict
    database: Verdict
    state: Verdict
    checked: Checked

    @property
    def told(self) -> set[str]:
        """The tokens in the database and in the state."""
        return {event.token for event in self.checked.database} | {token for token, _ in self.checked.state.values()}

    def wrong(self, threads: int = THREADS) -> dict[str, dict[str, list[str]]]:
        """What must not be, by layer; nothing when every acknowledged call is there and nothing else is."""
        layers = {"events": self.events, "database": self.database, "state": self.state}
        return {layer: wrong for layer, verdict in layers.items() if (wrong := verdict.wrong(threads))}


class Stage:
    """A store, its rounds, and everything said about them."""

    def __init__(self, server: Server, folder: Path, chance: random.Random, name: str = "jarvis") -> None:
        self.server, self._folder, self.random, self.name, self._stores = server, folder, chance, name, 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Go on with a new store, of which nothing has been said yet."""
        self._stores += 1
        self.store, self._out = self._folder / f"store-{self._stores}", self._folder / "checked.json"
        self.acks = self._folder / f"acknowledged-{self.name}-{self._stores}"
        self.round = self._checked_round = 0
        self._position: dict[str, int] = {}

    def beside(self, name: str) -> Stage:
        """Another orchestrator of the same store."""
        return Stage(self.server, self._folder, self.random, name)

    def begin(self, *, settings: dict[str, Any] | None = None, **arguments: Any) -> Child:
        """Start the next round's writing child."""
        self.round += 1
        arguments["settings"] = {"name": self.name, **(settings or {})}
        return self.server.start("write", path=self.store, acks=self.acks, round=self.round, **arguments)

    def open(self, **arguments: Any) -> Child:
        """Start the next round's writing child and wait until it has opened the store."""
        child = self.begin(**arguments)
        assert child.line() == "opened"
        return child

    def kill_within(self, child: Child, seconds: float, least: float = 0.0) -> None:
        """SIGKILL at a random moment; a recovering child that was through by then has ended without a word (0)."""
        child.lives_for(self.random.uniform(least, seconds))
        code = child.kill()
        assert code in (-9, 0), code

    def write(self, *, calls: int, **arguments: Any) -> None:
        """A round: open, make that many calls in each thread, and be killed."""
        child = self.open(calls=calls, **arguments)
        assert child.line() == "done"
        child.kill()

    def write_and_kill(self, seconds: float = 0.1, least: float = 0.0, **arguments: Any) -> None:
        """A round: open, call, be killed at a random moment up to `seconds` later."""
        self.kill_within(self.open(**arguments), seconds, least)

    def recover(self, plant: str = "") -> Child:
        """Start a child that looks at the store, says `recovering`, recovers it, and says `recovered`."""
        return self._verify({}, "kill", plant, {})

    def _verify(self, since: dict[str, int], ending: str, plant: str, settings: dict[str, Any]) -> Child:
        arguments = {"since": since, "ending": ending, "plant": plant, "settings": {"name": self.name, **settings}}
        return self.server.start("verify", path=self.store, out=self._out, **arguments)

    def stopped(self, **arguments: Any) -> Child:
        """A child that has made calls, lost its run lock by an accident, and lies stopped; see `roles.stop`."""
        self.round += 1
        child = self.server.start("stop", path=self.store, acks=self.acks, round=self.round, **arguments)
        assert child.line() == "stopping"
        child.stopped()
        return child

    def suffer(
        self, first: int, last: int, error: int, *, reading: bool = False, once_open: bool = False, **settings: Any
    ) -> Suffered:
        """A round in which system calls fail; see `roles.suffer`. Fails when it hangs or dies."""
        asked = {"first": first, "last": last, "error": error, "reading": reading, "once_open": once_open}
        return self._suffered("suffer", settings=BUSY | settings, **asked)

    def starve(self, shortage: str, *, closing: bool, seconds: float = 0.0, **settings: Any) -> Suffered:
        """A round in which the machine is short of something; see `roles.starve`. Fails when it hangs or dies."""
        asked = {"shortage": shortage, "closing": closing, "seconds": seconds}
        return self._suffered("starve", settings=BUSY | settings, patience=PATIENCE + seconds, **asked)

    def _suffered(self, role: str, settings: dict[str, Any], patience: float = PATIENCE, **arguments: Any) -> Suffered:
        self.round += 1
        arguments["settings"] = {"name": self.name, **settings}
        child = self.server.start(role, path=self.store, acks=self.acks, round=self.round, **arguments)
        assert not child.lives_for(patience), f"it hangs with {arguments}"
        suffered = msgspec.json.decode(child.line(), type=Suffered)
        assert not child.lives_for(PATIENCE), f"it does not end with {arguments}"
        assert (status := child.wait()) == 0, f"it ended with {status}: {self.server.log_tail()}"
        return suffered

    def said(self) -> Said:
        """Everything children said so far."""
        return acknowledgements.read(self.acks)

    def verify(self, *, ending: str = "close", whole: bool = False, plant: str = "", settings: Any = None) -> Verdicts:
        """A fresh process's verdicts on the rounds since the last check, or on all of them with `whole`."""
        since = {} if whole else self._position
        child = self._verify(since, ending, plant, settings or {})
        assert (status := child.wait()) == 0, f"it ended with {status}: {self.server.log_tail()}"
        checked = msgspec.json.decode(self._out.read_bytes(), type=Checked)
        said = self.said()
        late = said if whole else said.after(self._checked_round)
        self._checked_round, self._position = self.round, checked.position
        return Verdicts(
            events=judge(late, checked.events),
            database=judge(late, checked.database),
            state=judge_state(said, checked.state),
            checked=checked,
        )
