"""Process ids, boots, containers, copies, markers and orphans that suggest a death where none was, or hide one."""

from __future__ import annotations

from tests.campaign.fault import Fault
from tests.campaign.played import Turns
from tests.crash import test_machines, test_one_run
from tests.unit.recovery import test_detection


def _no_namespaces() -> str | None:
    return None if test_machines.containers_can_be_made() else "no pid namespace can be made (it takes root)"


SEEN = Turns(
    dict.fromkeys(
        (
            test_detection.test_a_clean_end_is_never_taken_for_a_death,
            test_detection.test_a_death_is_never_missed_and_has_its_cause,
            test_detection.test_a_forked_child_that_outlives_a_dead_run_keeps_nobody_from_recovering,
            test_detection.test_a_death_is_found_once_whatever_the_marker_says,
            test_machines.test_a_run_with_the_process_id_of_the_one_before_knows_whether_that_died,
            test_machines.test_an_unrelated_process_with_the_id_of_a_dead_one_is_not_taken_for_it,
            test_machines.test_after_another_boot_a_death_is_a_power_loss_and_a_clean_end_is_none,
            test_machines.test_process_1_of_one_container_is_not_taken_for_process_1_of_the_next,
            test_machines.test_a_run_that_lives_in_another_container_is_not_taken_for_dead,
            test_one_run.test_an_orphan_is_refused_once_its_parents_successor_has_begun,
        ),
        "detected rightly",
    )
)

FAULTS = (
    Fault(
        id="F11",
        title="reused process ids, another boot, containers, a copied folder, records and markers that are gone, empty,"
        " garbage or stale, an orphan that holds the lock",
        promise="no death is missed, none is imagined",
        rounds={"small": len(SEEN), "full": 20 * len(SEEN), "release": 20 * len(SEEN)},
        missing=_no_namespaces,
        inside=True,
        play=SEEN,
        cases=len(SEEN),
    ),
)
