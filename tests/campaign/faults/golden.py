"""Databases and whole stores as earlier releases wrote them, and a database as a later one may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.campaign.fault import Fault, Round
from tests.campaign.played import Given, Turns
from tests.crash import test_bad_input
from tests.migrations import test_released_schemas as schemas
from tests.migrations import test_released_stores as stores


@contextmanager
def _store(round: Round, given: Given) -> Iterator[Path]:
    yield stores.unpacked(given["released"], round.folder)


@contextmanager
def _known(round: Round, given: Given) -> Iterator[dict[str, Any]]:
    yield stores.known_of(given["released"])


RELEASED = Turns(
    {
        schemas.test_a_database_of_a_released_schema_opens_with_all_it_holds: "databases with all they held",
        schemas.test_a_database_of_a_released_schema_takes_new_events: "databases written on",
        schemas.test_a_migrated_database_has_the_tables_of_a_new_one: "databases with the tables of a new one",
        stores.test_a_released_store_holds_what_its_run_knew_whatever_is_lost: "stores with all their run knew",
        stores.test_a_released_history_replays_to_the_same_state: "stores replayed from their events",
        stores.test_every_digest_of_a_released_store_verifies: "stores with every digest right",
        stores.test_a_released_store_is_recovered_and_goes_on: "stores recovered",
        test_bad_input.test_a_database_of_a_newer_schema_is_refused_and_left_as_it_is: "later ones refused",
    },
    store=_store,
    known=_known,
)

FAULTS = (
    Fault(
        id="F32",
        title="a database of each released schema; a whole store of a dead run, as the release wrote it, with all its"
        " files or without its database or checkpoints; a database of a later release",
        promise="what a release wrote opens with all it holds; what a later one wrote is refused and left as it is",
        rounds={"small": len(RELEASED), "full": 10 * len(RELEASED), "release": 10 * len(RELEASED)},
        play=RELEASED,
        inside=True,
        cases=len(RELEASED),
    ),
)
