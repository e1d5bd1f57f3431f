"""Control groups with little memory, of cgroup v1 and v2, where this machine lets us make them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

V1, V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
LIMITS = {"cgroup": (V1, "memory.limit_in_bytes"), "cgroup2": (V2, "memory.max")}


@contextmanager
def small_group(kind: str, limit: int) -> Iterator[Path]:
    """A group of its own; it is removed with what is in it by then dead. Raises `OSError` where it cannot be made."""
    mounted, name = LIMITS[kind]
    group = mounted / f"jarvis-{secrets.token_hex(4)}"
    if kind == "cgroup2" and not (V2 / "cgroup.controllers").exists():
        raise FileNotFoundError("cgroup v2 is not mounted with the memory controller")
    group.mkdir()
    try:
        (group / name).write_text(str(limit))
        yield group
    finally:
        group.rmdir()


def reason_against(kind: str) -> str:
    """Why there cannot be one; nothing where there can."""
    if os.geteuid() != 0:
        return "only root may make control groups"
    try:
        with small_group(kind, 50_000_000):
            return ""
    except OSError as error:
        return f"{kind}: {error}"
