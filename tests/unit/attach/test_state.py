"""The state of the person's own object: kept at each return, given back after a crash, and nothing lost in silence."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import enum
import json
import os
import threading
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext
from jarvis_ctx.codec import exact, sign
from jarvis_ctx.errors import BadValue
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.object_state import ObjectState
from jarvis_ctx.recovery import reports
from tests.unit.attach.reading import context
from tests.unit.codec.hostile import REFUSED, STORED


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Plan:
    """A type of the person's own, declared for pickling where a test says so."""

    goal: str
    parts: list[Any] = field(default_factory=list)


class Client:
    """Nothing that can be stored: it stands for a connection."""


class Holder:
    """What the person wrote: a value, and a method that is captured."""

    def __init__(self, value: Any = None) -> None:
        self.value = value

    def register_agent(self, agent_id: str) -> None: ...


def holder(**arguments: Any) -> type[Holder]:
    class Orchestrator(Holder): ...

    return integrate_context_manager(**{"state": ["value"], "state_types": [Plan, Colour], **arguments})(Orchestrator)


def die(obj: Any) -> None:
    """End the run as a death does."""
    context(obj).close("exception")


def kept(obj: Any) -> ObjectState:
    [state] = context(obj).journal.writer.state.objects.values()
    return state


def after_a_crash(value: Any, **arguments: Any) -> Any:
    """The object of the run after the one in which an object with `value` made a captured call and died."""
    first = holder(**arguments)(value)
    first.register_agent("a")
    die(first)
    return holder(**arguments)("as its __init__ made it")


VALUES: list[Any] = [
    {3, 1, 2},
    collections.deque([1, {"a": (2,)}], maxlen=5),
    collections.defaultdict(list, {"a": [1]}),
    collections.Counter("hello"),
    dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC),
    Decimal("1.10"),
    uuid.UUID(int=7),
    Path("/srv/queue"),
    b"\x00\xff",
    Colour.RED,
    Plan("win", [Plan("first", [Colour.RED])]),
    {"deep": [{"queue": collections.deque([Decimal("2.50")])}]},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_equal_and_of_the_same_type(value: Any) -> None:
    second = after_a_crash(value)

    assert (second.value, type(second.value)) == (value, type(value))


def test_a_value_that_contains_itself_comes_back_so() -> None:
    ring: dict[str, Any] = {"name": "ring"}
    ring["self"] = ring

    second = after_a_crash(ring)

    assert second.value["self"] is second.value


def test_the_deque_has_its_limit_and_the_defaultdict_its_factory_back() -> None:
    second = after_a_crash([collections.deque([1], maxlen=2), collections.defaultdict(list)])

    second.value[1]["new"].append(1)

    assert (second.value[0].maxlen, second.value[1]) == (2, {"new": [1]})


@pytest.mark.parametrize(("value", "how"), [({"a": {1, 2}}, "json"), (collections.deque(), "pickle")])
def test_json_is_asked_first_and_pickle_only_where_it_cannot(value: Any, how: str) -> None:
    assert kept(after_a_crash(value)).fields[0][1] == how


def test_what_cannot_be_kept_is_named_with_its_type_everywhere_and_stops_nothing(
    caplog: pytest.LogCaptureFixture, store: Path
) -> None:
    first = holder(state=["value", "budget"])(Client())
    first.budget = 7  # type: ignore[attr-defined]
    first.register_agent("a")
    first.register_agent("b")
    lossy = context(first).status()["objects"][0]["not_kept"]
    die(first)
    second: Any = holder(state=["value", "budget"])("anew")

    report = reports.latest(store, "jarvis")
    assert report is not None
    assert (second.value, second.budget) == ("anew", 7)
    assert list(lossy) == ["value"]
    assert f"{__name__}.Client: it is neither plain data nor declared" in lossy["value"]
    assert report.objects[0].not_kept == lossy
    assert len([entry for entry in caplog.messages if "is not kept" in entry]) == 1


