"""The kernel's out-of-memory kills in a process's control group, of cgroup v1 or v2."""

from __future__ import annotations

from collections import deque
from pathlib import Path

LOOKBACK = 5.0
"""Seconds for which a kill counts as this moment's: a large process takes a while to end."""

FILES = {"cgroup": "memory.oom_control", "cgroup2": "memory.events"}


class OomKills:
    """Follows the counters of the groups a process is in, wherever it is moved to."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._seen: dict[Path, deque[tuple[float, int]]] = {}

    def look(self, pid: int, now: float) -> None:
        """Note the counter at `now`, seconds on a clock that never jumps; to be called often."""
        path = counter_file(pid, self._proc, exiting_is_nowhere=bool(self._seen))
        if path is not None:
            self._note(path, now)

    def _note(self, path: Path, now: float) -> None:
        count = _count(path)
        if count is None:
            return
        seen = self._seen.setdefault(path, deque())
        seen.append((now, count))
        while len(seen) > 1 and seen[1][0] < now - LOOKBACK:
            seen.popleft()

    def recent(self, now: float) -> int:
        """How many processes of its groups were killed in the last seconds."""
        for path in list(self._seen):
            self._note(path, now)
        return sum(seen[-1][1] - seen[0][1] for seen in self._seen.values())

    def begin(self) -> None:
        """Forget the groups: another process is followed."""
        self._seen.clear()


def counter_file(pid: int, proc: Path = Path("/proc"), *, exiting_is_nowhere: bool = False) -> Path | None:
    """The file that counts the kills of the process's group; None where there is none.

    Cgroup v1 says of a process that is about to end that it is in the root group, which may be held to be nowhere.
    """
    try:
        groups = [line.split(":", 2) for line in (proc / str(pid) / "cgroup").read_text("utf-8").splitlines()]
        mounts = (proc / "self" / "mountinfo").read_text("utf-8").splitlines()
    except OSError:
        return None
    unified = next((path for number, _, path in groups if number == "0"), None)
    memory = next((path for _, controllers, path in groups if "memory" in controllers.split(",")), None)
    if exiting_is_nowhere and memory == "/":
        return None
    for mount in mounts:
        before, _, after = mount.partition(" - ")
        kind, _, options = after.split(" ", 2)
        path = unified if kind == "cgroup2" else memory if "memory" in options.split(",") else None
        if kind in FILES and path is not None:
            found = _below(before.split()[4], before.split()[3], path) / FILES[kind]
            if found.exists():
                return found
    return None


def _below(mounted_at: str, root: str, path: str) -> Path:
    inside = path.removeprefix(root) if root != "/" else path
    return Path(mounted_at) / inside.lstrip("/")


def _count(path: Path) -> int | None:
    try:
        lines = [line.split() for line in path.read_text("ascii").splitlines()]
    except OSError:
        return None
    return next((int(line[1]) for line in lines if line[0] == "oom_kill"), None)
