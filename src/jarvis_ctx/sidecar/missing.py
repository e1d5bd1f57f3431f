"""A folder that holds no store, and the store that was probably meant."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.errors import NoStore
from jarvis_ctx.settings import Settings


def check_store(folder: Path) -> None:
    """Raises `NoStore` where nobody ever ran."""
    if not (folder / "journal").is_dir():
        raise no_store(folder)


def no_store(folder: Path) -> NoStore:
    """The error for `folder`; where it is a program's folder, or one on the way, it names the store below."""
    parts = Path(Settings().path).parts
    below = (folder.joinpath(*parts[start:]) for start in range(len(parts)))
    there = next((store for store in below if (store / "journal").is_dir()), None)
    return NoStore(path=str(folder), hint=f" (there is one in {there})" if there else "")
