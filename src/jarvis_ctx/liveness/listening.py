"""Who listens at a port of this machine, and which store is served there, as far as this user may know."""

from __future__ import annotations

from pathlib import Path

import psutil

from jarvis_ctx.liveness import served


def holder(port: int) -> str:
    """`python3, process 4711, which serves /srv/app/memory`, or nothing where that is not to be found out."""
    try:
        pids = _listening(port)
        if not pids:
            return ""
        stores = (store for pid in pids if (store := _store(pid, port)))
        store = next(stores, "")
        return f"{psutil.Process(pids[0]).name()}, process {pids[0]}" + (f", which serves {store}" if store else "")
    except (psutil.Error, OSError):
        return ""


def _listening(port: int) -> list[int]:
    listening = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
    return [each.pid for each in listening if each.laddr[1:] == (port,) and each.pid is not None]


def _store(pid: int, port: int) -> str:
    """The store whose note names the port, among those that the process has open."""
    folders = {Path(file.path).parent for file in psutil.Process(pid).open_files()}
    return next((str(folder) for folder in sorted(folders) if served.is_at(folder, port)), "")
