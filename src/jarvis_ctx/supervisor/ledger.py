"""The supervisor's record on disk: whom it watches, and how those before have ended."""

from __future__ import annotations

import secrets
import shlex

from msgspec.structs import replace

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.disk.filelock import FileLock, holder
from jarvis_ctx.disk.files import private_folder
from jarvis_ctx.errors import AlreadySupervised, LeftRunning, RunsUnwatched
from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.liveness.supervised import Death, Supervised
from jarvis_ctx.model.run import ProcessIdentity, RunRecord
from jarvis_ctx.recovery.wording import one_line
from jarvis_ctx.supervisor.orders import Orders

SHOWN = 100
"""Characters of a command."""


class Ledger:
    """Opened by one supervisor of a name at a time. Raises `AlreadySupervised`, `UnsafeFolder`."""

    def __init__(self, orders: Orders) -> None:
        self._folder, self._name = private_folder(orders.folder), orders.name
        self._redaction = Redaction(orders.secret_names)
        lock = supervised.lock_of(self._folder, self._name)
        self._lock = FileLock(lock)
        if not self._lock.acquire():
            raise AlreadySupervised(pid=holder(lock), name=self._name, path=str(self._folder))
        supervised.sweep(self._folder, self._name)
        found, place = supervised.read(self._folder, self._name), str(self._folder.resolve())
        self.before = found if found is not None and found.folder == place else None
        """What the last supervisor of the name wrote down here."""
        self._record = Supervised(
            name=self._name,
            supervisor=identity.this_process(),
            command=self._redaction(list(orders.command)),
            folder=place,
            mark=(self.before.mark if self.before else "") or secrets.token_hex(16),
            deaths=found.deaths if found else [],
        )

    @property
    def command(self) -> str:
        """The command as people read it, without secrets."""
        return one_line(shlex.join(self._record.command), SHOWN)

    @property
    def mark(self) -> str:
        """What everything that descends from a child carries; the next supervisor here knows it, too."""
        return self._record.mark

    def living(self) -> ProcessIdentity | None:
        """The process that an earlier supervisor has left running, or that runs without one."""
        child = self.before.child if self.before else None
        if child is not None and identity.is_alive(child):
            return child
        runfile = RunFile(self._folder, self._name)
        run = runfile.read()
        return run.process if run is not None and runfile.live == run.process.pid else None

    def refuse(self) -> None:
        """Raises `LeftRunning`, or `RunsUnwatched`, where somebody runs; they are never ended by us."""
        process = self.living()
        if process is None:
            return
        if self.before is not None and process == self.before.child:
            raise LeftRunning(pid=process.pid, name=self._name, path=str(self._folder))
        raise RunsUnwatched(orchestrator=self._name, path=str(self._folder), pid=process.pid, host=process.host)

    def began(self, child: ProcessIdentity, now: int, restarts: int) -> None:
        """A child was started, or adopted. Raises `OSError`: nothing may run that is not written down."""
        record = replace(self._record, child=child, began=now, runs={}, restarts=restarts)
        supervised.write(self._folder, record)
        self._record = record

    def lives(self, runs: list[RunRecord]) -> None:
        """The child lives these runs."""
        found = {run.name: str(run.id) for run in runs}
        if found != self._record.runs:
            self._note(replace(self._record, runs=found))

    def died(self, death: Death) -> Death:
        """The child has ended; returns what was written down of it, which has no secrets."""
        shown = self._redaction(death)
        deaths = [*self._record.deaths, shown][-supervised.KEPT :]
        self._note(replace(self._record, child=None, runs={}, deaths=deaths))
        return shown

    def _note(self, record: Supervised) -> None:
        """Write what is good to know: a full disk does not end the supervision, and is made up for by the next."""
        self._record = record
        try:
            supervised.write(self._folder, record)
        except OSError:
            pass

    def close(self) -> None:
        """The supervisor ends of its own accord."""
        self._note(replace(self._record, over=True))
        self.let_go()

    def let_go(self) -> None:
        """Another supervisor may begin."""
        self._lock.release()
