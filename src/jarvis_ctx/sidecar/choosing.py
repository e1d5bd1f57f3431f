"""Choosing a recovery's base by hand: what it replaces is marked, and everyone who looks or starts goes by it."""

from __future__ import annotations

from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.recovery import choice
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.offline import offline


def choose_base(settings: Settings, chosen: Choice, *, live: bool) -> CheckpointHeader | None:
    """Let every look and start go by `chosen`; in a store nobody runs, the recovery point of what it replaces.

    A live orchestrator goes on as it is, and the next start goes by it. Raises `NoStore`, `NotAtRest` and
    `NothingToKeep`.
    """
    if live:
        choice.write(settings.folder, settings.name, chosen)
        return None
    with offline(settings) as store:
        before = store.keeper().take("before choosing a base")
        choice.write(settings.folder, settings.name, chosen)
        return before
