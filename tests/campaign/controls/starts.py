"""Breaks of how a store is made, opened, shared, kept alive and answered for, made before a child or round begins."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from jarvis_ctx.capture.recorder import Recorder
from jarvis_ctx.checkpoint import files
from jarvis_ctx.disk.files import open_or_create, sync_folder
from jarvis_ctx.disk.together import Parts
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal.inherited import Inherited
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.run import ProcessIdentity
from jarvis_ctx.storage.sqlite import migrations
from jarvis_ctx.supervisor import restarts
from jarvis_ctx.supervisor.supervisor import Supervisor


def pen_inherited() -> None:
    """A forked worker goes on with its parent's pen."""
    Inherited._begin_in_child = lambda self: None  # type: ignore[method-assign]  # a break


def migrated_in_pieces() -> None:
    """The statements of a migration are committed one by one."""
    migrations.immediate = nullcontext  # type: ignore[attr-defined, assignment]  # it imports it


def named_before_whole() -> None:
    """The files of a checkpoint get their names before what is to be in them."""

    def write_together(*wanted: tuple[Path, Parts]) -> None:
        for path, _ in wanted:
            os.close(open_or_create(path))
        sync_folder(wanted[0][0].parent)
        for path, parts in wanted:
            with path.open("wb") as file:
                file.writelines(parts())
                file.flush()
                os.fsync(file.fileno())

    files.write_together = write_together  # type: ignore[attr-defined]  # it imports it


def orphans_left() -> None:
    """What a dead command has left behind, whose supervisor was killed, too, is not ended."""
    Supervisor._end_orphans = lambda self: None  # type: ignore[method-assign]  # a break


def restarts_not_counted() -> None:
    """A command is started again however often it was."""
    restarts.len = lambda made: 0  # type: ignore[attr-defined]  # what it asks of those that were made


def pauses_not_longer() -> None:
    """Each restart comes as soon as the first."""
    restarts.FACTOR = 1.0


def process_id_believed() -> None:
    """Any process with the id counts as the one that had it."""

    def is_alive(process: ProcessIdentity) -> bool | None:
        return identity.of(process.pid) is not None

    identity.is_alive = is_alive


def wall_clock_believed() -> None:
    """An event has the time that the wall clock shows, whatever the one before it had."""
    write = Writer._write

    def written(self: Writer, *event: Any) -> int:
        self._time = -(1 << 62)
        return write(self, *event)

    Writer._write = written  # type: ignore[method-assign, assignment]  # a break


def later_schema_opened() -> None:
    """A database of a later schema is taken for one of ours."""
    schema_of = migrations.schema_of

    def known(identity: tuple[int, int], path: Path) -> int:
        return schema_of((identity[0], min(identity[1], migrations.SCHEMA)), path)

    migrations.schema_of = known


def promised_field_left_out() -> None:
    """An answer lacks a field that the document promises."""
    lines = Insight.run_lines

    def shorter(self: Insight) -> list[dict[str, Any]]:
        return [{name: value for name, value in line.items() if name != "chain"} for line in lines(self)]

    Insight.run_lines = shorter  # type: ignore[method-assign]  # a break


def messages_flattened() -> None:
    """What is said to an agent is kept as a list where it is a tuple."""
    log = Recorder.log_agent_message

    def flattened(self: Recorder, sender: str, recipient: str, content: Any) -> None:
        log(self, sender, recipient, list(content) if type(content) is tuple else content)

    Recorder.log_agent_message = flattened  # type: ignore[method-assign, assignment]  # a break
