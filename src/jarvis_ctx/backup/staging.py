"""A private folder beside the place something is made for: made whole there, it takes its name at once or never."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.disk.files import FOLDER_MODE
from jarvis_ctx.disk.held import hold, is_held


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A new folder (0700) beside `target`, gone at the end; so is what a killed process left of the same name."""
    for left in target.parent.glob(f".{target.name}.*.staged"):
        if not _in_use(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.staged")
    folder.mkdir(mode=FOLDER_MODE)
    folder.chmod(FOLDER_MODE)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        hold(descriptor)
        yield folder
    finally:
        os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)


def _in_use(folder: Path) -> bool:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return True  # It is no folder of ours, or it has just gone.
    try:
        return is_held(descriptor)
    finally:
        os.close(descriptor)
