"""`python -m tests.crash.server FD`: a warm process with the imports done and nothing opened, which forks children.

A child is a process of its own that begins with the imports done; importing costs more than everything else in a round.
It runs one function of `roles`, or any `module:function`. Its standard output is the pipe that came with the request,
and it ends as a program does: by falling off its end, by an exception nobody catches, or by a signal.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import apscheduler.executors.debug
import apscheduler.schedulers.background
import cryptography.hazmat.primitives.ciphers.aead
import msgspec
import psutil

import jarvis_ctx.codec.tagging
import jarvis_ctx.codec.untagging
from tests.crash import plants, roles

WARM = (
    apscheduler.schedulers.background,
    cryptography.hazmat.primitives.ciphers.aead,
    psutil,
    jarvis_ctx.codec.tagging,
)
"""What the product imports when it needs it."""

MESSAGE = 65_536
_SET_PDEATHSIG = 1
"""prctl(2): the signal to get when the parent ends."""


def main() -> None:
    """Serve until the other end closes; in a child, run what was asked for."""
    # A background job of a shell ignores SIGINT, which children would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    link = socket.socket(fileno=int(sys.argv[1]))
    request = _serve(link)
    if request is not None:
        plants.plant(request["broken"])
        module, _, role = request["role"].rpartition(":")
        getattr(import_module(module) if module else roles, role)(**request["arguments"])


def _serve(link: socket.socket) -> dict[str, Any] | None:
    ended: dict[int, int] = {}
    for request, pipe in _requests(link):
        answer, failed = 0, ""
        try:
            answer = os.fork() if "role" in request else _wait(request, ended)
        except OSError as error:  # A child that nobody knows, or no room for one: the next request finds us here.
            failed = str(error)
        else:
            if answer == 0 and "role" in request:
                link.close()
                _begin_as_child(pipe)
                return request
        if "role" in request:
            ended.pop(answer, None)  # Process ids come round again: that was another child.
            os.close(pipe)
        link.sendall(msgspec.json.encode([request["serial"], answer, failed]) + b"\n")
    return None


def _requests(link: socket.socket) -> Iterator[tuple[dict[str, Any], int]]:
    """Each request, a line, and the pipe of one with a `role`; two that came while one was waited for are one read."""
    unread, pipes = b"", list[int]()
    while True:
        message, descriptors, _, _ = socket.recv_fds(link, MESSAGE, 1)
        if not message:
            return
        pipes += descriptors
        *lines, unread = (unread + message).split(b"\n")
        for line in lines:
            request = msgspec.json.decode(line)
            yield request, pipes.pop(0) if "role" in request else -1


def _wait(request: dict[str, Any], ended: dict[int, int]) -> int:
    """The exit code of the child to `wait` for; 0 for the one to be `stopped`, once it is."""
    child = request.get("wait") or request["stopped"]
    if child not in ended:
        _, status = os.waitpid(child, os.WUNTRACED if "stopped" in request else 0)
        if os.WIFSTOPPED(status):
            return 0
        ended[child] = os.waitstatus_to_exitcode(status)
    if "stopped" in request:
        raise ChildProcessError(f"instead of stopping it ended with {ended[child]}")
    return ended[child]


def _begin_as_child(pipe: int) -> None:
    """Say what is said to `pipe`, and do not outlive a test session that ended by accident."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(pipe, sys.stdout.fileno())
    os.close(pipe)


if __name__ == "__main__":
    main()
