"""What would be captured of a class, in words."""

from __future__ import annotations

import functools
from collections.abc import Generator
from typing import Any

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.capture.explain import UNNAMED, explain


class Base:
    def assign_task(self, task: dict[str, Any]) -> None: ...

    def decide_route(self, goal: str, api_key: str) -> None: ...


class Orchestrator(Base):
    async def run_task(self, task_id: str, agent: str) -> None: ...

    def process_task(self, task: str) -> Generator[int, None, None]:
        yield 1

    @staticmethod
    def send_message(to: str, text: str) -> None: ...

    @classmethod
    def finish_task(cls, task_id: str, result: str) -> None: ...

    def charge(self, order: str) -> None: ...

    def assignTask(self) -> None: ...  # noqa: N802 - the name is what is looked at

    def _complete_task(self) -> None: ...

    def beat(self) -> None: ...

    @property
    def choose(self) -> int:
        return 1

    assign_task_later = functools.partialmethod(Base.assign_task)


def test_each_captured_method_says_what_it_means_and_where_its_parts_come_from() -> None:
    found = {it.method: it for it in explain(Orchestrator, {"steps": {"charge": "beat"}, "ignore": ["beat"]})}

    assert found["run_task"].sources["id"] == "argument task_id"
    assert found["run_task"].sources["completed by"] == "complete_task or finish_task"
    assert found["assign_task"].sources["id"].startswith("task_id or id of task, else a hash of the method")
    assert found["decide_route"].sources["context"] == "goal (without api_key)"
    assert found["decide_route"].sources["reasoning"].endswith("of its result, else none")
    assert found["send_message"].sources["recipient"] == "argument to"
    assert found["charge"].sources["in doubt"] == "asked of beat"
    assert found["charge"].by == "steps="


def test_each_captured_method_says_its_kind_and_the_class_it_comes_from() -> None:
    found = {it.method: (it.kind, it.inherited_from) for it in explain(Orchestrator)}

    assert found["assign_task"] == ("sync", "Base")
    assert found["run_task"] == ("async", "")
    assert found["process_task"] == ("generator", "")
    assert found["send_message"] == ("static sync", "")
    assert found["finish_task"] == ("class sync", "")


def test_near_misses_say_why_they_are_not_captured() -> None:
    missed = {it.method: it.reason for it in explain(Orchestrator, {"ignore": ["beat"]}) if not it.captured}

    assert missed["beat"] == "ignore= names it"
    assert missed["choose"] == "it is a property or another attribute, not a method"
    assert missed["_complete_task"].startswith("its name is private")
    assert "the nearest is assign_task" in missed["assignTask"]
    assert "the nearest is assign_task" in missed["assign_task_later"]
    assert missed["charge"] == UNNAMED
    assert "_private" not in missed


def test_a_class_that_is_decorated_is_explained_by_its_own_arguments() -> None:
    class Decorated(Orchestrator): ...

    integrate_context_manager(ignore=["beat"], steps=["charge"])(Decorated)
    found = {it.method: (it.meaning, it.inherited_from) for it in explain(Decorated) if it.captured}

    assert found["charge"] == ("step", "Orchestrator")
    assert found["assign_task"] == ("claim", "Base")
    assert "beat" not in found


class Stateful:
    def capture_state(self) -> dict[str, int]: ...

    def restore_state(self, state: dict[str, int], events_since: list[object]) -> None: ...


def test_the_state_of_an_object_is_explained() -> None:
    by_methods = {entry.method: entry.meaning for entry in explain(Stateful)}
    [by_names] = [entry for entry in explain(Stateful, {"state": ["queue"]}) if entry.captured]

    assert by_methods == {"capture_state": "state", "restore_state": "state"}
    assert (by_names.by, by_names.sources["kept"]) == ("state=", "queue")
