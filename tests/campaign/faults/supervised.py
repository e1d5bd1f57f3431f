"""A supervisor and what it watches, killed in every order, and a program that dies again and again."""

from __future__ import annotations

from tests.campaign.fault import Fault
from tests.campaign.played import Turns
from tests.crash import test_supervisor_life as life

ORDERS = Turns(
    {
        life.test_in_whatever_order_they_are_killed_one_command_runs_and_nothing_is_left: "orders of three kills",
        life.test_a_command_that_dies_is_started_again_and_its_recovery_carries_on: "restarts",
        life.test_a_command_left_behind_is_adopted_and_started_again_when_it_dies: "adoptions",
        life.test_the_command_goes_on_when_its_supervisor_is_killed_and_is_not_started_twice: "second starts",
        life.test_the_orphans_of_a_command_whose_supervisor_was_killed_end_before_the_next_start: "orphans ended",
    }
)
LOOPS = Turns(
    {
        life.test_a_crash_loop_trips_the_breaker_and_leaves_the_state_ready: "loops ended at the limit",
        life.test_the_wait_for_a_restart_is_under_five_seconds: "loops with pauses that grow",
    }
)

FAULTS = (
    Fault(
        id="F9",
        title="`kill -9` of supervisor, command and what that has started, in every order",
        promise="one command runs again, none twice, and no orphan is left",
        rounds={"small": 2 * len(ORDERS), "full": 10 * len(ORDERS), "release": 10 * len(ORDERS)},
        play=ORDERS,
        cases=len(ORDERS),
    ),
    Fault(
        id="F10",
        title="a program that dies at each start",
        promise="restarts come more and more slowly, and end at the limit with an alarm; the cause of death is known",
        rounds={"small": 2 * len(LOOPS), "full": 20 * len(LOOPS), "release": 20 * len(LOOPS)},
        play=LOOPS,
        cases=len(LOOPS),
    ),
)
