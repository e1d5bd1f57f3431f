"""A task that kills its process is found out alone, and set aside; the others are done."""

from __future__ import annotations

import json
import signal

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def life(stage: Stage, kind: str, way: str, until: str = "bad") -> tuple[list[str], int]:
    """What one life says up to the word `until` or its JSON, and how it ends; one that hangs is killed."""
    child, words = stage.server.start("suspect", path=stage.store, kind=kind, way=way), [""]
    while words[-1] != until and not words[-1].startswith("{"):
        words.append(child.line())
    return words[1:], child.kill() if way == "hang" and words[-1] == until else child.wait()


@pytest.mark.parametrize(
    ("kind", "way", "code"),
    [
        ("sync", "segfault", -signal.SIGSEGV),
        ("async", "exhaust_memory", -signal.SIGABRT),
        ("sync", "hang", -signal.SIGKILL),
        ("async", "hang", -signal.SIGKILL),
    ],
)
def test_a_task_that_kills_its_process_three_times_alone_is_quarantined_and_the_others_are_done(
    stage: Stage, kind: str, way: str, code: int
) -> None:
    lives = [life(stage, kind, way) for _ in range(4)]
    last = life(stage, kind, way)
    with JarvisContextManager(stage.store) as manager:
        tasks = {task["id"]: (task["shown_status"], task["attempts"], task["deaths_alone"]) for task in manager.tasks()}

    assert lives == [(["a", "b", "bad"], code), (["a", "b", "bad"], code), (["bad"], code), (["bad"], code)]
    assert last == (["{}"], 0)
    assert tasks == {"a": ("completed", 2, 0), "b": ("completed", 2, 0), "bad": ("quarantined", 4, 3)}


def test_a_task_that_only_raises_memory_error_has_failed_and_is_not_called_again(stage: Stage) -> None:
    (words, code), (later, _) = life(stage, "sync", "run_out"), life(stage, "sync", "run_out")
    with JarvisContextManager(stage.store) as manager:
        tasks = {task["id"]: (task["shown_status"], task["deaths_alone"]) for task in manager.tasks()}

    assert (words, code) == (["a", "b", "bad"], 1)
    assert json.loads(later[-1]) == {"a": "finished", "b": "finished"}
    assert tasks == {"a": ("completed", 0), "b": ("completed", 0), "bad": ("failed", 0)}
