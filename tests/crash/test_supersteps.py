"""A LangGraph thread whose nodes take no time loses no superstep that was acknowledged, however often it is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import supersteps
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def test_no_acknowledged_superstep_is_lost_by_kills_at_random_moments(stage: Stage, tmp_path: Path) -> None:
    found = supersteps.killed(stage, 3, tmp_path)

    assert found.wrong == []
    assert found.acknowledged
