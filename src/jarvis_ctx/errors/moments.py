"""Moments and bases that are not there."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class UnknownMoment(JarvisError, LookupError):
    """A moment that is neither `now`, nor a recovery point, nor a run, nor a time."""

    sentence = (
        "{orchestrator!r} has no recovery point, checkpoint or run {moment!r}{hint}, and it is no time as "
        "2026-11-21T09:30:00Z is one; `jarvis-ctx points` lists the points."
    )


class NoBase(JarvisError, LookupError):
    """A base was chosen by hand that is not there."""

    sentence = "There is no {source} to recover {orchestrator!r} from in {path}."
