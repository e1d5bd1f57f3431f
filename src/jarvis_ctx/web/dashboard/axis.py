"""A stretch of time as a drawing: the runs as bars, what happened to them as marks, and the windows next to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

WIDE = 1000
LEAST = timedelta(seconds=1)
TICKS = (0.001, 0.01, 0.1, 1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800, 2_592_000, 31_536_000)
"""Seconds between two ticks of the scale."""
NAMES = {
    "RunStarted": "start",
    "RunDied": "crash",
    "RunRecovered": "recovery",
    "RunEnded": "end",
    "RecoveryPointMarked": "point",
    "MomentRestored": "restore",
}


def drawn(
    runs: list[dict[str, Any]], marks: list[dict[str, Any]], since: str | None, until: str | None, now: str
) -> dict[str, Any] | None:
    """`bars`, `marks` and `ticks` with their x from 0 to 1000, and the windows to `zoom` to; None without any run."""
    if not runs:
        return None
    first, last = _span(runs, marks, now)
    left, right = _at(since) if since else first, _at(until) if until else last
    right = max(right, left + LEAST)
    scale = WIDE / (right - left).total_seconds()

    def x(time: datetime) -> float:
        return round(min(max((time - left).total_seconds() * scale, -WIDE), 2 * WIDE), 1)

    ends = {run["id"]: run["ended"] for run in runs if run["ended"]}
    marks = [
        {**mark, "time": ends.get(mark["subject"], mark["time"])} if mark["kind"] == "RunDied" else mark
        for mark in marks
    ]
    return {
        "bars": [bar for run in runs if (bar := _bar(run, last, x))],
        "marks": [
            {**mark, "name": NAMES[mark["kind"]], "x": at}
            for mark in marks
            if 0 <= (at := x(_at(mark["time"]))) <= WIDE
        ],
        "ticks": _ticks(left, right, x),
        "left": left.isoformat(),
        "right": right.isoformat(),
        "zoom": _windows(left, right),
        "whole": since is None and until is None,
    }


def _bar(run: dict[str, Any], last: datetime, x: Any) -> dict[str, Any] | None:
    began, ended = _at(run["started"]), _at(run["ended"]) if run["ended"] else last
    a, b = max(0.0, x(began)), min(float(WIDE), x(ended))
    if b < 0 or a > WIDE:
        return None
    margin = max((ended - began) * 0.05, LEAST / 2)
    window = {"since": (began - margin).isoformat(), "until": (ended + margin).isoformat()}
    return {"run": run, "x": a, "width": max(2.0, round(b - a, 1)), "window": window}


def _span(runs: list[dict[str, Any]], marks: list[dict[str, Any]], now: str) -> tuple[datetime, datetime]:
    times = [_at(run[name]) for run in runs for name in ("started", "ended") if run[name]]
    times += [_at(mark["time"]) for mark in marks]
    if any(run["state"] == "live" for run in runs):
        times.append(_at(now))
    margin = max((max(times) - min(times)) * 0.01, LEAST)
    return min(times) - margin, max(times) + margin


def _windows(left: datetime, right: datetime) -> dict[str, dict[str, str]]:
    width = right - left
    half, quarter = width / 2, width / 4
    found = {
        "in": (left + quarter, right - quarter),
        "out": (left - half, right + half),
        "earlier": (left - half, right - half),
        "later": (left + half, right + half),
    }
    return {name: {"since": a.isoformat(), "until": b.isoformat()} for name, (a, b) in found.items() if b - a >= LEAST}


def _ticks(left: datetime, right: datetime, x: Any) -> list[dict[str, Any]]:
    width = (right - left).total_seconds()
    step = next((step for step in TICKS if width / step <= 8), TICKS[-1])
    begin = (left.timestamp() // step + 1) * step
    times = [datetime.fromtimestamp(begin + step * number, UTC) for number in range(int(width / step) + 1)]
    shown = "%H:%M:%S" if step < 60 else "%H:%M" if step < 43_200 else "%d %b"
    return [{"x": x(time), "text": time.strftime(shown), "time": time.isoformat()} for time in times if time < right]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
