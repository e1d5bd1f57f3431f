"""The live stream: every event once and in order, from wherever one goes on, and nobody is held up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websocket

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.insight import following
from jarvis_ctx.web.live import hub, reader
from jarvis_ctx.web.tokens import Tokens
from tests.contract.web.conftest import API
from tests.contract.web.streams import events, listening, told
from tests.contract.web.test_serving import bearer, begun, served

ORCHESTRATOR = """
import sys, threading
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(sys.argv[1])
for word in sys.stdin:
    manager.update_task_progress(word.strip(), {"description": "Said"})
    print(word.strip(), flush=True)
"""


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0, rate_limit=0) as manager:
        yield manager


@pytest.fixture
def url(manager: JarvisContextManager) -> str:
    return begun(manager)["url"]


def begin(store: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ORCHESTRATOR, str(store)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(process: subprocess.Popen[str], *words: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    for word in words:
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"{word}\n"


def end(process: subprocess.Popen[str], by: signal.Signals) -> None:
    process.send_signal(by)
    process.communicate()


def closing_frame(stream: websocket.WebSocket) -> tuple[int, bytes]:
    return next(frame for frame in iter(stream.recv_data, None) if frame[0] == websocket.ABNF.OPCODE_CLOSE)


def test_a_stream_that_goes_on_at_any_position_has_each_event_once(
    manager: JarvisContextManager, url: str, store_path: Path
) -> None:
    with listening(url, bearer(store_path), "?after=0") as stream:
        for number in range(12):
            manager.update_task_progress(f"task-{number}", {"description": "Read"})
        whole = told(stream, "task-11")

    for place, message in enumerate(whole[:-1]):
        with listening(url, bearer(store_path), f"?after={message['id']}") as stream:
            assert events(told(stream, "task-11")) == events(whole[place + 1 :])


def test_without_a_position_a_stream_begins_now(manager: JarvisContextManager, url: str, store_path: Path) -> None:
    manager.update_task_progress("before", {"description": "Read"})

    with listening(url, bearer(store_path)) as stream:
        hello = json.loads(stream.recv())
        manager.update_task_progress("after", {"description": "Read"})
        found = told(stream, "after")

    assert hello["type"] == "hello"
    assert [each["data"]["subject"] for each in found] == ["after"]


def test_a_stream_beside_an_orchestrator_goes_on_over_its_death_and_its_successor(store_path: Path) -> None:
    first = begin(store_path)
    say(first, "one")
    with served(store_path) as url, listening(url, bearer(store_path), "?after=0") as stream:
        before = told(stream, "one")
        say(first, "two")
        end(first, signal.SIGKILL)
        second = begin(store_path)
        say(second, "three")
        after = told(stream, "three")
        with listening(url, bearer(store_path), f"?after={before[-1]['id']}") as again:
            assert events(told(again, "three")) == events(after)
        end(second, signal.SIGTERM)

    kinds = [each["data"]["kind"] for each in [*before, *after] if each["type"] == "event"]
    subjects = [each["data"]["subject"] for each in [*before, *after] if each["type"] == "event"]
    assert [subject for subject in subjects if subject in ("one", "two", "three")] == ["one", "two", "three"]
    assert kinds.count("RunStarted") == 2
    assert len(set(events([*before, *after]))) == len(kinds)


def test_only_what_is_asked_for_is_told(manager: JarvisContextManager, url: str, store_path: Path) -> None:
    with listening(url, bearer(store_path), "?kind=DecisionLogged&kind=TaskProgressed&subject=ada") as stream:
        manager.update_task_progress("bob", {"description": "Another's"})
        manager.set_attribute("ada", "of another kind")
        manager.update_task_progress("ada", {"description": "Asked for"})
        found = told(stream, "ada")

    assert [each["type"] for each in found] == ["hello", "event"]
    assert found[-1]["data"]["body"] == {"description": "Asked for"}


def test_who_reads_too_slowly_is_told_how_much_it_missed_and_where_to_go_on(
    manager: JarvisContextManager, url: str, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RING_EVENTS", 10)
    with listening(url, bearer(store_path), "?after=0") as stream:
        large = {"description": "x" * 60_000}
        for number in range(250):  # More than the buffers between us take.
            manager.update_task_progress(f"task-{number}", large)
        found = told(stream, "task-249")

    missed = [each["data"] for each in found if each["type"] == "missed"]
    assert missed
    assert sum(each["missed"] for each in missed) + len(events(found)) == 250 + 1
    last = [message for message in found[: [each["type"] for each in found].index("missed")] if "id" in message][-1]
    assert missed[0]["after"] == last["id"]


def test_of_a_large_past_the_latest_is_told_and_how_much_was_before_it(
    manager: JarvisContextManager, url: str, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LARGEST", 10_000)
    for number in range(100):
        manager.update_task_progress(f"task-{number}", {"description": "x" * 1_000})

    with listening(url, bearer(store_path), "?after=0") as stream:
        found = told(stream, "task-99")
    with listening(url, bearer(store_path), f"?after={found[2]['id']}") as again:
        rest = told(again, "task-99")

    assert [each["type"] for each in found] == ["hello", "missed", *["event"] * 10]
    assert found[1]["data"]["missed"] == 90 + 1
    assert events(rest) == events(found)[1:]


def test_of_many_runs_the_latest_events_are_told(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "HISTORY", 4)
    for life in range(3):
        with JarvisContextManager(store_path, handle_signals=False, resume="report") as manager:
            manager.update_task_progress(f"life-{life}", {"description": "Lived"})

    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0) as manager:
        url = begun(manager)["url"]
        manager.update_task_progress("last", {"description": "Lived"})
        with listening(url, bearer(store_path), "?after=0") as stream:
            found = told(stream, "last")
        with listening(url, bearer(store_path), f"?after={found[-2]['id']}") as again:
            rest = told(again, "last")

    assert len(events(found)) == 4
    assert found[1]["data"]["missed"] > 4
    assert events(rest) == events(found)[-1:]


def test_a_revoked_token_ends_its_stream(url: str, store_path: Path) -> None:
    tokens = Tokens(store_path, SystemClock())
    token, text = tokens.add("read")
    with listening(url, {"Authorization": f"Bearer {text}"}) as stream:
        tokens.revoke(token.id)
        opcode, data = closing_frame(stream)

    assert (opcode, int.from_bytes(data[:2], "big")) == (websocket.ABNF.OPCODE_CLOSE, 4401)


def test_the_end_of_the_orchestrator_ends_its_streams(
    manager: JarvisContextManager, url: str, store_path: Path
) -> None:
    with listening(url, bearer(store_path)) as stream:
        manager.close()
        opcode, data = closing_frame(stream)

    assert (opcode, int.from_bytes(data[:2], "big")) == (websocket.ABNF.OPCODE_CLOSE, 1001)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made-up"}, {"Sec-WebSocket-Protocol": "bearer.no"}])
def test_no_stream_is_opened_without_a_valid_token(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"), listening(url, headers):
        pass


def test_a_page_of_another_origin_gets_no_stream(url: str, store_path: Path) -> None:
    headers = {**bearer(store_path), "Origin": "http://evil.example"}

    with pytest.raises(websocket.WebSocketBadStatusException, match="403"), listening(url, headers):
        pass


def test_a_token_may_come_as_a_subprotocol_as_browsers_cannot_set_headers(url: str, store_path: Path) -> None:
    token = (store_path / "token").read_text().strip()
    offered = ["jarvis.stream.v1", f"bearer.{token}"]
    address = f"{url.replace('http', 'ws', 1)}{API}/stream"

    opened = websocket.create_connection(address, subprotocols=offered, timeout=30, suppress_origin=True)

    assert opened.getsubprotocol() == "jarvis.stream.v1"
    opened.close()


@pytest.mark.parametrize(
    ("asked", "status"),
    [("after=x", 400), ("after=kgGBsDAwMDAwMDAxMTExMTExMTEF", 400), ("kind=Nothing", 422), ("beyond=1", 422)],
)
def test_what_cannot_be_meant_is_refused_before_the_stream_begins(
    url: str, store_path: Path, asked: str, status: int
) -> None:
    answer = httpx.get(f"{url}{API}/stream?{asked}", headers=bearer(store_path))

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    with pytest.raises(websocket.WebSocketBadStatusException, match=str(status)):
        listening(url, bearer(store_path), f"?{asked}").__enter__()


def test_server_sent_events_carry_the_position_to_go_on_from(
    manager: JarvisContextManager, url: str, store_path: Path
) -> None:
    headers = bearer(store_path)
    with httpx.stream("GET", f"{url}{API}/stream?after=0", headers=headers, timeout=30) as answer:
        first = [line for line, _ in zip(answer.iter_lines(), range(7), strict=False)]
    manager.update_task_progress("later", {"description": "Read"})

    last = next(line for line in reversed(first) if line.startswith("id: "))[4:]
    with httpx.stream("GET", f"{url}{API}/stream", headers={**headers, "Last-Event-ID": last}, timeout=30) as answer:
        data = [line for line, _ in zip(answer.iter_lines(), range(7), strict=False) if line.startswith("data: ")]
    assert first[:3] == ["retry: 2000", f"id: {first[1][4:]}", "event: hello"]
    assert json.loads(data[-1][6:])["subject"] == "later"


def test_no_more_streams_are_opened_than_there_may_be(
    url: str, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.web.subject.Within.streams", 1)

    with listening(url, bearer(store_path)):
        answer = httpx.get(f"{url}{API}/stream", headers=bearer(store_path))

    assert answer.status_code == 503
    assert answer.json()["detail"] == "There are 1 live streams already; end one, or come again."


def test_a_secret_is_in_no_stream(manager: JarvisContextManager, url: str, store_path: Path) -> None:
    secret = "sk-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    with listening(url, bearer(store_path), "?after=0") as stream:
        manager.set_attribute("api_key", secret)
        manager.update_task_progress("done", {"description": f"It is {secret}"})
        found = told(stream, "done")

    assert secret not in json.dumps(found)
    assert len(events(found)) == 3
