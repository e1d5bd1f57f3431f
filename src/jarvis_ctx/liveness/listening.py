"""Who listens at a port of this machine, as far as this user may know."""

from __future__ import annotations

import psutil


def holder(port: int) -> str:
    """`python3, process 4711`, or nothing where that is not to be found out."""
    try:
        listening = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
        pid = next((each.pid for each in listening if each.laddr[1:] == (port,) and each.pid is not None), None)
        return f"{psutil.Process(pid).name()}, process {pid}" if pid is not None else ""
    except (psutil.Error, OSError):
        return ""
