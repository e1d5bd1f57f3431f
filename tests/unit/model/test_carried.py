"""Which tasks a carried thread has, by their ids."""

from __future__ import annotations

import pytest

from jarvis_ctx.model.carried import CarriedThread


@pytest.mark.parametrize(
    ("task", "has"), [("run:1", True), ("a/node:7", True), ("a", False), ("a/b/node:7", False), ("ab/node:7", False)]
)
def test_a_thread_has_its_run_and_its_nodes_and_none_of_a_thread_whose_name_begins_as_its_own(
    task: str, has: bool
) -> None:
    thread = CarriedThread(thread="a", graph="g", task="run:1", outcome="carried on")

    assert thread.has(task) is has
