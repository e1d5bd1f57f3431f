"""Where a store lies: what file system, and whether it is likely to be the place that was meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SAFE_TO_MAP = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs"})
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs"})
EPHEMERAL = frozenset({"overlay", "aufs", "tmpfs", "ramfs"})


def file_system(path: Path) -> str:
    """The kind of file system `path` lies on, or will, as the kernel names it; empty where it does not say."""
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    try:
        device = os.stat(there).st_dev
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    kinds = [line.split(" - ")[1].split()[0] for line in text.splitlines() if line.split()[2] == wanted]
    return kinds[-1] if kinds else ""


def safe_to_map(path: Path) -> bool:
    """Whether a mapping there is as durable as a write and does not vanish under us."""
    return file_system(path) in SAFE_TO_MAP


def warnings(given: str, folder: Path) -> list[str]:
    """What a person should know before they trust `folder`, which they gave as `given`; sentences, often none."""
    kind = file_system(folder)
    found = []
    if kind in NETWORK:
        found.append(f"{folder} is on a network file system ({kind}), where locks and fsync may not hold.")
    if kind in EPHEMERAL:
        found.append(f"{folder} is on {kind}, which is gone after a restart of the machine or container.")
    elsewhere = _full_store_elsewhere(given, folder)
    if elsewhere is not None:
        found.append(f"{folder} starts empty, but there is a store in {elsewhere}; was that one meant?")
    return found


def _full_store_elsewhere(given: str, folder: Path) -> Path | None:
    """A store of the same relative path beside the program or above the working folder, when this one is new."""
    if os.path.isabs(os.path.expanduser(given)) or (folder / "journal").exists():
        return None
    program = Path(sys.argv[0]).absolute().parent if sys.argv and sys.argv[0] else Path.cwd()
    candidates = (place / given for place in (program, *Path.cwd().parents))
    return next((place for place in candidates if place.absolute() != folder and (place / "journal").is_dir()), None)
