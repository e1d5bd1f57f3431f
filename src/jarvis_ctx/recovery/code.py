"""Code that changed between a crash and the resume: noticed, reported, and acted on as the person chose."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.errors import CodeChanged
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import reports


class CodeGuard:
    """Compares the hashes of captured methods with those of the run that died."""

    def __init__(
        self,
        sink: Sink,
        run: RunRecord,
        report: RecoveryReport | None,
        store: Path,
        policy: Literal["resume", "refuse", "fresh"],
        claims: Claims,
    ) -> None:
        self._sink, self._run, self._report, self._store = sink, run, report, store
        self._policy, self._claims = policy, claims

    def record(self, hashes: dict[str, str]) -> None:
        """Keep `hashes` {method: hash} with this run. Raises `CodeChanged` under `refuse`."""
        changed = self._changed(hashes)
        if changed and self._report is not None:
            self._report = msgspec.structs.replace(self._report, code_changed=changed)
            reports.write(self._store, self._report)
            if self._policy == "refuse":
                raise CodeChanged(methods=", ".join(changed), run=self._report.recovered_run)
            if self._policy == "fresh":
                self._claims.forget()
        self._sink.append("CodeRecorded", self._run.id, {"code": hashes})

    def _changed(self, hashes: dict[str, str]) -> list[str]:
        if self._report is None:
            return []
        dead = self._sink.state.runs.get(self._report.recovered_run)
        known = dead.code if dead is not None else {}
        return sorted(method for method, hash in hashes.items() if known.get(method, hash) != hash)
