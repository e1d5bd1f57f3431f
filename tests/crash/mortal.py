"""`python -m tests.crash.mortal WAY`: a small orchestrator that a supervisor starts; it ends in one of these ways."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jarvis_ctx import JarvisContextManager


def main() -> None:
    """Begin a run in $JARVIS_CONTEXT_PATH, say so with what the last one died of, and end."""
    manager = JarvisContextManager()
    manager.add_message("user", "hello")
    report = manager.recovery_report
    after = report.cause.cause if report else ""
    say({"event": "began", "pid": os.getpid(), "after": after})
    print("the last it says", file=sys.stderr)
    globals()[sys.argv[1]](manager)


def say(what: dict[str, Any]) -> None:
    """Tell the test, by the pipe that the supervisor writes to, too: in one piece."""
    os.write(1, json.dumps(what).encode() + b"\n")


def fall_off(manager: JarvisContextManager) -> None:
    """Return."""


def close(manager: JarvisContextManager) -> None:
    manager.close()


def wait(manager: JarvisContextManager) -> None:
    """For a signal."""
    threading.Event().wait()


def ignore(manager: JarvisContextManager) -> None:
    """SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say({"event": "ignores"})
    wait(manager)


def touch_nothing(manager: JarvisContextManager) -> None:
    ctypes.string_at(0)


def abort(manager: JarvisContextManager) -> None:
    os.abort()


def leave_a_core(manager: JarvisContextManager) -> None:
    """In the store, and a small one."""
    os.chdir(os.environ["JARVIS_CONTEXT_PATH"])
    Path("/proc/self/coredump_filter").write_text("0")
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    os.abort()


def leave_at_once(manager: JarvisContextManager) -> None:
    os._exit(7)


def exit_by_number(manager: JarvisContextManager) -> None:
    """A failure, and only who started it can know."""
    sys.exit(3)


def become_another(manager: JarvisContextManager) -> None:
    """Program, in the same process."""
    os.execv(sys.executable, [sys.executable, "-m", "tests.crash.mortal", "close"])


def close_and_become_another(manager: JarvisContextManager) -> None:
    manager.close()
    become_another(manager)


def raise_in_main(manager: JarvisContextManager) -> None:
    raise LookupError("no such agent")


def hang(manager: JarvisContextManager) -> None:
    """The main thread waits for ever, while another one beats."""
    threading.Thread(target=_beat, args=(manager,), daemon=True).start()
    wait_for_ever = threading.Lock()
    with wait_for_ever, wait_for_ever:
        pass


def stand_still(manager: JarvisContextManager) -> None:
    """No thread of its own does anything any more."""
    threading.Thread(target=_stand_beside, daemon=True).start()
    threading.Event().wait()


def _stand_beside() -> None:
    threading.Event().wait()


def _beat(manager: JarvisContextManager) -> None:
    while True:
        manager.heartbeat("agent 1")
        time.sleep(0.1)


def compute(manager: JarvisContextManager) -> None:
    """Nothing is captured, and the main thread is at work."""
    until = time.monotonic() + 4
    while time.monotonic() < until:
        pass


def beat(manager: JarvisContextManager) -> None:
    """The main thread waits, and says the same again and again."""
    until = time.monotonic() + 4
    while time.monotonic() < until:
        manager.heartbeat("agent 1")
        time.sleep(0.1)


def devour(manager: JarvisContextManager) -> None:
    """More and more memory."""
    eaten = []
    while True:
        eaten.append(b"x" * 5_000_000)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
