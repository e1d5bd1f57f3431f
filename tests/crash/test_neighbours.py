"""Several orchestrators in one store: each may die and recover without harm to the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

AGES_AGO = 1_000_000_000


def test_no_acknowledged_call_is_lost_by_kills_of_several_orchestrators_of_one_store(stage: Stage) -> None:
    stages = [stage, stage.beside("reviewer"), stage.beside("builder")]

    for _ in range(3):
        children = [each.begin(threads=2) for each in stages]
        for each, child in zip(stages, children, strict=True):
            assert child.line() == "opened"
            each.kill_within(child, 0.06)

    for each in stages:
        verdicts = each.verify(whole=True)
        assert not verdicts.wrong()
        assert verdicts.checked.report is not None


def test_opening_a_store_sweeps_half_made_files_but_not_those_a_neighbour_may_be_making(store_path: Path) -> None:
    JarvisContextManager(store_path).close()
    left, young = store_path / "checkpoints" / ".left.tmp", store_path / "checkpoints" / ".young.tmp"
    for path in (left, young):
        path.write_text("half")
    os.utime(left, (AGES_AGO, AGES_AGO))

    JarvisContextManager(store_path, name="neighbour").close()

    assert not left.exists()
    assert young.exists()
