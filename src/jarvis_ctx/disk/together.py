"""Several whole files of one folder at once: one look of the folder at the disk makes all their names durable."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from jarvis_ctx.disk.files import fill, sync_folder, temporary_of

Parts: TypeAlias = Callable[[], Iterable[bytes]]
"""Makes what a file holds."""


def write_together(*files: tuple[Path, Parts]) -> None:
    """Replace each path; the files take their names in this order once all are durable, or none does.

    A kill between two names leaves the first ones; a power cut may leave any of them.
    """
    news = [temporary_of(path) for path, _ in files]
    try:
        for new, (_, parts) in zip(news, files, strict=True):
            fill(new, parts())
        for new, (path, _) in zip(news, files, strict=True):
            os.rename(new, path)
    except BaseException:
        # The half-made files must go whatever stopped us, an interrupt too; the error itself goes on.
        for new in news:
            new.unlink(missing_ok=True)
        raise
    sync_folder(files[0][0].parent)
