"""What a supervisor writes down is found again by the run it is about, and by no other."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.supervised import Death, Supervised
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord

HERE = identity.this_process()
GONE = msgspec.structs.replace(HERE, created=1.0, ticks=1)
DEAD = ProcessIdentity(host=HERE.host, pid=4711, created=100.0, boot_id="boot 1", ticks=9)
RUN = RunRecord(
    id=RunId("jarvis.1.abc"),
    name="jarvis",
    epoch=1,
    writer=WriterId("w1"),
    process=DEAD,
    started=0,
    chain=RunId("jarvis.1.abc"),
)
DEATH = Death(process=DEAD, runs={}, began=1, ended=2, how="signal", sentence="It was ended.", signal="SIGKILL")
RECORD = Supervised(name="jarvis", supervisor=HERE, command=["true"])
OTHER = msgspec.structs.replace(DEAD, pid=4712)


@pytest.mark.parametrize(
    ("process", "runs", "found"),
    [
        (DEAD, {}, True),
        (msgspec.structs.replace(DEAD, created=100.9, ticks=0), {}, True),
        (msgspec.structs.replace(DEAD, created=160.0, ticks=0), {}, False),
        (msgspec.structs.replace(DEAD, created=160.0, ticks=9), {}, True),
        (msgspec.structs.replace(DEAD, ticks=8), {}, False),
        (msgspec.structs.replace(DEAD, boot_id="boot 2"), {}, False),
        (OTHER, {}, False),
        (OTHER, {"jarvis": "jarvis.1.abc"}, True),
        (OTHER, {"jarvis": "jarvis.2.abc"}, False),
    ],
)
def test_a_death_is_known_by_its_process_or_its_run(
    process: ProcessIdentity, runs: dict[str, str], found: bool, store_path: Path
) -> None:
    death = msgspec.structs.replace(DEATH, process=process, runs=runs)
    supervised.write(store_path, msgspec.structs.replace(RECORD, deaths=[death]))

    assert (supervised.death_of(store_path, RUN) is not None) == found


def test_the_record_of_any_supervisor_of_the_store_tells(store_path: Path) -> None:
    supervised.write(store_path, msgspec.structs.replace(RECORD, name="letters", deaths=[DEATH]))
    supervised.write(store_path, RECORD)

    assert supervised.death_of(store_path, RUN) == DEATH


@pytest.mark.parametrize(
    ("supervisor", "over", "alone"), [(GONE, False, True), (GONE, True, False), (HERE, False, False)]
)
def test_a_process_is_left_alone_when_its_supervisor_was_killed(
    supervisor: ProcessIdentity, over: bool, alone: bool, store_path: Path
) -> None:
    record = msgspec.structs.replace(RECORD, supervisor=supervisor, over=over, child=DEAD)
    supervised.write(store_path, record)

    assert (supervised.left_alone(store_path, RUN) is not None) == alone


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', b"\xff"])
def test_a_record_that_cannot_be_read_says_nothing(content: bytes, store_path: Path) -> None:
    supervised.path_of(store_path, "jarvis").write_bytes(content)

    assert supervised.read(store_path, "jarvis") is None
    assert supervised.death_of(store_path, RUN) is None


def test_the_evidence_has_what_is_known_and_nothing_else() -> None:
    assert DEATH.evidence == {"signal": "SIGKILL"}
    assert msgspec.structs.replace(DEATH, signal="", exit_code=0, core=False).evidence == {"exit_code": 0}