def test_an_object_is_given_back_its_state_once_its_outermost_init_is_through() -> None:
    class Base(Holder):
        def __init__(self) -> None:
            super().__init__(["base"])

    @integrate_context_manager(state=["value"])
    class Orchestrator(Base):
        def __init__(self) -> None:
            super().__init__()
            self.register_agent("made")
            self.value = ["own"]

    first = Orchestrator()
    first.value.append("later")
    first.register_agent("a")
    die(first)

    assert Orchestrator().value == ["own", "later"]


def test_a_state_that_going_back_has_set_back_is_kept_anew_at_the_next_call_though_it_has_not_changed() -> None:
    first = holder()("early")
    first.register_agent("a")
    context(first).mark_recovery_point("noon")
    first.value = "late"
    first.register_agent("b")
    context(first).restore("noon")

    first.register_agent("c")

    die(first)
    assert holder()("anew").value == "late"


def test_after_a_clean_end_an_object_is_as_its_init_made_it() -> None:
    first = holder()("old")
    first.register_agent("a")
    context(first).close()

    assert holder()("new").value == "new"


def test_a_run_that_died_before_any_call_passes_on_the_state_it_was_given() -> None:
    second = after_a_crash([1, 2])
    die(second)

    third = holder()("as its __init__ made it")

    assert third.value == [1, 2]


def test_restoring_gives_equal_values_each_time_and_never_the_same_ones() -> None:
    second = after_a_crash({"parts": [Plan("a")]})
    given = second.value
    second.value["parts"].clear()
    die(second)

    third = holder()(None)

    assert third.value == {"parts": [Plan("a")]}
    assert third.value is not given


def test_each_object_of_a_class_has_a_state_of_its_own_in_the_order_of_their_making() -> None:
    cls = holder()
    for obj in [cls("one"), cls("two")]:
        obj.register_agent("a")
    die(obj)

    again = holder()

    assert [again(None).value, again(None).value, again("third").value] == ["one", "two", "third"]


def test_slots_and_properties_are_state_as_any_attribute() -> None:
    def declared() -> Any:
        @integrate_context_manager(state=["queue", "budget", "size"])
        class Orchestrator:
            __slots__ = ("_budget", "queue")

            def __init__(self) -> None:
                self.queue: list[int] = []
                self._budget = 0

            @property
            def budget(self) -> int:
                return self._budget

            @budget.setter
            def budget(self, value: int) -> None:
                self._budget = value

            @property
            def size(self) -> int:
                return len(self.queue)

            def register_agent(self, agent_id: str) -> None: ...

        return Orchestrator()

    first = declared()
    first.queue, first.budget = [1, 2], 5
    first.register_agent("a")
    die(first)
    second = declared()

    report = context(second).recovery_report
    assert report is not None
    assert (second.queue, second.budget) == ([1, 2], 5)
    assert report.objects[0].not_restored == {"size": "setting it raised AttributeError"}


class Talking(Holder):
    """A class that says itself what its state is."""

    broken = ""

    def __init__(self) -> None:
        super().__init__(0)
        self.events: list[Event] = []

    def capture_state(self) -> Any:
        if self.broken == "capture":
            raise ZeroDivisionError("no state today")
        return {"value": self.value}

    def restore_state(self, state: Any, events_since: list[Event]) -> None:
        if self.broken == "restore":
            raise ZeroDivisionError("no way back")
        self.value, self.events = state["value"], events_since

    def add_message(self, role: str, content: Any) -> None:
        self.value += 1
        context(self).set_attribute("last", content)


def talking(broken: str = "", **arguments: Any) -> type[Talking]:
    cls = type("Orchestrator", (Talking,), {"broken": broken})
    return integrate_context_manager(**arguments)(cls)


