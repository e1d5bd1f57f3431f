"""Says which versions are at work, for a report of a mistake."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from jarvis_ctx import __version__
from jarvis_ctx.insight.findings import ok
from jarvis_ctx.model.finding import Finding


def check() -> Iterator[Finding]:
    """jarvis-ctx, Python and the system; the database's own finding has SQLite and schema."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield ok("versions", f"jarvis-ctx {__version__}, {python}, {platform.system()} {platform.release()}.")
