"""`python -m tests.crash.server FD`: a warm process with the imports done and nothing opened, which forks children.

A child is a process of its own that begins with the imports done; importing costs more than everything else in a round.
It runs one function of `roles`, its standard output is the pipe that came with the request, and it ends as a program
does: by falling off its end, by an exception nobody catches, or by a signal.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import Any

import apscheduler.executors.debug
import apscheduler.schedulers.background
import msgspec
import psutil

import jarvis_ctx.codec.tagging
import jarvis_ctx.codec.untagging
from tests.crash import roles

WARM = (apscheduler.schedulers.background, apscheduler.executors.debug, psutil, jarvis_ctx.codec.tagging)
"""What the product imports when it needs it."""

MESSAGE = 65_536


def main() -> None:
    """Serve until the other end closes; in a child, run what was asked for."""
    # A background job of a shell ignores SIGINT, which children would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    link = socket.socket(fileno=int(sys.argv[1]))
    request = _serve(link)
    if request is not None:
        getattr(roles, request["role"])(**request["arguments"])


def _serve(link: socket.socket) -> dict[str, Any] | None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(link, MESSAGE, 1)
        if not message:
            return None
        request: dict[str, Any] = msgspec.json.decode(message)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        elif "stopped" in request:
            answer = os.waitpid(request["stopped"], os.WUNTRACED)[0]
        else:
            answer = os.fork()
            if answer == 0:
                link.close()
                os.dup2(descriptors[0], sys.stdout.fileno())
                os.close(descriptors[0])
                return request
            os.close(descriptors[0])
        link.sendall(b"%d\n" % answer)


if __name__ == "__main__":
    main()