def test_restore_state_is_given_the_state_and_what_happened_since() -> None:
    first = talking()()
    first.add_message("user", "before")
    context(first).set_attribute("since", {dt.date(2026, 11, 21)})
    context(first).update_task_progress("t1", {"percentage": 40})
    die(first)
    second = talking()()

    assert second.value == 1
    assert [(e.kind, e.subject) for e in second.events] == [
        ("AttributeSet", "since"),
        ("TaskProgressed", "t1"),
        ("RunEnded", first_run(second)),
    ]
    assert second.events[0].body == {"name": "since", "value": {dt.date(2026, 11, 21)}}


def first_run(obj: Any) -> str:
    return next(run.id for run in context(obj).runs())


@pytest.mark.parametrize("state", [[1, 2], (1,), Decimal(1), {1: 2}])
def test_a_state_that_is_no_dict_of_names_is_given_back_whole(state: Any) -> None:
    def declared() -> Any:
        cls = talking()
        cls.capture_state = lambda self: state  # type: ignore[method-assign]
        cls.restore_state = lambda self, state, since: setattr(self, "value", state)  # type: ignore[method-assign]
        return cls()

    first = declared()
    first.register_agent("a")
    die(first)

    assert declared().value == state


def test_a_capture_state_that_raises_is_said_and_what_was_kept_before_stays(caplog: pytest.LogCaptureFixture) -> None:
    first = talking()()
    first.add_message("user", 1)
    first.broken = "capture"
    first.add_message("user", 2)
    first.add_message("user", 3)
    status = context(first).status()
    die(first)
    second = talking()()

    assert second.value == 1
    assert status["capture_errors"]["count"] == 2
    assert status["objects"][0]["failed"] == "capture_state raised ZeroDivisionError: no state today"
    assert len([entry for entry in caplog.messages if "no state today" in entry]) == 1


def test_a_capture_state_that_works_again_is_no_failure_any_more() -> None:
    first = talking()()
    for first.broken in ("", "capture", ""):
        first.add_message("user", 1)

    assert (kept(first).failed, kept(first).fields) == ("", [("value", "json", 3)])


def test_a_restore_state_that_raises_leaves_the_object_as_it_was_made(caplog: pytest.LogCaptureFixture) -> None:
    first = talking()()
    first.add_message("user", 1)
    die(first)
    second = talking("restore")()

    report = context(second).recovery_report
    assert report is not None
    assert second.value == 0
    assert report.objects[0].not_restored == {"(all)": "restore_state raised ZeroDivisionError: no way back"}
    assert "no way back" in caplog.text


def test_a_coroutine_function_for_capture_state_is_said_to_be_none() -> None:
    async def capture_state(self: Any) -> Any: ...

    first = talking()
    first.capture_state = capture_state  # type: ignore[method-assign,assignment]
    obj = first()
    obj.register_agent("a")

    assert "plain method" in kept(obj).failed


def test_an_unchanged_state_is_not_written_again() -> None:
    first = holder()([1])
    for name in "abc":
        first.register_agent(name)
    first.value.append(2)
    first.register_agent("d")

    assert kept(first).count == 2


def test_a_large_state_is_kept_at_most_once_in_the_interval_and_a_small_one_always() -> None:
    small, large = holder(state_interval=3600)("0"), holder(state_interval=3600)("x" * 5000)
    for name in "abc":
        small.value += name
        large.value += name
        small.register_agent(name)
        large.register_agent(name)

    counts = [state.count for state in context(small).journal.writer.state.objects.values()]
    assert counts == [3, 1]


def test_a_large_state_goes_to_a_side_file_and_comes_back(store: Path) -> None:
    second = after_a_crash(["x" * 1_000_000])

    assert second.value == ["x" * 1_000_000]
    assert any((store / "journal" / "values").iterdir())


def test_a_state_over_the_limit_loses_its_largest_field_and_says_so() -> None:
    def declared(value: Any) -> Any:
        return holder(state=["value", "name"], max_value_bytes=8192)(value)

    first = declared("x" * 10_000)
    first.name = "kept"
    first.register_agent("a")

    assert [name for name, _, _ in kept(first).fields] == ["name"]
    assert "over the limit of 8192" in dict(kept(first).lost)["value"]


