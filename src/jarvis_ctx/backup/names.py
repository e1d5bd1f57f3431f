"""Which files a backup holds: those that a store consists of, by their names, and no others."""

from __future__ import annotations

import re

DATABASE = "jarvis_context.db"
KEY = "secret.key"
MARKS = "journal/marks"
MANIFEST = "manifest.json"

_PLAIN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}"
_BELONGS = re.compile(
    rf"jarvis_context\.db|secret\.key|CRASH_DETECTED|run-{_PLAIN}\.fault|{_PLAIN}\.json"
    r"|journal/marks|journal/[0-9a-f]{16}-\d{6}\.seg|journal/values/[0-9a-f]{64}"
    rf"|journal/archive/{_PLAIN}\.seg\.zst|checkpoints/recovery_{_PLAIN}\.(pkl|json|changes)"
)
"""No name of another form is taken or put back: none that is absolute, climbs up, hides, or is a lock."""


def belongs(name: str) -> bool:
    """Whether `name`, relative to the store's folder with `/` between, is one of a store's files."""
    return _BELONGS.fullmatch(name) is not None and name != MANIFEST
