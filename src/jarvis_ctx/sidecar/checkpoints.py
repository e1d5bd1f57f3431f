"""A checkpoint that somebody outside wants: taken by the live owner, or by hand in a store that nobody runs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import exact
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.offline import offline
from jarvis_ctx.sidecar.requests import Answer, ask


def checkpoint_answer(checkpoint: Callable[[str], CheckpointHeader]) -> Answer:
    """Answers a `CheckpointRequested` and a `RecoveryPointRequested`."""
    return lambda body: {"header": msgspec.to_builtins(checkpoint(str(body.get("label", ""))))}


def request_checkpoint(settings: Settings, label: str = "", timeout: float = 30.0) -> CheckpointHeader:
    """Ask the live owner for a checkpoint and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    return _asked(settings, "CheckpointRequested", label, timeout)


def request_point(settings: Settings, label: str, timeout: float = 30.0) -> CheckpointHeader:
    """Ask the live owner to mark a recovery point, and wait. Raises `NotAnswered` and `RequestFailed`."""
    return _asked(settings, "RecoveryPointRequested", label, timeout)


def _asked(settings: Settings, kind: str, label: str, timeout: float) -> CheckpointHeader:
    body = ask(settings, kind, {"label": label}, timeout)
    return decoding.convert(exact.from_tree(body["header"]), CheckpointHeader)


def checkpoint_offline(settings: Settings, label: str = "") -> CheckpointHeader:
    """Take a checkpoint of a store that nobody runs; begins no run. Raises `NoStore` and `NotAtRest`."""
    with offline(settings) as store:
        return store.keeper().take(label)
