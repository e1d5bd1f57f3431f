"""A system call fails, whichever it is: the host lives, what was acknowledged is kept, and all is well afterwards."""

from __future__ import annotations

import errno

import pytest

from tests.crash.harness import Stage, Suffered
from tests.crash.suffering import unexplained

pytestmark = pytest.mark.crash

MADE = 150
"""About as many system calls on the store's files as such a round makes."""
READ = 120
"""About as many reads as such a round makes at its start, and a little later."""
LASTING = {"once": 0, "for a while": 20, "for good": 10**6}


def told(stage: Stage, first: int, suffered: Suffered) -> str:
    """What to know of a round that went wrong."""
    return f"from call {first} on: {suffered}\n{stage.server.log_tail()}"


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
@pytest.mark.parametrize("lasting", LASTING)
@pytest.mark.parametrize("part", range(5))
def test_a_system_call_that_fails_harms_no_host_and_loses_no_acknowledged_call(
    stage: Stage, part: int, lasting: str, error: int
) -> None:
    """One call of each part of a round; the campaign fails every one of them in every way."""
    first = part * MADE // 5 + stage.random.randint(1, MADE // 5)

    suffered = stage.suffer(first, first + LASTING[lasting], error)

    assert not suffered.afterwards, told(stage, first, suffered)
    assert not stage.verify(whole=True).wrong(threads=60), told(stage, first, suffered)


@pytest.mark.parametrize("durability", ["power", "store"])
@pytest.mark.parametrize("lasting", LASTING)
def test_what_waits_for_more_than_the_journal_lives_through_faults_without_a_mapping_too(
    stage: Stage, lasting: str, durability: str
) -> None:
    first = stage.random.randint(1, MADE)

    suffered = stage.suffer(first, first + LASTING[lasting], errno.EIO, durability=durability, segment_io="write")

    assert not suffered.afterwards, told(stage, first, suffered)
    assert not stage.verify(whole=True).wrong(threads=60), told(stage, first, suffered)


@pytest.mark.parametrize("lasting", LASTING)
@pytest.mark.parametrize("part", range(4))
def test_a_file_that_cannot_be_read_is_not_taken_for_lost(stage: Stage, part: int, lasting: str) -> None:
    """Of such a round about the first 60 reads are the start's; one that is not let in tries again afterwards."""
    stage.write(calls=80, threads=2, checkpoint_every=35, settings={"segment_bytes": 4096})
    first = part * READ // 4 + stage.random.randint(1, READ // 4)

    suffered = stage.suffer(first, first + LASTING[lasting], errno.EIO, reading=True)

    assert not suffered.afterwards, told(stage, first, suffered)
    assert not stage.verify(whole=True).wrong(threads=60), told(stage, first, suffered)


def test_status_says_why_nothing_is_kept_where_not_even_a_mark_can_be_read(stage: Stage) -> None:
    """Without a mapping the marks are read by system calls."""
    suffered = stage.suffer(1, 10**6, errno.EIO, reading=True, once_open=True, segment_io="write")

    assert suffered.seen["JournalUnavailable"] > 1
    assert suffered.lag.get("drain_error"), told(stage, 1, suffered)
    assert not unexplained(suffered.lag), told(stage, 1, suffered)


def test_the_faults_reach_every_kind_of_call_and_are_seen_by_the_program(stage: Stage) -> None:
    suffered = stage.suffer(60, 10**6, errno.EIO)

    assert suffered.made > 60
    assert suffered.failed
    assert suffered.seen
