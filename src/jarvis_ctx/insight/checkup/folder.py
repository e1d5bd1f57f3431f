"""Checks of the store's folder: whose it is, who else may read it, where it lies, how much room there is."""

from __future__ import annotations

import math
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.clock import seconds
from jarvis_ctx.disk import place
from jarvis_ctx.insight.checkup import growth
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.recovery.wording import number, size

LITTLE_ROOM, NO_ROOM = 512 * 1024 * 1024, 32 * 1024 * 1024
FEW_DAYS, MANY_DAYS = 14, 3 * 365
SHOWN = 3
LESS = "free space on it, or keep less: a smaller retention_days, then jarvis-ctx cleanup --yes"


def check(view: View) -> Iterator[Finding]:
    """Folder, files, disk space, file system."""
    yield _folder(view.folder)
    yield from _files(view.folder)
    yield from _aside(view.folder)
    yield _room(view.folder, view.now())
    if os.statvfs(view.folder).f_flag & os.ST_RDONLY:
        yield problem("disk", "Its file system is mounted read-only.", "mount it for writing, or move the store")
    yield _file_system(view.folder)


def _folder(folder: Path) -> Finding:
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        sentence = f"{folder} belongs to user {found.st_uid}; this is user {os.geteuid()}."
        return problem("folder", sentence, "run as its owner; another user cannot start the orchestrator here")
    if mode & 0o022:
        return problem("folder", f"{folder} can be written by others (mode {mode:04o}).", f"chmod 700 {folder}")
    if mode & 0o077:
        return warning("folder", f"{folder} can be read by others (mode {mode:04o}).", f"chmod 700 {folder}")
    return ok("folder", f"{folder} is this user's alone.")


def _files(folder: Path) -> Iterator[Finding]:
    loose, foreign, links, shut = [], [], [], []
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            links.append(path)
        elif found.st_uid != os.geteuid():
            foreign.append(path)
        elif found.st_mode & 0o077:
            loose.append(path)
        elif not found.st_mode & 0o400 or not found.st_mode & 0o200:
            shut.append(path)
    if foreign:
        yield problem("files", f"{_named(foreign, folder)} of another user.", "give them to this user with chown")
    if links:
        yield problem("files", f"{_named(links, folder)} a symbolic link.", "put the files themselves in the folder")
    if loose:
        remedy = f"chmod -R go= {folder}"
        yield warning("files", f"{_named(loose, folder)} readable or writable by others.", remedy)
    if shut:
        remedy = f"chmod -R u+rwX {folder}"
        yield problem("files", f"{_named(shut, folder)} not readable and writable by this user itself.", remedy)
    if not (foreign or links or loose or shut):
        yield ok("files", "All files are this user's alone.")


def _named(paths: list[Path], folder: Path) -> str:
    names = ", ".join(str(path.relative_to(folder)) for path in paths[:SHOWN])
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{names}{more} {'is' if len(paths) == 1 else 'are'}"


def _aside(folder: Path) -> Iterator[Finding]:
    moved = [path for path in sorted(folder.rglob("*.damaged-*")) if path.is_file()]
    if moved:
        sentence = f"{_named(moved, folder)} left from a recovery that moved it aside as damaged; nothing reads it."
        yield warning("moved aside", sentence, "keep a copy if you want to know what happened, then delete it")


def _room(folder: Path, now: int) -> Finding:
    free, took = shutil.disk_usage(folder).free, growth.size(folder)
    daily = growth.per_day(folder, seconds(now))
    days = free / daily if daily else math.inf
    grows = f"; it grows by {size(round(daily))} a day, so there is room for {_days(days)}" if daily else ""
    sentence = f"The store takes {size(took)}, {size(free)} are free on its disk{grows}."
    if free < NO_ROOM:
        return problem("disk", sentence, "free space now: calls will be refused")
    if free < LITTLE_ROOM or days < FEW_DAYS:
        return warning("disk", sentence, LESS)
    return ok("disk", sentence)


def _days(days: float) -> str:
    return number(int(days), "day") if days < MANY_DAYS else "years"


def _file_system(folder: Path) -> Finding:
    doubts = place.warnings(str(folder), folder)
    if doubts:
        return warning("file system", doubts[0], "put the store on a local, lasting disk, with JARVIS_CONTEXT_PATH")
    kind = place.file_system(folder) or "a kind the system does not name"
    way = "mapped into memory" if place.safe_to_map(folder) else "written by system calls, which is slower and as safe"
    return ok("file system", f"{kind}; segments are {way} (segment_io=auto).")
