"""Going back to a moment: the recovery point that undoes it, then the event that does it."""

from __future__ import annotations

from jarvis_ctx.journal.fold_restore import restore_body
from jarvis_ctx.journal.turn import Told
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.ids import ID_LIMIT
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.going_on import with_running_calls
from jarvis_ctx.recovery.moments import Moment


def undo_label(moment: Moment) -> str:
    """What the point is called that is marked just before going back to `moment`."""
    return f"before restoring {moment.asked}"[:ID_LIMIT]


def told(moment: Moment, undo: CheckpointHeader, now: State, run: str) -> list[Told]:
    """The events that go back to `moment`; `undo` is a checkpoint of `now`, in which the open calls of `run` go on.

    Only the second one changes the state, so that a kill leaves either all of it as before, or all of it restored.
    """
    back = with_running_calls(moment.state, now, run)
    return [
        ("RecoveryPointMarked", undo.label, {"label": undo.label, "checkpoint": undo.id}),
        ("MomentRestored", moment.asked, restore_body(back, moment.asked, undo.id)),
    ]


def restored(state: State, undo: CheckpointHeader) -> Restored:
    """The record of the restore that the point `undo` undoes."""
    return next(known for known in reversed(state.restores) if known.undo == undo.id)
