"""What a supervised orchestrator uses, who supervises it, and how the processes before have ended."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.clock import MICROSECONDS, iso
from jarvis_ctx.insight.view import View
from jarvis_ctx.liveness import identity, supervised
from jarvis_ctx.liveness.resources import Sample, samples
from jarvis_ctx.liveness.supervised import Death, Supervised
from jarvis_ctx.recovery.growth import growth

SHOWN = 360
"""Samples: an hour of them."""


def resources(view: View, limit: int = SHOWN) -> dict[str, Any]:
    """What docs/cli.md documents under `resources`: of an orchestrator that nobody ever supervised, nothing."""
    record = _record(view)
    found = samples(view.folder, record.name)[-limit:] if record is not None else []
    return {
        "supervisor": supervisor(view, record),
        "growth": growth((sample.time, sample.rss) for sample in found),
        "samples": [_sample(sample) for sample in found],
        "deaths": [_death(death) for death in record.deaths] if record is not None else [],
    }


def glance(view: View) -> dict[str, Any]:
    """Who supervises it, and the latest sample of a process that runs: what `status` shows."""
    record = _record(view)
    watched = record is not None and record.child is not None
    last = samples(view.folder, record.name)[-1:] if record is not None and watched else []
    return {"supervisor": supervisor(view, record), "resources": _sample(last[0]) if last else None}


def watched(view: View) -> int | None:
    """The process that a supervisor watches."""
    record = _record(view)
    return record.child.pid if record is not None and record.child is not None else None


def supervisor(view: View, record: Supervised | None) -> dict[str, Any] | None:
    """The latest supervisor of the orchestrator; `alive` unless it has ended or was killed."""
    if record is None:
        return None
    last = record.deaths[-1] if record.deaths else None
    return {
        "name": record.name,
        "pid": record.supervisor.pid,
        "alive": not record.over and identity.is_alive(record.supervisor) is True,
        "killed": not record.over and identity.is_alive(record.supervisor) is False,
        "command": record.command,
        "child": record.child.pid if record.child is not None else None,
        "restarts": record.restarts,
        "gave_up": record.gave_up,
        "last_death": last.sentence if last is not None else "",
        "last_ended": iso(last.ended) if last is not None else None,
        "last_failed": last is not None and last.failed,
        "last_runs": list(last.runs.values()) if last is not None else [],
    }


def _record(view: View) -> Supervised | None:
    """The record that is about the orchestrator: the one that knows its runs, else the one of its name."""
    try:
        found = supervised.all_of(view.folder)
    except OSError:  # No descriptor is left, say: what else is known is told all the same.
        return None
    knows = [one for one in found if view.name in one.runs or any(view.name in death.runs for death in one.deaths)]
    named = [one for one in found if one.name == view.name]
    return max(knows or named, key=lambda one: one.began, default=None)


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "time": iso(sample.time),
        "rss": sample.rss,
        "cpu": sample.cpu,
        "threads": sample.threads,
        "files": sample.files,
        "processes": sample.processes,
        "pid": sample.pid,
    }


def _death(death: Death) -> dict[str, Any]:
    ran = round((death.ended - death.began) / MICROSECONDS, 3)
    told = {"pid": death.process.pid, "how": death.how, "sentence": death.sentence, "runs": list(death.runs.values())}
    return {"ended": iso(death.ended), "ran": ran, **told, "evidence": death.evidence}
