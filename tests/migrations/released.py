"""Makes the fixture of a release, `python -m tests.migrations.released FILE`: a store as two killed runs left it.

FILE is `store_<schema>.tar.gz`; beside it, as `store_<schema>.json`, what the second run knew when it died.
"""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from jarvis_ctx import context_of, durable_step, integrate_context_manager
from jarvis_ctx.checkpoint import keeper
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.readings import contents

LARGE = "as large as a body in a side file " * 200


class Orchestrator:
    """Finishes a task, then dies in a step of the next."""

    def __init__(self) -> None:
        self.queue = [f"module-{number}" for number in range(20)]

    def assign_task(self, task_id: str) -> dict[str, object]:
        self.queue.remove(task_id)
        published = publish(task_id)
        if task_id == "module-1":
            die_publishing(task_id)
        return {"published": published, "lines": (1, 80), "on": datetime.date(2026, 11, 21)}


@durable_step
def publish(task_id: str) -> str:
    return f"receipt of {task_id}"


@durable_step
def die_publishing(task_id: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def say(manager: JarvisContextManager, moment: int) -> None:
    """Of everything something, and enough of it that segments fill."""
    for number in range(20):
        manager.update_task_progress(
            f"told-{number}", {"description": f"Review {number}", "percentage": moment, "blockers": [f"told-{moment}"]}
        )
    manager.log_decision("severity", {"file": "a.py", "moment": moment}, "major", ["too long"], None, sure=0.9)
    manager.log_agent_message("parser", "editor", {"done": {1, 2}})
    manager.add_message("user", "please review\0\ud83d\ude00")
    manager.set_attribute("bytes", (b"\0\xff", 2**80, moment))
    manager.set_attribute("large", LARGE)
    manager.heartbeat("parser", load=moment)
    manager.heartbeat("metrics")
    manager.agent_gone("metrics")
    manager.update_agent_state("editor", {"status": f"busy {moment}"})


def live(life: int) -> None:
    """One life in `./store`; the first dies at work, the second once the database was taken from it."""
    keeper.SMALL = 10
    attach = integrate_context_manager(path="store", resume="skip", state=["queue"], segment_bytes=8192)
    orchestrator = attach(Orchestrator)()
    orchestrator.assign_task("module-0")
    manager = context_of(orchestrator)
    assert manager is not None
    say(manager, life)
    manager.checkpoint()
    manager.update_task_progress("told-7", {"percentage": 70})
    manager.mark_recovery_point(f"point {life}")
    manager.restore(f"point {life}")
    for percentage in (71, 72, 73):
        say(manager, percentage)
        manager.update_task_progress("told-7", {"percentage": percentage})
        manager.checkpoint()
        manager.flush()
        manager.archiving.turn()
    manager.update_task_progress("told-7", {"percentage": 75})
    manager.checkpoint()
    if life == 1:
        orchestrator.assign_task("module-1")
    manager.update_task_progress("told-8", {"percentage": 80})
    manager._opened.store.close()
    manager.update_task_progress("told-9", {"percentage": 90})
    manager.checkpoint()
    manager.update_task_progress("told-10", {"percentage": 100, "status": "completed"})
    known = manager.journal.writer.picture()
    knowing = {"died": round(time.time() * 1e6), "position": known.position, "contents": contents(known)}
    Path("known.json").write_bytes(msgspec.json.format(msgspec.json.encode(knowing, order="sorted"), indent=1) + b"\n")
    os.kill(os.getpid(), signal.SIGKILL)


def make(archive: Path) -> None:
    """Live both lives, and pack what they leave."""
    with tempfile.TemporaryDirectory() as folder:
        for life in ("1", "2"):
            done = subprocess.run([sys.executable, "-m", "tests.migrations.released", life], cwd=folder, check=False)
            assert done.returncode == -signal.SIGKILL
        subprocess.run(["tar", "--owner=0", "--group=0", "-czf", archive, "-C", folder, "store"], check=True)
        (archive.parent / archive.name.replace(".tar.gz", ".json")).write_bytes(Path(folder, "known.json").read_bytes())


if __name__ == "__main__":
    if sys.argv[1] in ("1", "2"):
        live(int(sys.argv[1]))
    else:
        make(Path(sys.argv[1]).absolute())
