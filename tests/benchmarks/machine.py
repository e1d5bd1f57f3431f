"""The machine a figure was measured on, as far as it matters and tells nothing of whose it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from jarvis_ctx.storage.sqlite import driver


def facts(folder: Path) -> dict[str, str]:
    """Processor, cores, system, Python, SQLite, and the file system that `folder` lies on."""
    kernel = platform.release().partition("-")[0]
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0)) if _linux() else os.cpu_count()} cores for us",
        "system": f"{platform.system()} {kernel}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": f"{driver.facts()['version']} ({driver.facts()['library']})",
        "file system": _file_system(folder),
    }


def _linux() -> bool:
    return platform.system() == "Linux"


def _processor() -> str:
    if _linux():
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    if not _linux():
        return "not known"
    device = os.stat(folder).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    mounts = (line.split() for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines())
    kinds = [mount[mount.index("-") + 1] for mount in mounts if mount[2] == wanted]
    return kinds[-1] if kinds else "not known"
