"""A bar on standard error, where somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """What is to be told how much is done, and of how much; silent in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    shown: Any = click.progressbar(length=100, label=label, file=sys.stderr)
    with shown:
        yield lambda done, of: shown.update(done * 100 // max(of, 1) - shown.pos)
