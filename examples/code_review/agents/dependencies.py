"""The dependencies agent knows the import graph: which modules of the package import which."""

from __future__ import annotations

from ..package import Package
from .cycles import cycles
from .imports import Import, margin_imports

SHOWN = 6


class Dependencies:
    """Surveys the package once, then tells of each file what it imports and what stands in its way.

    Only what is imported unconditionally counts, and only what belongs to the package.
    """

    agent_id = "dependencies"
    role = "knows which modules import which"

    def __init__(self, package: Package) -> None:
        self._package = package
        self._roots = {module.partition(".")[0] for module in package.modules}
        self._imports: dict[str, list[str]] = {}
        self._missing: dict[str, list[str]] = {}
        for file in package.files:
            self._survey(file)
        self._cycle = {module: ring for ring in cycles(self._imports) for module in ring}

    def imports(self, file: str) -> list[str]:
        """The modules of this package that the file imports, sorted."""
        return self._imports[self._package.module(file)]

    def blockers(self, file: str) -> list[str]:
        """What keeps the file from being imported by itself: modules that do not exist, and import cycles."""
        module = self._package.module(file)
        found = [f"imports {name}, which does not exist" for name in self._missing[module]]
        ring = [name for name in self._cycle.get(module, []) if name != module]
        if ring:
            more = f" and {len(ring) - SHOWN} more" if len(ring) > SHOWN else ""
            found.append(f"imports in a cycle with {', '.join(ring[:SHOWN])}{more}")
        return found

    def _survey(self, file: str) -> None:
        module = self._package.module(file)
        home = module if file.endswith("__init__.py") else module.rpartition(".")[0]
        found = [(item, self._resolve(item)) for item in margin_imports(self._read(file), home)]
        self._imports[module] = sorted({target for _, target in found if target} - {module})
        self._missing[module] = sorted({item.module for item, target in found if not target and self._is_ours(item)})

    def _resolve(self, item: Import) -> str | None:
        """The module of this package that is meant, or None."""
        if item.member and f"{item.module}.{item.member}" in self._package.modules:
            return f"{item.module}.{item.member}"
        if item.module in self._package.modules:
            return item.module
        # A plain module may put names below itself into the interpreter's table, as os does with os.path.
        parent = item.module.rpartition(".")[0]
        return parent if parent in self._package.modules - self._package.packages else None

    def _is_ours(self, item: Import) -> bool:
        return item.module not in self._package.packages and item.module.partition(".")[0] in self._roots

    def _read(self, file: str) -> bytes:
        try:
            return self._package.path(file).read_bytes()
        except OSError:
            return b""  # The parser says so in the file's review.
