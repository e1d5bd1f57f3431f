"""LangGraph's own conformance suite: every test of every capability passes, and none was left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance.initializer import checkpointer_test
from langgraph.checkpoint.conformance.report import CapabilityReport
from langgraph.checkpoint.conformance.validate import validate

from jarvis_ctx.adapters.langgraph import JarvisSaver

COUNTED = {
    "put": 17,
    "put_writes": 10,
    "get_tuple": 10,
    "list": 16,
    "delete_thread": 5,
    "delete_for_runs": 7,
    "copy_thread": 8,
    "prune": 8,
}


def _validated(folder: Path) -> CapabilityReport:
    @checkpointer_test(name="JarvisSaver")
    async def savers() -> AsyncGenerator[BaseCheckpointSaver[int], None]:
        with JarvisSaver(folder) as saver:
            yield saver

    return asyncio.run(validate(savers))


def test_all_81_tests_of_the_conformance_suite_pass_each_capability_counted(store_path: Path) -> None:
    report = _validated(store_path)

    assert {name: result.failures for name, result in report.results.items() if result.failures} == {}
    assert {name: result.tests_passed for name, result in report.results.items()} == COUNTED
    assert sum(COUNTED.values()) == 81
