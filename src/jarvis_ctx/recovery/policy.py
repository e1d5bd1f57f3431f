"""The settings that a recovery depends on: those of now, or those that a run was told."""

from __future__ import annotations

import msgspec

from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.settings import Settings


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings a recovery depends on."""

    resume: str
    max_attempts: int
    stale_after: float
    sync_interval: float

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """As chosen for an orchestrator."""
        return cls(
            resume=settings.resume,
            max_attempts=settings.max_attempts,
            stale_after=settings.stale_after,
            sync_interval=settings.sync_interval,
        )

    @classmethod
    def as_told(cls, run: RunRecord, settings: Settings) -> Policy:
        """As `run` was told, whose program may say more than can be seen from outside; `settings` say the rest."""
        told = {"stale_after": settings.stale_after, "sync_interval": settings.sync_interval} | run.policy
        return cls(
            resume=run.resume,
            max_attempts=int(run.policy.get("max_attempts", settings.max_attempts)),
            stale_after=told["stale_after"],
            sync_interval=told["sync_interval"],
        )
