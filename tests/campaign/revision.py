"""Which code plays: the last commit that changed it, with a digest of the files where they differ from that."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tests.crash.children import ROOT

CODE = ("src", "tests")
"""A commit that changes none of these changes nothing that is played."""


def played(root: Path = ROOT) -> str:
    """The commit; `COMMIT, changed: DIGEST` where the working tree has something else; `DIGEST` without git."""
    commit = _git(root, "log", "-1", "--format=%h", "--abbrev=12", "--", *CODE)
    if not commit:
        return digest(root)
    changes = _git(root, "status", "--porcelain", "--", *CODE)
    return f"{commit}, changed: {digest(root)}" if changes else commit


def digest(root: Path) -> str:
    """Of the names and the bytes of all code."""
    found = sha256()
    for path in _files(root):
        data = path.read_bytes()
        found.update(f"{path.relative_to(root)} {len(data)}\n".encode() + data)
    return found.hexdigest()[:12]


def _files(root: Path) -> Iterator[Path]:
    paths = (path for folder in CODE for path in sorted((root / folder).rglob("*")))
    return (path for path in paths if path.is_file() and "__pycache__" not in path.parts)


def _git(root: Path, *asked: str) -> str:
    """What git answers; nothing where there is no git, or where the code lies in a repository of something else."""
    if not (root / ".git").exists():
        return ""
    try:
        answer = subprocess.run(
            ["git", "--no-optional-locks", *asked], cwd=root, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()
