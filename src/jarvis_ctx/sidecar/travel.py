"""Going back to an earlier moment: by the live owner, by asking it, or by hand in a store that nobody runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.clock import MICROSECONDS, SystemClock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import BadValue, NotTheOwner
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.turn import append_at_once
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.liveness.leases import Leases
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import moments, restoring
from jarvis_ctx.recovery.moments import Moment
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.offline import offline
from jarvis_ctx.sidecar.pen import sealing_behind
from jarvis_ctx.sidecar.requests import Answer, ask


def go_back(moment: Moment, keeper: Keeper, writer: Writer, running: str = "") -> Restored:
    """Mark where the state stands, and set it back to `moment`; captured calls wait meanwhile, and none gets lost.

    The open calls of the run `running` go on.
    Raises as `Writer.append` does, and `OSError` when the point cannot be written; then nothing was restored.
    """

    def change(keep: Callable[[State], CheckpointHeader]) -> CheckpointHeader:
        kept: list[CheckpointHeader] = []

        def look(state: State) -> list[tuple[str, str, dict[str, Any]]]:
            kept.append(keep(state))
            return restoring.told(moment, kept[0], state, running)

        append_at_once(writer, look)
        return kept[0]

    return restoring.restored(writer.state, keeper.take_before(restoring.undo_label(moment), change))


class GoingBack:
    """What a sidecar does about its own past."""

    settings: Settings
    run: RunRecord
    journal: Journal
    keeper: Keeper
    claims: Claims
    leases: Leases
    look_again: Callable[[], None]
    _view: View

    def restore(self, point: str) -> Restored:
        """Go back to a recovery point (its label or id), a time or a run's end, in a new branch; nothing is deleted.

        Captured calls wait meanwhile. What was done since is kept and stays readable, and the point that this marks
        first (`undo` of the record) leads back to it. A call that is running writes its end on the new branch.
        Raises `UnknownMoment`, `CorruptData` where nothing is left of it, `NotTheOwner`, and as every verb does.
        """
        if self.journal.writer.put_down or os.getpid() != self.run.process.pid:
            raise NotTheOwner(orchestrator=self.settings.name, what="go back to an earlier state")
        moment = moments.find(self._view.layers(), point, self._view.state())
        self.journal.catch_up()  # What a worker has claimed by now goes on, too.
        restored = go_back(moment, self.keeper, self.journal.writer, running=self.run.id)
        self.claims.look_again()
        self.leases.look_again(self.journal.writer.state)
        self.look_again()
        return restored


def restore_answer(restore: Callable[[str], Restored], now: Callable[[], int]) -> Answer:
    """Answers a `RestoreRequested`, unless who asked has stopped waiting: they may have thought better of it."""

    def do(body: dict[str, Any]) -> dict[str, Any]:
        until = body.get("until")
        if type(until) is int and now() > until:
            raise BadValue(name="until", value=until, expected="a time that has not passed")
        return {"restored": msgspec.to_builtins(restore(str(body.get("moment", ""))))}

    return do


def request_restore(settings: Settings, asked: str, timeout: float = 30.0) -> Restored:
    """Ask the live owner to go back to a moment, and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    until = SystemClock().wall() + round(timeout * MICROSECONDS)
    body = ask(settings, "RestoreRequested", {"moment": asked, "until": until}, timeout)
    return decoding.convert(exact.from_tree(body["restored"]), Restored)


def restore_offline(settings: Settings, asked: str) -> Restored:
    """Go back to a moment in a store that nobody runs; begins no run, the next one carries on from there.

    Raises `NoStore`, `NotAtRest`, `NothingToKeep`, `UnknownMoment`, and `CorruptData` where nothing is left of it.
    """
    with offline(settings) as store:
        moment = moments.find(store.ground.layers, asked, store.state)
        keeper, run = store.keeper(), store.state.latest_run
        with sealing_behind(store.pen(run.id if run else "")) as writer:
            return go_back(moment, keeper, writer)
