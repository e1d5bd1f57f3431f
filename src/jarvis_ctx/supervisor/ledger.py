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
from jarvis_ctx.liveness.runfile import RunFile, names_in
from jarvis_ctx.liveness.supervised import Death, Supervised
from jarvis_ctx.model.run import ProcessIdentity, RunRecord
from jarvis_ctx.recovery.wording import one_line
from jarvis_ctx.supervisor.orders import Orders

SHOWN = 100
"""Characters of a command."""


class Ledger:
    """Opened by one supervisor of a name at a time. Raises `AlreadySupervised`, `UnsafeFolder`."""

    def __init__(self, orders: Orders) -> None:
        self._folder, self._name, self._named = private_folder(orders.folder), orders.name, orders.named
        self._redaction = Redaction(orders.secret_names)
        lock = supervised.lock_of(self._folder, self._name)
        self._lock = FileLock(lock)
        if not self._lock.acquire():
            raise AlreadySupervised(pid=holder(lock), name=self._name, path=str(self._folder))
        supervised.sweep(self._folder, self._name)
        found, place = supervised.read(self._folder, self._name), str(self._folder.resolve())
        self._found, self._began = found, False
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
        """The process that an earlier supervisor of the name has left running, or that runs without one."""
        if (left := self._left()) is not None:
            return left
        run = self._live(self._name)
        return run.process if run is not None and self._supervisor_of(run) is None else None

    def refuse(self) -> None:
        """Raises `LeftRunning`, `RunsUnwatched` or `AlreadySupervised` where somebody runs, who is never ended by us.

        Whoever has not said a name may mean any orchestrator of the store.
        """
        if (left := self._left()) is not None:
            raise LeftRunning(pid=left.pid, name=self._name, path=str(self._folder))
        others = [] if self._named else names_in(self._folder)
        for run in filter(None, map(self._live, [self._name, *others])):
            self._refuse(run)

    def _refuse(self, run: RunRecord) -> None:
        path, process = str(self._folder), run.process
        if (supervisor := self._supervisor_of(run)) is not None:
            raise AlreadySupervised(pid=supervisor.pid, name=run.name, path=path)
        raise RunsUnwatched(orchestrator=run.name, path=path, pid=process.pid, host=process.host)

    def _left(self) -> ProcessIdentity | None:
        child = self.before.child if self.before else None
        return child if child is not None and identity.is_alive(child) else None

    def _supervisor_of(self, run: RunRecord) -> ProcessIdentity | None:
        return supervised.supervisor_of(self._folder, run.name, run.process.pid)

    def _live(self, orchestrator: str) -> RunRecord | None:
        runfile = RunFile(self._folder, orchestrator)
        run = runfile.read()
        return run if run is not None and runfile.live == run.process.pid else None

    def began(self, child: ProcessIdentity, now: int, restarts: int) -> None:
        """A child was started, or adopted. Raises `OSError`: nothing may run that is not written down."""
        record = replace(self._record, child=child, began=now, runs={}, restarts=restarts)
        supervised.write(self._folder, record)
        self._record, self._began = record, True

    def never_ran(self) -> None:
        """The first child could not become the command: what the last supervisor wrote down stands again."""
        if self._began and self._found is not None:
            self._note(self._found)
        elif self._began:
            supervised.path_of(self._folder, self._name).unlink(missing_ok=True)
        self._began = False

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

    def gave_up(self, why: str) -> None:
        """The child has died too often and is not started again."""
        self._note(replace(self._record, gave_up=why))

    def _note(self, record: Supervised) -> None:
        """Write what is good to know: a full disk does not end the supervision, and is made up for by the next."""
        self._record = record
        try:
            supervised.write(self._folder, record)
        except OSError:
            pass

    def close(self) -> None:
        """The supervisor ends of its own accord; one that was refused leaves the record as it is."""
        if self._began:
            self._note(replace(self._record, over=True))
        self.let_go()

    def let_go(self) -> None:
        """Another supervisor may begin."""
        self._lock.release()
