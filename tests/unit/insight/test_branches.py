"""After going back, older entries from the store are those of the branch that counts."""

from __future__ import annotations

from jarvis_ctx.sidecar import JarvisContextManager


def test_decisions_of_the_branch_that_was_left_are_not_among_the_older_ones(manager: JarvisContextManager) -> None:
    manager.log_decision("route", {}, "kept", None, None)
    manager.mark_recovery_point("noon")
    manager.log_decision("route", {}, "left", None, None)
    manager.restore("noon")

    for number in range(4):
        manager.log_decision("route", {}, str(number), None, None)
    manager.flush()

    assert [decision.decision for decision in manager.decisions(10)] == ["kept", "0", "1", "2", "3"]
