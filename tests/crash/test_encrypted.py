"""SIGKILL on encrypted stores: while they are written, and while they are sealed anew with another key."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.insight.verification import verify
from jarvis_ctx.sidecar.rekeying import rekey
from jarvis_ctx.sidecar.views import StoreView
from tests.crash.harness import CHECKPOINTING, Stage
from tests.crash.readings import contents

pytestmark = pytest.mark.crash

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20"))
"""How often a store is sealed anew, each time with another key, and killed meanwhile; a campaign sets more."""
KILLS = 4
"""After so many it is finished, and the older keys are taken away."""
GROUPS = ROUNDS // KILLS
"""At least; more where no kill has fallen amid the sealing yet."""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The file of the keys, outside the store."""
    path = tmp_path / "keys"
    path.write_text(os.urandom(32).hex())
    return path


def look(store: Path, source: str) -> dict[str, Any]:
    """What the store holds, every sealed thing in it opened; nothing of it may be damaged."""
    view = StoreView(settings.load({"path": store, "encryption_key": source}), SystemClock())
    try:
        assert [finding for finding in verify([view]) if finding.level != "ok"] == []
        return contents(view.state())
    finally:
        view.close()


def put_in_front(keys: Path) -> str:
    """Give a new key, which is to seal, before those that were given."""
    new = os.urandom(32).hex()
    keys.write_text(f"{new} {keys.read_text()}")
    return new


def seal_anew(store: Path, source: str) -> int:
    """How much was sealed anew."""
    return rekey(settings.load({"path": store, "encryption_key": source})).total


def seconds_to_seal_anew(stage: Stage, source: str) -> float:
    """How long it takes a child, which has more to load than we."""
    began = time.perf_counter()
    child = stage.server.start("seal_anew", path=stage.store, source=source)
    assert child.line() == "done"
    return time.perf_counter() - began


def test_no_acknowledged_call_of_an_encrypted_store_is_lost_by_kills_at_random_moments(
    stage: Stage, keys: Path
) -> None:
    sealed = {"encryption_key": f"file:{keys}"}
    for check in range(3):
        for _ in range(3):
            stage.write_and_kill(0.15, settings=sealed)

        ending = stage.random.choice(["close", "kill"])
        assert not stage.verify(ending=ending, whole=check == 2, settings=sealed).wrong()

    assert len(stage.said().acknowledged) > 10 * stage.round


def test_a_store_opens_whenever_it_is_killed_while_it_is_sealed_anew(stage: Stage, keys: Path) -> None:
    source = f"file:{keys}"
    sealed = {"encryption_key": source, "segment_bytes": 16_384}
    stage.write(calls=62, settings=sealed, **CHECKPOINTING)
    before = look(stage.store, source)
    put_in_front(keys)
    whole = seal_anew(stage.store, source)
    new = put_in_front(keys)
    patience = seconds_to_seal_anew(stage, source)

    halves = list[bool]()
    while len(halves) < GROUPS or not (any(halves) or len(halves) == 10 * GROUPS):
        keys.write_text(new)
        for _ in range(KILLS):
            new = put_in_front(keys)
            stage.kill_within(
                stage.server.start("seal_anew", path=stage.store, source=source), patience, least=patience / 2
            )
            assert look(stage.store, source) == before
        halves.append(0 < seal_anew(stage.store, source) < whole)
        keys.write_text(new)
        assert look(stage.store, source) == before

    assert any(halves)
    assert not stage.verify(whole=True, settings=sealed).wrong()
