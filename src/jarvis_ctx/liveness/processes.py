"""What other processes of this machine are doing: who belongs to a session, who stands still, what they use."""

from __future__ import annotations

import os

import msgspec

SHOWN = 100
"""Characters of a command line."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What some processes use together at one moment."""

    rss: int
    """Bytes of memory they hold; what they share counts for each."""
    cpu: float
    """Seconds of processor time they have had since they began."""
    threads: int
    files: int
    """Open descriptors, of those processes that we may look into."""
    processes: int


def members(session: int) -> list[int]:
    """The living processes of a session, which whoever was started in it stays in unless it makes its own."""
    import psutil

    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session and not _is_gone(pid):
                found.append(pid)
        except ProcessLookupError:
            continue
    return found


def marked(variable: str, value: str) -> list[int]:
    """The living processes, of those that we may look into, that began with this value in their environment."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable) == value and not _is_gone(process.pid):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def children(pid: int) -> list[int]:
    """The living processes that `pid` is the parent of."""
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children() if not _is_gone(child.pid)]
    except psutil.Error:
        return []


def _is_gone(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def program(pid: int, secret_names: str) -> str:
    """What a process was started as, in a line and without secrets; empty where we may not look into it.

    `secret_names` is the store's setting.
    """
    import psutil

    from jarvis_ctx.codec.redaction import Redaction

    try:
        words = psutil.Process(pid).cmdline()
    except psutil.Error:
        words = []
    line = " ".join(Redaction(secret_names)(words)).strip()
    return line[:SHOWN] + "..." if len(line) > SHOWN else line


def is_stopped(pid: int) -> bool:
    """Whether a signal (SIGSTOP, or job control) has stopped the process."""
    import psutil

    try:
        return bool(psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP))
    except psutil.NoSuchProcess:
        return False


def main_thread_seconds(pid: int) -> float:
    """Seconds of processor time that the process's main thread has had; 0 where that cannot be known."""
    import psutil

    try:
        threads = psutil.Process(pid).threads()
    except psutil.Error:
        return 0.0
    return next((float(t.user_time + t.system_time) for t in threads if t.id == pid), 0.0)


def usage(pids: list[int]) -> Usage:
    """What these processes use now; those that have ended meanwhile use nothing."""
    found = [one for pid in pids if (one := _usage(pid)) is not None]
    return Usage(
        rss=sum(one.rss for one in found),
        cpu=round(sum(one.cpu for one in found), 3),
        threads=sum(one.threads for one in found),
        files=sum(one.files for one in found),
        processes=len(found),
    )


def _usage(pid: int) -> Usage | None:
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times, rss = process.cpu_times(), process.memory_info().rss
            threads, files = process.num_threads(), process.num_fds()
    except psutil.Error:
        return None
    return Usage(rss=rss, cpu=times.user + times.system, threads=threads, files=files, processes=1)
