"""Whoever can write a store's folder, and sign as it does, cannot put in what the encryption key has not sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.codec import sign
from jarvis_ctx.codec.sealed import Seals, key_of
from jarvis_ctx.insight.verification import verify
from jarvis_ctx.sidecar import open_view
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.views import StoreView
from tests.tampering import tamper
from tests.unit.sidecar.conftest import NEW

Forge = Callable[[Path, CheckpointFiles], None]


def looked_at(store: Path, what: Callable[[StoreView], object]) -> object:
    view = open_view(store)
    try:
        return what(view)
    finally:
        view.close()


def plain_checkpoint(store: Path, opened: CheckpointFiles) -> None:
    """A plain one with the right signature, as a store without encryption has it."""
    files = CheckpointFiles(store, "jarvis", sign.load_key(store / "secret.key"))
    files.put(opened.snapshot(opened.signed()[0]))


def plain_twin(store: Path, opened: CheckpointFiles) -> None:
    files = CheckpointFiles(store, "jarvis", None)
    files.put_twin(opened.twins()[0], opened.alone(opened.twins()[0]))


def checkpoint_of_an_unknown_key(store: Path, opened: CheckpointFiles) -> None:
    record = json.loads((store / "encryption.json").read_text())
    seals = Seals([key_of(bytes.fromhex(NEW))], bytes.fromhex(record["store"]))
    files = CheckpointFiles(store, "jarvis", sign.load_key(store / "secret.key"), seals)
    files.put(opened.snapshot(opened.signed()[0]))


def swapped_twins(store: Path, opened: CheckpointFiles) -> None:
    """The sealed state of one under the header of another."""
    one, two = (json.loads(path.read_text()) for path in opened.twins()[:2])
    opened.twins()[0].write_bytes(msgspec.json.encode({**one, "state": two["state"]}))


def flipped_twin(store: Path, opened: CheckpointFiles) -> None:
    path = opened.twins()[0]
    told = json.loads(path.read_text())
    text = told["state"]["$sealed"]
    told["state"]["$sealed"] = text[:200] + ("A" if text[200] != "A" else "B") + text[201:]
    path.write_bytes(msgspec.json.encode(told))


def changed(statement: str) -> Callable[[Path, CheckpointFiles], None]:
    def change(store: Path, opened: CheckpointFiles) -> None:
        tamper(store / DATABASE, statement)

    return change


PLAIN_SNAPSHOT = changed("UPDATE context_snapshots SET context_data = '{}'")
SWAPPED_SNAPSHOTS = changed(
    "UPDATE context_snapshots SET context_data = (SELECT max(context_data) FROM context_snapshots)"
)
FORGERIES: dict[str, tuple[Forge, str, str]] = {
    "a plain checkpoint": (plain_checkpoint, "checkpoints", "it is plain"),
    "a plain twin": (plain_twin, "checkpoints", "it is plain"),
    "a checkpoint of an unknown key": (checkpoint_of_an_unknown_key, "checkpoints", "is sealed with key"),
    "swapped twins": (swapped_twins, "checkpoints", "made for another place"),
    "a flipped twin": (flipped_twin, "checkpoints", "it was changed"),
    "a plain snapshot": (PLAIN_SNAPSHOT, "snapshots", "it is plain"),
    "swapped snapshots": (SWAPPED_SNAPSHOTS, "snapshots", "made for another place"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_was_forged_is_refused_and_the_state_is_as_it_was(sealed_store: Path, forgery: str) -> None:
    forge, check, words = FORGERIES[forgery]
    before = looked_at(sealed_store, lambda view: view.state().attributes)

    looked_at(sealed_store, lambda view: forge(sealed_store, view.files))

    findings = looked_at(sealed_store, lambda view: verify([view]))
    assert isinstance(findings, list)
    assert [f for f in findings if f.check == check and f.level != "ok" and words in f.sentence], findings
    assert looked_at(sealed_store, lambda view: view.state().attributes) == before


def test_a_plain_heartbeat_and_a_plain_report_are_not_believed(sealed_store: Path) -> None:
    report = sorted(sealed_store.glob("recovery_report_*.json"))[-1]
    was = looked_at(sealed_store, lambda view: [lease.details for lease in view.leases()])

    changed("UPDATE leases SET details = '{\"load\":0}'")(sealed_store, CheckpointFiles(sealed_store, "jarvis", None))
    report.write_text(json.dumps({"sentence": "nothing happened"}))

    assert was != [{}]
    assert looked_at(sealed_store, lambda view: [lease.details for lease in view.leases()]) == [{}]
    assert looked_at(sealed_store, lambda view: view.report()) is None
