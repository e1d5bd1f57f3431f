"""Breaks that a death, a standstill or an end of the process must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import breaks, starts
from tests.crash import plants

PLANTS, BREAKS, STARTS = plants.__name__, breaks.__name__, starts.__name__

CONTROLS = (
    Control(
        id="C1",
        title="a call is acknowledged before it is written",
        broken=f"{PLANTS}:early_acknowledgement",
        fault="F1",
        shows=("lost",),
    ),
    Control(
        id="C2",
        title="an event is written five calls later",
        broken=f"{PLANTS}:buffered_writer",
        fault="F1",
        shows=("lost",),
    ),
    Control(
        id="C3",
        title="the drain leaves out what a dead run had not drained",
        broken=f"{PLANTS}:forgetful_drain",
        fault="F1",
        shows=("lost",),
    ),
    Control(
        id="C4",
        title="the epoch is not compared after an append",
        broken=f"{PLANTS}:epoch_not_compared",
        fault="F8",
        shows=("was overtaken was told: acknowledged",),
    ),
    Control(
        id="C5",
        title="what an overtaken run has said is folded all the same",
        broken=f"{BREAKS}:fence_not_kept",
        fault="F8",
        shows=("is in the state",),
    ),
    Control(
        id="C6",
        title="a run begins without taking its lock",
        broken=f"{BREAKS}:lock_not_taken",
        fault="F8",
        shows=("said ''",),
    ),
    Control(
        id="C7",
        title="the marker of a recovery is not cleared when it is complete",
        broken=f"{BREAKS}:marker_not_cleared",
        fault="F6",
        shows=("was reported as a death",),
    ),
    Control(
        id="C8",
        title="a clean end is not written",
        broken=f"{BREAKS}:end_not_written",
        fault="F6",
        shows=("was reported as a death",),
    ),
    Control(
        id="C9",
        title="the stacks at a fatal signal are not kept",
        broken=f"{BREAKS}:stacks_not_kept",
        fault="F7",
        shows=("report.cause.cause",),
    ),
    Control(
        id="C10",
        title="the start of a step is written after its effect was acknowledged",
        broken=f"{BREAKS}:step_written_late",
        fault="F45",
        shows=("done twice",),
    ),
    Control(
        id="C11",
        title="a step that is called again does not look for what it has returned",
        broken=f"{BREAKS}:steps_not_looked_up",
        fault="F45",
        shows=("done twice",),
    ),
    Control(
        id="C12",
        title="a superstep of a graph begins before the checkpoint before it is stored",
        broken=f"{BREAKS}:supersteps_run_ahead",
        fault="F46",
        shows=("supersteps were lost",),
    ),
    Control(
        id="C14",
        title="a forked worker goes on with its parent's pen",
        broken=f"{STARTS}:pen_inherited",
        fault="F2",
        shows=("lost",),
    ),
    Control(
        id="C15",
        title="a migration is committed in pieces",
        broken=f"{STARTS}:migrated_in_pieces",
        fault="F3",
        shows=("already exists",),
    ),
    Control(
        id="C16",
        title="the files of a checkpoint get their names before what is to be in them",
        broken=f"{STARTS}:named_before_whole",
        fault="F5",
        shows=("pkl is damaged",),
        within=80,
    ),
    Control(
        id="C17",
        title="what a command left behind is not ended when its supervisor was killed, too",
        broken=f"{STARTS}:orphans_left",
        fault="F9",
        shows=("assert gone",),
    ),
    Control(
        id="C18",
        title="restarts are not counted",
        broken=f"{STARTS}:restarts_not_counted",
        fault="F10",
        shows=('"restarting", "gave-up"',),
    ),
    Control(
        id="C43",
        title="each restart comes as soon as the first",
        broken=f"{STARTS}:pauses_not_longer",
        fault="F10",
        shows=("assert pauses",),
    ),
    Control(
        id="C19",
        title="any process with the id of a dead one counts as that one",
        broken=f"{STARTS}:process_id_believed",
        fault="F11",
        shows=("report.cause.cause",),
    ),
    Control(
        id="C44",
        title="the wall clock orders what is said",
        broken=f"{STARTS}:wall_clock_believed",
        fault="F12",
        shows=("one.time < other.time",),
    ),
    Control(
        id="C60",
        title="that a recovery has begun is not written down",
        broken=f"{BREAKS}:recovery_not_marked",
        fault="F4",
        shows=("the report's recovered_run",),
    ),
    Control(
        id="C61",
        title="a recovery forgets what one before it, cut off, has told already",
        broken=f"{BREAKS}:told_deaths_forgotten",
        fault="F4",
        shows=("the report's tasks",),
    ),
)
