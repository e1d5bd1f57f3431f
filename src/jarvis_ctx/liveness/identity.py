"""Which process is meant: a process id is reused, so its start time and the machine's boot go with it."""

from __future__ import annotations

import os
import socket
import zlib
from pathlib import Path

from msgspec.structs import replace

from jarvis_ctx.model.run import ProcessIdentity

SAME_START = 2.0
"""Seconds two readings of one process's start may differ by: the system derives it from a wall clock that is slewed."""


ENDED = frozenset({b"Z", b"X"})
"""States of what is left of a process in `/proc`."""


def boot_id() -> str:
    """This boot of this machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def this_process() -> ProcessIdentity:
    """The identity of the calling process."""
    return replace(_identity(os.getpid()), session=os.getsid(0))


def of(pid: int) -> ProcessIdentity | None:
    """The identity of a living process of this machine; None when there is none."""
    found = _identity(pid)
    return found if found.created >= 0 else None


def _identity(pid: int) -> ProcessIdentity:
    ticks, image = _stat(pid)
    created = _created(pid, ticks)
    return ProcessIdentity(
        host=socket.gethostname(), pid=pid, created=created, boot_id=boot_id(), ticks=ticks, image=image
    )


def are_same(one: ProcessIdentity, other: ProcessIdentity) -> bool:
    """Whether both are the same process."""
    if (one.host, one.boot_id, one.pid) != (other.host, other.boot_id, other.pid):
        return False
    if one.ticks and other.ticks:
        return one.ticks == other.ticks
    return abs(one.created - other.created) < SAME_START


def is_of_earlier_boot(process: ProcessIdentity) -> bool:
    """Whether this very machine was started anew since the process began."""
    here = boot_id()
    return process.host == socket.gethostname() and bool(process.boot_id and here) and process.boot_id != here


def is_descendant_of(pid: int) -> bool:
    """Whether that process of this machine has started this one, itself or by others, and still lives."""
    import psutil

    try:
        return any(parent.pid == pid for parent in psutil.Process().parents())
    except psutil.Error:
        return False


def is_alive(process: ProcessIdentity) -> bool | None:
    """Whether that very process lives on this machine; None when it ran on another one."""
    if process.host != socket.gethostname():
        return None
    if process.boot_id != boot_id():
        return False
    ticks, _ = _stat(process.pid)
    if process.ticks and ticks:
        return process.ticks == ticks
    return abs(_created(process.pid, ticks) - process.created) < SAME_START


def is_another_program(process: ProcessIdentity) -> bool:
    """Whether that very process lives on as another program, which it has become by `exec`.

    False, too, where nobody can know: not on Linux, of another user's, or where stacks are not laid out at random.
    """
    _, image = _stat(process.pid)
    return bool(process.image and image) and image != process.image and is_alive(process) is True


def _stat(pid: int) -> tuple[int, int]:
    """`ticks` and `image`, of fields 22 and 28 of proc(5)'s `/proc/PID/stat`, behind a name that may hold anything.

    0 where there is none, and of a process that has ended and waits to be reaped.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (0, 0) if fields[0] in ENDED else (int(fields[19]), _image(fields[25]))
    except (OSError, IndexError, ValueError):
        return 0, 0


def _image(stack: bytes) -> int:
    """16 bits of where a stack begins, drawn at random at each `exec`; the rest is nobody's business."""
    return 0 if stack == b"0" else 1 + zlib.crc32(stack) % 0xFFFF


def _created(pid: int, ticks: int) -> float:
    """When the process started, seconds since 1970; -1 when there is none, or only its name is left."""
    booted = _booted() if ticks else 0.0
    if booted:
        return booted + ticks / os.sysconf("SC_CLK_TCK")  # As psutil has it, whose import a start need not wait for.
    if _is_gone(pid):
        return -1.0
    import psutil

    try:
        process = psutil.Process(pid)
        return -1.0 if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.NoSuchProcess:
        return -1.0


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        pass  # It may be another user's.
    return False


def _booted() -> float:
    """When the machine started, seconds since 1970, by proc(5)'s `/proc/stat`; 0 where there is none."""
    try:
        return float(Path("/proc/stat").read_bytes().rpartition(b"\nbtime ")[2].split()[0])
    except (OSError, IndexError, ValueError):
        return 0.0
