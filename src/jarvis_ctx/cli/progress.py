"""A bar on standard error, where somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from jarvis_ctx.disk.progress import Progress, unwatched


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """What is to be told how much is done, and of how much; silent in a pipe."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    shown: Any = click.progressbar(length=100, label=label, file=sys.stderr)
    with shown:
        yield lambda done, of: shown.update(done * 100 // max(of, 1) - shown.pos)
