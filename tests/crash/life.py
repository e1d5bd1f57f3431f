"""One life of an orchestrator: `python -m tests.crash.life STORE ENDING`; says its id, epoch, and how the last died."""

from __future__ import annotations

import json
import os
import signal
import sys

from jarvis_ctx.sidecar import JarvisContextManager

LONGEST = 60
"""Seconds after which one that waits ends by itself, should its test fail."""


def main(store: str, ending: str) -> None:
    """End as `ending` says: `die` at once, `close`, or `wait` to be killed."""
    manager = JarvisContextManager(store)
    report = manager.recovery_report
    print(json.dumps([os.getpid(), manager.run.epoch, report and report.cause.cause]), flush=True)
    if ending == "die":
        os._exit(9)  # Process 1 of a container cannot kill itself.
    if ending == "wait":
        signal.alarm(LONGEST)
        signal.pause()
    manager.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
