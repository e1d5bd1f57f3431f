"""The ways a program ends: clean ones are no deaths, and each death has its cause."""

from __future__ import annotations

import json

from msgspec.structs import replace

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.played import Turns
from tests.crash import life, test_endings, test_supervisor_causes, test_supervisor_life, test_supervisor_memory

CLEAN = (
    test_endings.test_a_clean_end_is_recorded_and_is_no_crash,
    test_endings.test_no_acknowledged_call_is_lost_by_sigterm_and_it_is_no_crash,
    test_endings.test_exceptions_beside_the_main_thread_are_kept_and_are_no_crash,
    test_supervisor_causes.test_a_clean_end_is_no_death_and_is_not_restarted,
    test_supervisor_causes.test_who_is_asked_to_end_is_not_restarted,
)
DEADLY = (
    test_endings.test_a_death_is_found_with_its_cause,
    test_endings.test_an_uncaught_exception_is_the_cause_with_its_traceback,
    test_endings.test_a_program_that_becomes_another_in_the_same_process_was_not_killed,
    test_supervisor_causes.test_a_death_by_itself_has_its_cause,
    test_supervisor_causes.test_a_death_by_somebody_s_signal_has_its_cause,
    test_supervisor_causes.test_a_program_that_becomes_another_in_the_same_process_was_not_killed,
    test_supervisor_causes.test_the_stacks_of_all_threads_go_with_a_hang,
    test_supervisor_causes.test_a_core_that_is_left_is_told_of,
    test_supervisor_life.test_a_death_that_nobody_saw_since_the_supervisor_was_killed_first_is_told_so,
    test_supervisor_memory.test_an_out_of_memory_kill_is_told_as_such,
    test_supervisor_memory.test_a_kill_9_in_a_group_with_little_memory_is_a_kill_9,
)
ENDS, DEATHS = Turns(dict.fromkeys(CLEAN, "clean ends")), Turns(dict.fromkeys(DEADLY, "deaths with the right cause"))
TURN = len(ENDS) + 1
"""Each clean end in its turn, and one after a death."""


def end_well(round: Round) -> Finding:
    """The clean ends in their turn, and between them clean ends after a death that was recovered from."""
    if round.number % TURN == 2:
        return after_a_death(round)
    return ENDS(replace(round, number=round.number - (round.number + TURN - 3) // TURN))


def after_a_death(round: Round) -> Finding:
    """Of three lives the first dies: the second says so, the third does not."""
    stage, found = stages.stage(round), Finding()
    for ending, expected in (("die", None), ("close", "killed"), ("close", None)):
        child = stage.server.start(f"{life.__name__}:main", store=str(stage.store), ending=ending)
        cause = json.loads(child.line())[2]
        child.wait()
        if cause != expected:
            found.wrong.append(f"what ended as {expected} was reported as a death: {cause}")
    found.tally["clean ends"] = 1
    return found


FAULTS = (
    Fault(
        id="F6",
        title="`SIGTERM`, `SIGINT`, `close()`, `sys.exit()`, the end of the program, with a supervisor and without",
        promise="a clean end is recorded as one, and is never reported as a death",
        rounds={"small": 2 * TURN, "full": 20 * TURN, "release": 20 * TURN},
        play=end_well,
        cases=TURN,
    ),
    Fault(
        id="F7",
        title="segmentation fault, abort, `os._exit`, `os.execv`, exit code, exception, hang, memory limit, kernel's"
        " memory killer, somebody's signal: with a supervisor and without",
        promise="each death is detected, and the report names its cause",
        rounds={"small": 2 * len(DEATHS), "full": 40 * len(DEATHS), "release": 40 * len(DEATHS)},
        play=DEATHS,
        cases=len(DEATHS),
    ),
)
