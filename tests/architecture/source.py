"""What the source says about itself: its modules, their imports and their comments, read without running them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Import(NamedTuple):
    """One imported dotted name, and where: `place` is `room/module.py:line`, below the package's folder."""

    module: Path
    line: int
    name: str

    @property
    def place(self) -> str:
        return f"{self.module.as_posix()}:{self.line}"


def modules(package: Path) -> list[Path]:
    """Every module below the package's folder, as paths relative to it."""
    return sorted(path.relative_to(package) for path in package.rglob("*.py"))


def tree(package: Path, module: Path) -> ast.Module:
    return ast.parse((package / module).read_text(encoding="utf-8"), filename=str(module))


def imports(package: Path) -> Iterator[Import]:
    """Every import at any depth, `importlib.import_module("name")` included; relative ones in full."""
    for module in modules(package):
        for node in ast.walk(tree(package, module)):
            if isinstance(node, ast.stmt | ast.expr):
                yield from (Import(module, node.lineno, name) for name in _imported(node, package.name, module))


def comments(package: Path, module: Path) -> dict[int, str]:
    """Line number to the comment on it; one that stands alone on its line keeps its `#`, a trailing one does not."""
    text = (package / module).read_text(encoding="utf-8")
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            alone = not token.line[: token.start[1]].strip()
            found[token.start[0]] = token.string if alone else token.string.lstrip("# ")
    return found


def _imported(node: ast.stmt | ast.expr, package: str, module: Path) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(names=names):
            source = _absolute(node, package, module)
            return [f"{source}.{alias.name}" for alias in names]
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]):
            return [name] if called in {"import_module", "__import__"} else []
        case _:
            return []


def _absolute(node: ast.ImportFrom, package: str, module: Path) -> str:
    if not node.level:
        return node.module or ""
    here = [package, *module.parent.parts]
    above = here[: len(here) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])
