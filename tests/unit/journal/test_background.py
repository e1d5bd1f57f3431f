"""The background's threads outlive what goes wrong with their work."""

from __future__ import annotations

import threading

from jarvis_ctx.journal.background import Background


def test_a_turn_that_gets_no_memory_is_followed_by_another_one() -> None:
    turns, reached = [MemoryError], threading.Event()

    def work() -> bool:
        if turns:
            raise turns.pop()
        reached.set()
        return True

    background = Background()
    background.start({"work": (0.001, work)})
    came = reached.wait(10)
    background.stop()

    assert came
