"""`run-<name>.json` and `run-<name>.lock`: who runs, or ran last."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.filelock import FileLock, holder
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.errors import AlreadyRunning
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.run import RunRecord

FORMAT = "jarvis-ctx run 1"
PREFIX, RECORD, LOCK = "run-", ".json", ".lock"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    run: msgspec.Raw
    digest: str = ""
    """Of the run's bytes, as they stand here; releases before it wrote none."""


def names_in(store: Path) -> list[str]:
    """The orchestrators that left a run file. Raises `OSError`."""
    return sorted(name for entry in os.listdir(store) if (name := name_in(entry)))


def name_in(filename: str, form: str = RECORD) -> str | None:
    """The orchestrator that a run's record is named for, or with `LOCK` its lock; None for every other file."""
    if filename.startswith(PREFIX) and filename.endswith(form):
        return filename[len(PREFIX) : -len(form)] or None
    return None


class RunFile:
    """The record of an orchestrator's latest run, readable without a database."""

    def __init__(self, store: Path, name: str) -> None:
        self.name = name
        self.path, self.lock_path = store / f"{PREFIX}{name}{RECORD}", store / f"{PREFIX}{name}{LOCK}"
        self._lock = FileLock(self.lock_path)

    def claim(self) -> None:
        """Become the one live run of this name. Raises `AlreadyRunning`; a held lock is never broken."""
        if not self._lock.acquire():
            run, pid = self.read(), self.live
            if pid is None and self._lock.acquire():
                return  # Whoever held it ended in this moment.
            host = run.process.host if run else "this host"
            raise AlreadyRunning(orchestrator=self.name, path=str(self.path.parent), pid=pid, host=host)

    def release(self) -> None:
        """Let another run begin."""
        self._lock.release()

    @property
    def live(self) -> int | None:
        """The process id that runs now, or None; of one in a container that is not seen from here, its id there."""
        pid = holder(self.lock_path)
        if pid == 0 and (run := self.read()) is not None:
            return run.process.pid
        return pid

    def read(self) -> RunRecord | None:
        """The latest run; None when there was none, or its file does not verify or open: the events know it, too."""
        try:
            file = decoding.decode(self.path.read_bytes(), _File)
            return decoding.decode(file.run, RunRecord) if file.digest in ("", _digest(file.run)) else None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def cut_off(self) -> int:
        """The epoch of the latest run, if this machine was restarted since it began; else 0."""
        run = self.read()
        return run.epoch if run is not None and identity.is_of_earlier_boot(run.process) else 0

    def write(self, run: RunRecord) -> None:
        """Record `run` durably."""
        body = msgspec.Raw(msgspec.json.encode(run))
        write_whole(self.path, msgspec.json.encode(_File(format=FORMAT, run=body, digest=_digest(body))))


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
