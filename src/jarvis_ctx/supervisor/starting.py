"""Starts a command as a session of its own, which does not run before its starter has written down whom it started."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from jarvis_ctx.errors import CommandNotStarted

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
FIRST_OTHER = 3
"""The descriptors from here on are not handed down."""
DEFAULTED = (signal.SIGPIPE, signal.SIGXFSZ)
"""What Python ignores; a command gets the default action back."""


def become_subreaper() -> bool:
    """Become the parent of whatever our descendants leave behind; False where the system has no such thing."""
    return _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)


def start(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    outputs: Mapping[int, int],
    written_down: Callable[[int], object],
    dies_with_us: bool = False,
) -> int:
    """The process id of `command`, run without a shell; `outputs` are descriptors by the number they get there.

    `written_down` is called with the process id before the first instruction of the command: should we be killed until
    then, it never runs. Raises `CommandNotStarted`. Call it where no other thread runs.
    """
    go_reader, go_writer = os.pipe()
    told_reader, told_writer = os.pipe()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    pid = os.fork()
    if pid == 0:
        os.close(go_writer)
        _become(command, environ, outputs, go_reader, told_writer, blocked, dies_with_us)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    os.close(go_reader)
    os.close(told_writer)
    try:
        written_down(pid)
        os.write(go_writer, b"g")
    finally:
        os.close(go_writer)
        told = _all_of(told_reader)
    if told:
        os.waitpid(pid, 0)
        number = int(told)
        raise CommandNotStarted(command=command[0], reason=_reason(command[0], number), missing=number == errno.ENOENT)
    return pid


def _all_of(reader: int) -> bytes:
    with os.fdopen(reader, "rb") as file:
        return file.read()


def _reason(command: str, number: int) -> str:
    if number == errno.ENOENT:
        return "there is no such program" + ("" if os.sep in command else " in PATH")
    return os.strerror(number)


def _become(
    command: Sequence[str],
    environ: Mapping[str, str],
    outputs: Mapping[int, int],
    go_reader: int,
    told_writer: int,
    blocked: set[int],
    dies_with_us: bool,
) -> None:
    """Turn the forked child into the command; nothing of ours goes on in it, whatever happens."""
    try:
        os.setsid()
        if dies_with_us:
            _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        _as_found(blocked)
        if os.read(go_reader, 1):
            _hand_down(outputs, told_writer)
            os.execvpe(command[0], list(command), dict(environ))
    except OSError as error:
        os.write(told_writer, str(error.errno or errno.EINVAL).encode())
    except ValueError:  # A NUL in an argument.
        os.write(told_writer, str(errno.EINVAL).encode())
    finally:
        os._exit(127)


def _as_found(blocked: set[int]) -> None:
    """Give signals their default action and let them through, as the command would have had them without us."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if number in DEFAULTED or callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _hand_down(outputs: Mapping[int, int], told_writer: int) -> None:
    for target, source in outputs.items():
        os.dup2(source, target)
    os.closerange(FIRST_OTHER, told_writer)
    os.closerange(told_writer + 1, os.sysconf("SC_OPEN_MAX"))
