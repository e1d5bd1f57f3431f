"""What a dead command has left behind is ended, as far as we may."""

from __future__ import annotations

import os

import pytest

from jarvis_ctx.liveness import processes
from jarvis_ctx.supervisor.groups import end_all

SESSION = 4_000_001


def test_a_process_of_another_user_that_we_may_not_end_keeps_nobody_from_going_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(processes, "members", lambda session: [SESSION + 1])
    monkeypatch.setattr(processes, "children", lambda pid: [])
    monkeypatch.setattr(os, "kill", refuse)
    turns = iter(range(3))

    assert end_all(SESSION, 0.0, lambda seconds: next(turns)) == 1
