"""The way out of quarantine, for a task whose cause of death has been mended."""

from __future__ import annotations

from collections.abc import Callable

from jarvis_ctx.errors import NotQuarantined
from jarvis_ctx.model.state import State
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import requests
from jarvis_ctx.sidecar.offline import offline


def check_quarantined(state: State, task: str) -> None:
    """Raises `NotQuarantined` where there is nothing to release."""
    found = state.tasks.get(task)
    if found is None or not found.quarantined:
        quarantined = ", ".join(sorted(other.id for other in state.tasks.values() if other.quarantined)) or "none"
        raise NotQuarantined(task=task, quarantined=quarantined)


def release_answer(release: Callable[[str], None]) -> requests.Answer:
    """Answers a `ReleaseRequested`."""

    def answer(body: dict[str, object]) -> dict[str, object]:
        release(str(body.get("task", "")))
        return {}

    return answer


def request_release(settings: Settings, task: str, timeout: float = 30.0) -> None:
    """Ask the live owner to release a task and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    requests.ask(settings, "ReleaseRequested", {"task": task}, timeout)


def release_offline(settings: Settings, task: str) -> None:
    """Release a task of a store that nobody runs; begins no run.

    Raises `NoStore`, `NotAtRest` and `NotQuarantined`.
    """
    with offline(settings) as store:
        check_quarantined(store.state, task)
        store.tell("TaskReleased", task, {})
