"""Both clients against the API itself: what they answer, page by page, and over a server that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec
import pytest

from jarvis_ctx.client import AsyncContextClient, ContextClient, Patience
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import BadRequest, Forbidden, NotFound, Unauthorized
from jarvis_ctx.model.answers import AgentLine, LiveEvent, RunLine, Status, TaskLine
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.tokens import Tokens
from tests.faces.cli.served import Served, served
from tests.unit.insight.dying import fill

WALKED = ("tasks", "agents", "decisions", "messages", "conversation", "timeline")
ASKED = ("status", "runs", "report", "points", "resources", "metrics")


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JarvisContextManager]:
    """A live sidecar with a bit of everything."""
    with JarvisContextManager(tmp_path_factory.mktemp("client") / "store", handle_signals=False) as manager:
        fill(manager)
        manager._schedule._starter.join()  # Its threads are the module's, not those of the first test.
        yield manager


@pytest.fixture(scope="module")
def api(manager: JarvisContextManager) -> Iterator[Served]:
    """Its API."""
    with served(manager.settings.folder) as api:
        yield api


@pytest.fixture
def client(api: Served) -> Iterator[ContextClient]:
    with ContextClient(api.url, api.token) as client:
        yield client


def test_answers_are_records_that_leave_out_nothing(client: ContextClient, manager: JarvisContextManager) -> None:
    status = client.status()

    assert isinstance(status, Status)
    assert msgspec.to_builtins(status).keys() == manager.insight.status().keys()
    for record, line in (
        (next(client.tasks()), manager.insight.tasks()),
        (next(client.agents()), manager.insight.agents()),
        (client.metrics(), [manager.insight.metrics()]),
        (client.resources(), [manager.insight.resources()]),
        (client.cleanup(), [manager.cleanup().to_json()]),
    ):
        assert msgspec.to_builtins(record).keys() == line[0].keys()
    assert [type(each) for each in client.runs()] == [RunLine]
    assert msgspec.to_builtins(client.runs()[0]).keys() == manager.insight.run_lines()[0].keys()


def test_lists_are_walked_through_page_by_page(client: ContextClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis_ctx.client.blocking.LARGEST", 2)

    tasks, agents = list(client.tasks()), list(client.agents(limit=3))

    assert [task.id for task in tasks] == [f"task-{number}" for number in range(6)]
    assert (len(agents), isinstance(tasks[0], TaskLine), isinstance(agents[0], AgentLine)) == (3, True, True)


def test_a_filter_and_a_limit_hold(client: ContextClient) -> None:
    tasks = client.tasks(status="polishing")
    events = list(client.timeline(kinds=("DecisionLogged",), limit=2))

    assert [task.id for task in tasks] == ["task-5"]
    assert [event.kind for event in events] == ["DecisionLogged", "DecisionLogged"]
    assert [decision.decision for decision in client.decisions()] == ["major", "major", "major"]


def test_both_clients_answer_the_same(client: ContextClient, api: Served) -> None:
    async def all_of_it() -> dict[str, object]:
        async with AsyncContextClient(api.url, api.token) as other:
            walked = {name: [item async for item in getattr(other, name)(limit=4)] for name in WALKED}
            return walked | {name: await getattr(other, name)() for name in ASKED if name not in ("status", "metrics")}

    found = asyncio.run(all_of_it())

    for name in WALKED:
        assert [str(item)[:40] for item in found[name]] == [str(i)[:40] for i in getattr(client, name)(limit=4)]  # type: ignore[attr-defined]
    assert (found["points"], found["runs"]) == (client.points(), client.runs())


def test_a_checkpoint_and_a_restore_are_done_and_can_be_undone(client: ContextClient) -> None:
    taken = client.checkpoint("before the change")
    back = client.restore("before the change")

    assert (taken.label, back.moment) == ("before the change", "before the change")
    assert client.diff("before the change").tasks == []
    assert back.undo in {point.id for point in client.points()}
    assert client.cleanup().done is False


def test_refusals_have_their_own_errors(client: ContextClient, api: Served) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        client.diff("nowhere")
    with pytest.raises(BadRequest, match="health"):
        list(client.agents(health="splendid"))
    with ContextClient(api.url, "jctx_none") as stranger, pytest.raises(Unauthorized):
        stranger.status()


def test_a_token_that_may_only_read_may_not_write(api: Served, manager: JarvisContextManager) -> None:
    _, secret = Tokens(manager.settings.folder, SystemClock()).add("read")

    with ContextClient(api.url, secret) as reader, pytest.raises(Forbidden):
        reader.checkpoint()


def test_a_stream_gives_what_comes_and_goes_on_over_another_connection(manager: JarvisContextManager) -> None:
    with served(manager.settings.folder) as api, ContextClient(api.url, api.token) as client:
        with client.stream(kinds=("AttributeSet",)) as stream:
            stream.begin()
            manager.set_attribute("one", 1)
            first = next(stream)
        manager.set_attribute("two", 2)
        with client.stream(after=stream.position, kinds=("AttributeSet",)) as again:
            second = next(again)

    assert [event.subject for event in (first, second) if isinstance(event, LiveEvent)] == ["one", "two"]


def test_a_stream_outlives_its_server(manager: JarvisContextManager) -> None:
    folder = manager.settings.folder
    with served(folder) as first:
        client = ContextClient(first.url, first.token, Patience(first=0.01))
        stream = client.stream(kinds=("AttributeSet",))
        position = stream.begin()
    manager.set_attribute("three", 3)

    with served(folder, port=int(first.url.rpartition(":")[2])), client, stream:
        found = next(stream)

    assert isinstance(found, LiveEvent)
    assert (found.subject, stream.position) == ("three", found.position)
    assert position != stream.position


def test_the_asynchronous_stream_gives_the_same(manager: JarvisContextManager) -> None:
    async def listened(url: str, token: str) -> list[str]:
        async with AsyncContextClient(url, token) as client, client.stream(kinds=("AttributeSet",)) as stream:
            await stream.begin()
            manager.set_attribute("four", 4)
            manager.set_attribute("five", 5)
            return [(await anext(stream)).subject for _ in range(2)]  # type: ignore[union-attr]

    with served(manager.settings.folder) as api:
        assert asyncio.run(listened(api.url, api.token)) == ["four", "five"]
