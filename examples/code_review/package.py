"""The package under review: which files it has, and what their modules are called."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

# Tests, vendored wheels and programs that only live beside the library they are shipped with.
NOT_REVIEWED = {"site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3", "turtledemo", "_bundled"}
NOT_A_MODULE = {"site-packages", "dist-packages", "__pycache__"}


def standard_library() -> Path:
    """The folder of the running interpreter's own standard library."""
    return Path(sysconfig.get_path("stdlib"))


class Package:
    """A folder of Python sources; file names are relative to it, with forward slashes, sorted.

    A folder with an `__init__.py` is a package of its own name, any other a place to import from.
    `limit` keeps that many files, evenly spread. Hidden folders and links to folders are left out.
    `share` (k, n) is the k-th of n equal shares of those, from 1.
    """

    def __init__(self, root: Path, limit: int | None = None, share: tuple[int, int] = (1, 1)) -> None:
        self.root = root.resolve()
        self.name = self.root.name
        self._prefix = [self.name] if (self.root / "__init__.py").is_file() else []
        found = sorted(_files(self.root))
        self.modules = {self.module(file) for file in found}
        self.packages = {self.module(file) for file in found if file.endswith("__init__.py")}
        number, shares = share
        self.files = _spread([file for file in found if _is_reviewed(file)], limit)[number - 1 :: shares]

    def path(self, file: str) -> Path:
        """Where `file` lies on this disk."""
        return self.root / file

    def module(self, file: str) -> str:
        """The dotted name under which `file` is imported: "json/decoder.py" is "json.decoder"."""
        folder, _, name = file.rpartition("/")
        parts = [*self._prefix, *folder.split("/"), name.partition(".")[0]]
        return ".".join(part for part in parts if part and part != "__init__") or self.name


def _files(root: Path) -> Iterator[str]:
    """Sources and compiled modules alike: both can be imported, only sources can be reviewed."""
    suffixes = (".py", *EXTENSION_SUFFIXES)
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_A_MODULE and not name.startswith(".")]
        below = Path(folder).relative_to(root)
        yield from ((below / name).as_posix() for name in names if name.endswith(suffixes))


def _is_reviewed(file: str) -> bool:
    return file.endswith(".py") and NOT_REVIEWED.isdisjoint(file.split("/")[:-1])


def _spread(files: list[str], limit: int | None) -> list[str]:
    if limit is None or limit >= len(files):
        return files
    return [files[index * len(files) // limit] for index in range(limit)]
