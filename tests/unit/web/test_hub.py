"""What a stream holds of the events that it is about to send is bounded."""

from __future__ import annotations

import pytest

from jarvis_ctx.web.live.hub import PART_BYTES, PART_EVENTS, Message, _part


@pytest.mark.parametrize(
    ("size", "taken"), [(1, PART_EVENTS), (PART_BYTES // 4, 4), (PART_BYTES // 2 + 1, 1), (2 * PART_BYTES, 1)]
)
def test_a_stream_takes_no_more_at_a_time_than_it_may_keep(size: int, taken: int) -> None:
    ring = [Message(n, "", "", n, "", "", b"x" * size) for n in range(PART_EVENTS)]

    part = _part(ring)

    assert part == ring[:taken]
