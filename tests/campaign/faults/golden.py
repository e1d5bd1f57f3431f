"""Databases as earlier releases wrote them, and as later ones may."""

from __future__ import annotations

from tests.campaign.fault import Fault
from tests.campaign.played import plays
from tests.crash import test_bad_input
from tests.migrations import test_released_schemas as released

FAULTS = (
    Fault(
        id="F32",
        title="a database of each released schema, and one of a later release",
        promise="what a release wrote opens with all it holds; what a later one wrote is refused and left as it is",
        rounds={"small": 8, "full": 80, "release": 80},
        play=plays(
            "opened rightly",
            released.test_every_released_schema_has_its_fixture,
            released.test_a_database_of_a_released_schema_opens_with_all_it_holds,
            released.test_a_database_of_a_released_schema_takes_new_events,
            released.test_a_migrated_database_has_the_tables_of_a_new_one,
            test_bad_input.test_a_database_of_a_newer_schema_is_refused_and_left_as_it_is,
        ),
    ),
)
