"""Code that changed between a crash and the resume: noticed, reported, and acted on as the person chose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.codec.sealed import Seals
from jarvis_ctx.errors import CodeChanged
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import reports


class Forgetting(Protocol):
    """Whoever lets something kept stand in for work, and can be told not to."""

    def forget(self) -> None: ...


class CodeGuard:
    """Compares the hashes of captured methods with those of the run that died."""

    def __init__(
        self,
        sink: Sink,
        run: RunRecord,
        report: RecoveryReport | None,
        store: Path,
        policy: Literal["resume", "refuse", "fresh"],
        keepers: Sequence[Forgetting],
        seals: Seals | None = None,
    ) -> None:
        self._sink, self._run, self._store, self._seals = sink, run, store, seals
        self.report = report
        """The report of the recovery this run began with, and what has been found to have changed since."""
        self._policy, self._keepers = policy, keepers

    def record(self, hashes: dict[str, str]) -> None:
        """Keep `hashes` {method: hash} with this run. Raises `CodeChanged` under `refuse`."""
        changed = self._changed(hashes)
        if changed and self.report is not None:
            known = {*self.report.code_changed, *changed}
            self.rewrite(msgspec.structs.replace(self.report, code_changed=sorted(known)))
            if self._policy == "refuse":
                raise CodeChanged(methods=", ".join(changed), run=self.report.recovered_run)
            if self._policy == "fresh":
                for keeper in self._keepers:
                    keeper.forget()
        self._sink.append("CodeRecorded", self._run.id, {"code": hashes})

    def rewrite(self, report: RecoveryReport) -> None:
        """Keep a report that says more than before, in memory and on disk."""
        self.report = report
        reports.write(self._store, report, self._seals)

    def _changed(self, hashes: dict[str, str]) -> list[str]:
        if self.report is None:
            return []
        known = self._known()
        return sorted(method for method, hash in hashes.items() if known.get(method, hash) != hash)

    def _known(self) -> dict[str, str]:
        """What the chain of crashes last ran with: a run that was refused, or died early, recorded nothing."""
        chain = [run for run in self._sink.state.runs.values() if run.chain == self._run.chain]
        known: dict[str, str] = {}
        for run in sorted(chain, key=lambda run: run.epoch):
            known |= run.code if run.id != self._run.id else {}
        return known
