"""Eight writers in two processes, beside readers, a checkpointer and backups: every look is a growing, gapless past.

Each writer's calls are a list it appends to, as in Elle's list-append histories: what was acknowledged before a look
began is in it, no look has a gap, and a later look has all of an earlier one.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from jarvis_ctx import settings
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.backups import restore, take
from tests.crash.calls import token_of
from tests.crash.harness import Stage
from tests.crash.readings import findings

pytestmark = pytest.mark.crash

CALLS = 120


class Look(NamedTuple):
    """What had been acknowledged before somebody looked, and what was then seen."""

    acknowledged: frozenset[str]
    seen: frozenset[str]


@pytest.fixture
def over() -> threading.Event:
    return threading.Event()


def look(stage: Stage, store: Path) -> Look:
    acknowledged = stage.said().acknowledged
    with closing(open_view(store)) as view:
        return Look(acknowledged, frozenset(found.token for found in findings(view.events_after({}))))


def each(work: Callable[[int], object], over: threading.Event) -> threading.Thread:
    """A thread that works again and again, and once more at the end."""

    def turns() -> None:
        for turn in range(1_000_000):
            last = over.is_set()
            work(turn)
            if last:
                return

    thread = threading.Thread(target=turns)
    thread.start()
    return thread


def gaps(seen: frozenset[str]) -> list[str]:
    """Writers of which a look had a later call without an earlier one."""
    numbers = defaultdict(set)
    for token in map(token_of, seen):
        numbers[token.thread].add(token.number)
    return [f"writer {thread}" for thread, had in numbers.items() if had != set(range(len(had)))]


def test_readers_and_backups_beside_eight_writers_see_a_growing_gapless_past(
    stage: Stage, tmp_path: Path, over: threading.Event
) -> None:
    histories: list[list[Look]] = [[], []]
    backups: list[tuple[frozenset[str], Path]] = []
    child = stage.open(threads=4, forks=1, calls=CALLS, checkpoint_every=40, settings={"segment_bytes": 65_536})
    busy = [each(lambda _, history=history: history.append(look(stage, stage.store)), over) for history in histories]
    busy += [each(lambda turn: backups.append(backed_up(stage, tmp_path / f"backup-{turn}")), over)]

    assert [child.line(), child.line()] == ["done", "done"]
    over.set()
    for thread in busy:
        thread.join()
    child.kill_group()

    looks = [one for history in histories for one in history]
    assert [sorted(one.acknowledged - one.seen) for one in looks if not one.acknowledged <= one.seen] == []
    assert [found for one in looks for found in gaps(one.seen)] == []
    assert all(one.seen <= other.seen for history in histories for one, other in pairwise(history))
    for number, (acknowledged, backup) in enumerate(backups):
        restore(at(tmp_path / f"restored-{number}"), backup)
        put_back = look(stage, tmp_path / f"restored-{number}")
        assert (sorted(acknowledged - put_back.seen), gaps(put_back.seen)) == ([], [])
    assert not stage.verify(whole=True).wrong(threads=8)


def backed_up(stage: Stage, target: Path) -> tuple[frozenset[str], Path]:
    acknowledged = stage.said().acknowledged
    take(at(stage.store), target)
    return acknowledged, target


def at(path: Path) -> Settings:
    return settings.load({"path": path}, environ={})
