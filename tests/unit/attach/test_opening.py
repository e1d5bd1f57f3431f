"""When a sidecar is opened, shared, refused, or not wanted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.attach import table
from jarvis_ctx.attach.context import context_of
from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.attach.manager import JarvisContextManager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext
from jarvis_ctx.errors import AlreadyRunning, BadSetting, BadValue, CodeChanged, UnknownMethod, UnknownSetting
from tests.unit.attach.reading import attempts, context

RIVAL = """
import sys
from jarvis_ctx import JarvisContextManager
with JarvisContextManager(handle_signals=False):
    print("open", flush=True)
    sys.stdin.readline()
"""


class Undecorated:
    def assign_task(self, task_id: str) -> str:
        return task_id


@pytest.fixture
def rival() -> Iterator[None]:
    """Another live process that runs under the same name in the same store."""
    with subprocess.Popen([sys.executable, "-c", RIVAL], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield
        process.communicate(b"\n")


def test_decorating_opens_nothing_and_making_an_object_does(store: Path) -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated): ...

    before = table.only(), list(store.iterdir())
    Orchestrator()

    assert before == (None, [])
    assert table.only() is not None


def test_the_sidecar_is_opened_when_the_outermost_making_is_through() -> None:
    seen: list[Any] = []

    @integrate_context_manager
    class Base(Undecorated):
        def __init__(self) -> None:
            seen.append(table.only())

    class Sub(Base):
        def __init__(self) -> None:
            super().__init__()
            seen.append(table.only())

    Sub()

    assert seen == [None, None]
    assert table.only() is not None


def test_a_making_that_fails_opens_nothing() -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated):
        def __init__(self) -> None:
            raise LookupError

    with pytest.raises(LookupError):
        Orchestrator()

    assert table.only() is None


def test_calls_made_while_an_object_is_made_are_captured() -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated):
        def __init__(self) -> None:
            self.assign_task("t1")

    assert attempts(Orchestrator()) == {"t1": 1}


def test_later_objects_other_classes_and_the_person_s_own_sidecar_share_one() -> None:
    @integrate_context_manager
    class First(Undecorated): ...

    @integrate_context_manager
    class Second(Undecorated): ...

    with JarvisContextManager() as own:
        sidecars = [context(it) for it in (First(), First(), Second(), JarvisOrchestratorWithContext(Undecorated()))]

    assert all(sidecar is own for sidecar in sidecars)


def test_an_object_made_after_the_sidecar_was_closed_begins_a_new_run() -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated): ...

    first = context(Orchestrator())
    first.close()
    second = context(Orchestrator())

    assert second.run.epoch == first.run.epoch + 1


@pytest.mark.usefixtures("rival")
def test_beside_a_live_run_of_the_same_name_calls_go_uncaptured_with_a_loud_warning() -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated): ...

    with pytest.warns(RuntimeWarning, match=r"NOT captured .* already runs in .* as process \d+"):
        orchestrator = Orchestrator()

    assert orchestrator.assign_task("t1") == "t1"
    assert context_of(orchestrator) is None


@pytest.mark.usefixtures("rival")
def test_beside_a_live_run_of_the_same_name_who_asked_for_it_is_refused() -> None:
    @integrate_context_manager(on_refused="raise")
    class Orchestrator(Undecorated): ...

    with pytest.raises(AlreadyRunning):
        Orchestrator()


def test_disabled_the_decorator_does_nothing_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    class Orchestrator(Undecorated): ...

    before = dict(vars(Orchestrator))
    monkeypatch.setenv("JARVIS_DISABLED", "1")
    decorated = integrate_context_manager(Orchestrator)

    assert decorated is Orchestrator
    assert dict(vars(Orchestrator)) == before
    assert context_of(Orchestrator()) is None
    assert JarvisOrchestratorWithContext(Orchestrator()).assign_task("t1") == "t1"
    assert table.only() is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"checkpoint_intervall": 3}, UnknownSetting, r"did you mean checkpoint_interval\?"),
        ({"task": ["x"]}, UnknownSetting, r"did you mean tasks\?"),
        ({"resume": "maybe"}, BadSetting, "resume is 'maybe'"),
        ({"tasks": ["asign_task"]}, UnknownMethod, r"did you mean assign_task\?"),
        ({"steps": "charge"}, BadValue, "steps is 'charge'"),
    ],
)
def test_a_mistake_in_the_arguments_is_told_when_the_class_is_decorated(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    class Orchestrator(Undecorated): ...

    before = dict(vars(Orchestrator))

    with pytest.raises(error, match=message):
        integrate_context_manager(**arguments)(Orchestrator)
    assert dict(vars(Orchestrator)) == before


def test_what_is_no_class_is_not_decorated() -> None:
    with pytest.raises(BadValue, match="a class; for an object there is JarvisOrchestratorWithContext"):
        integrate_context_manager(Undecorated())  # type: ignore[call-overload]  # that is the point


def test_an_object_that_nothing_is_attached_to_has_no_context() -> None:
    with pytest.raises(BadValue, match="obj is 'Undecorated'"):
        context_of(Undecorated())


def made_with(answer: str, **arguments: Any) -> type[Undecorated]:
    """The same class in two versions of its code."""
    space: dict[str, Any] = {"Undecorated": Undecorated}
    body = f"def assign_task(self, task_id): return task_id + {answer!r}"
    exec(f"class Orchestrator(Undecorated):\n    {body}", space)
    orchestrator: type[Undecorated] = integrate_context_manager(**arguments)(space["Orchestrator"])
    return orchestrator


def test_code_that_changed_since_a_crash_is_told_and_refused_where_asked_for() -> None:
    first = context(made_with("a")())
    first.close("exception")

    second = context(made_with("b")())
    second.close("exception")
    with pytest.raises(CodeChanged, match=r"Orchestrator\.assign_task"):
        made_with("c", on_code_change="refuse")()

    assert second.recovery_report is not None
    assert second.journal.writer.state.runs[second.run.id].code.keys() == {"Orchestrator.assign_task"}
    assert table.only() is None


def test_a_refusal_for_changed_code_leaves_the_crash_to_be_recovered() -> None:
    first = context(made_with("a")())
    first.close("exception")
    with pytest.raises(CodeChanged):
        made_with("b", on_code_change="refuse")()

    again = context(made_with("a", on_code_change="refuse")())

    assert again.run.chain == first.run.chain