def test_an_async_orchestrator_keeps_its_state_too() -> None:
    def declared() -> Any:
        @integrate_context_manager(state=["done"])
        class Orchestrator:
            def __init__(self) -> None:
                self.done: set[str] = set()

            async def assign_task(self, task_id: str) -> None:
                await asyncio.sleep(0)
                self.done.add(task_id)

        return Orchestrator()

    async def both(obj: Any) -> None:
        await asyncio.gather(obj.assign_task("a"), obj.assign_task("b"))

    first = declared()
    asyncio.run(both(first))
    die(first)

    assert declared().done == {"a", "b"}


def test_a_call_that_raised_has_its_state_kept() -> None:
    def declared() -> Any:
        @integrate_context_manager(state=["spent"])
        class Orchestrator:
            spent = 0

            def assign_task(self, task_id: str) -> None:
                self.spent += 1
                raise LookupError

        return Orchestrator()

    first = declared()
    with pytest.raises(LookupError):
        first.assign_task("t")
    die(first)

    assert declared().spent == 1


def test_with_skip_a_note_within_a_task_does_not_keep_what_the_task_will_do_again() -> None:
    def declared(dies: bool) -> Any:
        @integrate_context_manager(state=["budget"], resume="skip")
        class Orchestrator:
            budget = 100

            def assign_task(self, task_id: str) -> None:
                self.budget -= 10
                self.send_message("all", "spent")
                if dies and task_id == "b":
                    die(self)
                    raise SystemExit

            def send_message(self, to: str, content: str) -> None: ...

        return Orchestrator()

    first = declared(dies=True)
    first.assign_task("a")
    with pytest.raises(SystemExit):
        first.assign_task("b")
    second = declared(dies=False)
    second.assign_task("a")
    second.assign_task("b")

    assert second.budget == 80


def test_a_proxied_object_has_its_state_kept_and_given_back() -> None:
    first = JarvisOrchestratorWithContext(Holder([1]), state=["value"])
    first.register_agent("a")
    die(first)
    plain = Holder()
    second = JarvisOrchestratorWithContext(plain, state=["value"])

    assert (second.value, plain.value) == ([1], [1])


def test_a_subclass_that_says_its_state_has_it_kept_at_inherited_calls() -> None:
    @integrate_context_manager
    class Base(Holder): ...

    class Orchestrator(Talking, Base): ...

    first = Orchestrator()
    first.register_agent("a")

    assert kept(first).fields == [("value", "json", 0)]


def test_a_dataclass_has_its_state_given_back_though_its_init_is_made_later() -> None:
    def declared() -> Any:
        @dataclass
        @integrate_context_manager(state=["items"])
        class Orchestrator:
            items: list[int]

            def register_agent(self, agent_id: str) -> None: ...

        return Orchestrator([])

    first = declared()
    first.items.append(1)
    first.register_agent("a")
    first.items.append(2)
    first.register_agent("b")
    die(first)
    second = declared()
    second.register_agent("a")

    assert second.items == [1, 2]


def test_after_a_change_of_code_with_fresh_no_state_is_given_back() -> None:
    first = holder(on_code_change="fresh")("old")
    first.register_agent("a")
    die(first)

    class Orchestrator(Holder):
        def register_agent(self, agent_id: str) -> None:
            self.seen = agent_id

    Orchestrator.__qualname__ = type(first).__qualname__
    Orchestrator.register_agent.__qualname__ = Holder.register_agent.__qualname__
    second = integrate_context_manager(state=["value"], on_code_change="fresh")(Orchestrator)("new")

    assert second.value == "new"


