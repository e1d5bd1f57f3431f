"""What is asked of an orchestrator from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.errors import AlreadyRunning, NoStore, NotAnswered, StoreUnavailable
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager, checkpoint_offline, open_view, request_checkpoint
from jarvis_ctx.sidecar.checkpoints import checkpoint_answer
from jarvis_ctx.sidecar.requests import answer


def at(path: Path) -> Settings:
    return settings.load({"path": path}, environ={})


def test_a_live_owner_takes_the_checkpoint_it_is_asked_for(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("a", {"percentage": 10})

        header = request_checkpoint(at(store_path), "before lunch")

        assert header.label == "before lunch"
        assert manager.keeper.last == header


def test_a_request_that_nobody_answers_says_so(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        pass

    with pytest.raises(NotAnswered, match=r"did not answer within 0\.1 s"):
        request_checkpoint(at(store_path), timeout=0.1)


def test_a_store_nobody_runs_gets_its_checkpoint_without_a_new_run(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("a", {"percentage": 10})

    header = checkpoint_offline(at(store_path), "kept")

    view = open_view(store_path)
    assert view.checkpoints()[0].id == header.id
    assert len(view.state().runs) == 1
    view.close()


def test_an_offline_checkpoint_of_a_live_store_is_refused(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False), pytest.raises(AlreadyRunning):
        checkpoint_offline(at(store_path))


def test_a_request_to_a_folder_without_a_store_is_refused(store_path: Path) -> None:
    with pytest.raises(NoStore):
        request_checkpoint(at(store_path))


def test_an_offline_checkpoint_of_a_folder_without_a_store_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        checkpoint_offline(at(tmp_path / "nowhere"))

    assert list(tmp_path.iterdir()) == []


def test_a_request_that_cannot_be_written_leaves_no_file_open(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        monkeypatch.setattr("jarvis_ctx.journal.writer.Writer.append", refuse)

        with pytest.raises(StoreUnavailable):
            request_checkpoint(at(store_path), timeout=0.1)

        monkeypatch.undo()


def test_a_checkpoint_that_fails_is_answered_with_its_reason() -> None:
    def fail(label: str) -> CheckpointHeader:
        raise OSError("the disk is full")

    said: list[tuple[object, ...]] = []

    answer(
        [asked(1, {"label": "x"})], {"CheckpointRequested": checkpoint_answer(fail)}, lambda *told: said.append(told)
    )

    assert said == [("RequestAnswered", "request-1", {"error": "the disk is full"})]


@pytest.mark.parametrize("body", [{}, {"label": 7}, {"label": ""}])
def test_a_strange_request_is_answered_too(body: dict[str, object]) -> None:
    labels: list[str] = []

    def take(label: str) -> CheckpointHeader:
        labels.append(label)
        raise OSError("enough")

    said: list[tuple[object, ...]] = []

    answer(
        [asked(1, body), asked(2, {}, "AttributeSet")],
        {"CheckpointRequested": checkpoint_answer(take)},
        lambda *told: said.append(told),
    )

    assert (labels, len(said)) == ([str(body.get("label", ""))], 1)


def asked(number: int, body: dict[str, object], kind: str = "CheckpointRequested") -> Event:
    return Event(WriterId("w"), number, number, RunId(""), kind, f"request-{number}", body)


def refuse(*arguments: object, **more: object) -> int:
    raise StoreUnavailable(path="db", reason="planted")
