"""Which checkpoints are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.checkpoint.thinning import HOUR, surplus
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.ids import RunId


def taken(at: int, *, label: str = "", epoch: int = 1) -> CheckpointHeader:
    return CheckpointHeader(
        id=f"{epoch}@{at}{label}",
        orchestrator="jarvis",
        run=RunId("r"),
        epoch=epoch,
        taken=at,
        position={},
        stamp=(0, "", 0),
        hash="",
        size=0,
        tasks=0,
        agents=0,
        label=label,
    )


def kept(headers: list[CheckpointHeader], newest: int = 2) -> set[str]:
    return {header.id for header in headers} - {header.id for header in surplus(headers, newest)}


def test_the_newest_few_and_one_an_hour_are_kept() -> None:
    headers = [taken(minute * HOUR // 60) for minute in range(0, 180, 10)]

    assert len(kept(headers)) == 2 + 2
    assert {headers[-1].id, headers[-2].id} <= kept(headers)


def test_nothing_older_than_a_day_is_kept_but_recovery_points() -> None:
    headers = [taken(0), taken(1, label="point"), taken(100 * HOUR), taken(100 * HOUR + 1)]

    assert kept(headers) == {headers[1].id, headers[2].id, headers[3].id}


def test_a_clock_that_went_back_removes_nothing_of_the_newer_epoch() -> None:
    headers = [taken(50 * HOUR), taken(50 * HOUR + 1), taken(1, epoch=2), taken(2, epoch=2)]

    assert {"2@1", "2@2"} <= kept(headers)


@given(st.lists(st.tuples(st.integers(0, 72 * HOUR), st.booleans(), st.integers(1, 3)), max_size=60), st.integers(1, 5))
def test_thinning_twice_is_thinning_once_and_no_point_goes(drawn: list[tuple[int, bool, int]], newest: int) -> None:
    headers = [taken(at, label="p" if label else "", epoch=epoch) for at, label, epoch in drawn]

    once = kept(headers, newest)
    twice = kept([header for header in headers if header.id in once], newest)

    assert twice == once
    assert {header.id for header in headers if header.label} <= once