def test_a_pickled_field_that_was_tampered_with_is_not_loaded(store: Path) -> None:
    key = sign.Key(secret=b"\1" * 32)
    second = after_a_crash(collections.deque([1]))
    [(name, how, sealed)] = kept(second).fields
    other = exact.to_tree(exact.from_tree(sealed["data"]) + b".")

    place = (kept(second).run, kept(second).id, kept(second).count, name)
    opened = context(second).states._seal

    for wrong, seal in (
        ({**sealed, "data": other}, place),
        ({**sealed, "mac": "0" * 64}, place),
        ({**sealed, "key": key.id}, place),
        (sealed, (*place[:3], "another field")),
        (sealed, ("another run", *place[1:])),
        ({}, place),
    ):
        with pytest.raises(Exception, match=r"was not accepted|is damaged"):
            opened.open(how, wrong, {}, *seal)
    assert opened.open(how, sealed, {}, *place) == collections.deque([1])


def test_a_type_that_is_no_longer_declared_is_not_made() -> None:
    first = holder()(Plan("win"))
    first.register_agent("a")
    die(first)

    second = holder(state_types=[])("anew")

    report = context(second).recovery_report
    assert report is not None
    assert second.value == "anew"
    assert "Plan" in report.objects[0].not_restored["value"]


def test_a_capture_state_that_makes_captured_calls_is_not_asked_without_end() -> None:
    first = talking()()
    first.capture_state = lambda: first.register_agent("again") or {"value": 1}  # type: ignore[method-assign,func-returns-value]
    first.register_agent("a")

    assert kept(first).count == 1


@pytest.mark.parametrize("arguments", [{"state": "queue"}, {"state_types": Plan}, {"state_types": ["Plan"]}])
def test_a_state_that_is_declared_wrongly_says_so_at_the_class(arguments: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match="expected"):
        integrate_context_manager(**arguments)(Holder)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_childs_copy_does_not_take_the_objects_place() -> None:
    first = holder()(["parent"])
    first.register_agent("a")
    child = os.fork()
    if child == 0:
        first.value.append("child")
        first.register_agent("b")
        os._exit(0)
    os.waitpid(child, 0)
    die(first)

    assert holder()(None).value == ["parent"]


def test_the_report_on_disk_says_that_the_state_was_given_back(store: Path) -> None:
    after_a_crash([1])

    [line] = json.loads(next(store.glob("recovery_report_*.json")).read_bytes())["objects"]
    assert (line["fields"], line["restored"]) == (["value"], True)


def test_with_secrets_dropped_a_field_that_holds_one_is_named_and_not_kept(store: Path) -> None:
    first = holder(state=["value", "password", "plans"], secrets="drop")({"depth": 1})
    first.password = "hunter2"  # type: ignore[attr-defined]
    first.plans = [Plan("ghp_" + "a1B2" * 9)]  # type: ignore[attr-defined]
    first.register_agent("a")

    assert [name for name, _, _ in kept(first).fields] == ["value"]
    assert [name for name, _ in kept(first).lost] == ["password", "plans"]


def test_two_hundred_hostile_values_stop_no_call_and_each_is_kept_or_named() -> None:
    values = {f"stored {name}": value for name, value in STORED.items() if not name.startswith("200 levels")}
    values |= {f"refused {name}": make() for name, make in REFUSED.items()}
    first = talking()()
    first.capture_state = lambda: values  # type: ignore[method-assign]
    first.register_agent("a")

    told = {name for name, _, _ in kept(first).fields} | {name for name, _ in kept(first).lost}
    assert told == set(values)
    assert context(first).status()["capture_errors"]["count"] == 0


def test_a_call_does_not_wait_for_the_capture_of_another_thread_and_its_change_is_kept_all_the_same() -> None:
    first = talking()()
    reading, go_on = threading.Event(), threading.Event()

    def capture_state() -> dict[str, Any]:
        seen = first.value
        if not reading.is_set():
            reading.set()
            go_on.wait(30)
        return {"value": seen}

    first.capture_state = capture_state  # type: ignore[method-assign]
    thread = threading.Thread(target=first.register_agent, args=("a",))
    thread.start()
    reading.wait(30)
    first.value = 7
    first.register_agent("b")
    go_on.set()
    thread.join()

    assert kept(first).fields == [("value", "json", 7)]
