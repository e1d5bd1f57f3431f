"""Ways to spoil a store, each with the finding that the doctor must make of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.sidecar.opening import DATABASE
from tests.tampering import tamper


def flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 0xFF]))


def first_segment(store: Path) -> Path:
    return sorted((store / "journal").glob("*.seg"))[0]


def newest(store: Path, pattern: str) -> Path:
    return sorted((store / "checkpoints").glob(pattern))[-1]


def loosen(store: Path) -> None:
    newest(store, "*.json").chmod(0o644)


def take_the_right_to_write(store: Path) -> None:
    (store / "jarvis_context.db").chmod(0o400)


def open_to_the_group(store: Path) -> None:
    store.chmod(0o770)


def link(store: Path) -> None:
    (store / "archive").symlink_to(store)


def damage_a_segment(store: Path) -> None:
    flip(first_segment(store), 1500)


def lose_a_segment_and_the_database(store: Path) -> None:
    first_segment(store).unlink()
    shutil.rmtree(store / "checkpoints")
    zero_the_database(store)


def damage_the_marks(store: Path) -> None:
    flip(store / "journal" / "marks", 0)


def lose_the_marks(store: Path) -> None:
    (store / "journal" / "marks").unlink()


def truncate_a_checkpoint(store: Path) -> None:
    os.truncate(newest(store, "*.pkl"), 600)


def lose_the_key(store: Path) -> None:
    (store / "secret.key").unlink()


def zero_the_database(store: Path) -> None:
    for path in store.glob("jarvis_context.db*"):
        path.write_bytes(bytes(path.stat().st_size))


def lose_the_database(store: Path) -> None:
    for path in store.glob("jarvis_context.db*"):
        path.unlink()


def change_an_event(store: Path) -> None:
    tamper(
        store / DATABASE,
        "UPDATE events SET payload = replace(payload, 'too long', 'all right') WHERE kind = 'DecisionLogged'",
    )


def change_a_snapshot(store: Path) -> None:
    tamper(store / DATABASE, "UPDATE context_snapshots SET context_data = replace(context_data, 'task-1', 'task-9')")


def change_a_side_file(store: Path) -> None:
    values = store / "journal" / "values"
    values.mkdir(mode=0o700)
    (values / ("0" * 64)).write_bytes(b"{}")


def put_an_older_database_in_place(store: Path) -> None:
    tamper(store / DATABASE, "DELETE FROM events WHERE number > 5")


def overwrite_a_segment(store: Path) -> None:
    path = first_segment(store)
    path.write_bytes(b"\xff" * path.stat().st_size)


def damage_the_marker(store: Path) -> None:
    (store / "CRASH_DETECTED").write_bytes(b"?")


def begin_a_recovery(store: Path) -> None:
    CrashMarker(store).set("jarvis", "jarvis.1.abcdef")


def leave_something_aside(store: Path) -> None:
    (store / "jarvis_context.db.damaged-1").write_bytes(b"")


WRONG: list[tuple[Callable[[Path], None], str, str, str]] = [
    (loosen, "warning", "files", "readable or writable by others"),
    (take_the_right_to_write, "problem", "files", "jarvis_context.db is not readable and writable"),
    (open_to_the_group, "problem", "folder", "can be written by others"),
    (link, "problem", "files", "symbolic link"),
    (damage_a_segment, "problem", "segments", "damaged bytes"),
    (lose_a_segment_and_the_database, "problem", "marks", "nowhere any more"),
    (damage_the_marks, "problem", "marks", "does not start as marks do"),
    (lose_the_marks, "warning", "marks", "no marks"),
    (truncate_a_checkpoint, "warning", "checkpoints", "does not verify"),
    (lose_the_key, "problem", "key", "secret.key is missing"),
    (zero_the_database, "problem", "database", "file is not a database"),
    (lose_the_database, "problem", "database", "jarvis_context.db is missing"),
    (change_an_event, "problem", "events", "Not as written"),
    (change_a_snapshot, "warning", "snapshots", "do not match their hash"),
    (change_a_side_file, "problem", "side files", "is not what was written"),
    (put_an_older_database_in_place, "problem", "events", "that it had"),
    (overwrite_a_segment, "problem", "segments", "nothing that can be read"),
    (damage_the_marker, "problem", "recovery", "cannot be read"),
    (begin_a_recovery, "problem", "recovery", "not completed"),
    (leave_something_aside, "warning", "moved aside", "jarvis_context.db.damaged-1"),
]
