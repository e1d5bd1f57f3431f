"""The house rules as functions: each takes a package's folder and returns one sentence a breach."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture import source

CONFIGURATION = Path(__file__).parents[2] / "pyproject.toml"
LONGEST = 300
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base2"}
BROAD = {"Exception", "BaseException"}
NOT_A_REASON = re.compile(r"noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w-]+\])?|pragma:\s*[\w ]+")


def broken_stairs(package: Path) -> str:
    """What import-linter has against the order of the rooms; empty when it is kept."""
    command = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    done = subprocess.run(
        [sys.executable, "-c", command, "--config", str(CONFIGURATION), "--no-cache", "--no-logo"],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def strays(package: Path, doors: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Imports of a library, or of a room of ours, anywhere but in the modules or rooms that `doors` gives it."""
    return [
        f"{found.place} imports {found.name}, which only {' and '.join(owners)} may"
        for found in source.imports(package)
        for library, owners in doors.items()
        if f"{found.name}.".startswith(f"{library}.")
        and not any(found.module.is_relative_to(owner) for owner in owners)
    ]


def overlong(package: Path, longest: int = LONGEST) -> list[str]:
    lengths = {module: (package / module).read_text("utf-8").count("\n") for module in source.modules(package)}
    return [f"{module} has {lines} lines, over {longest}" for module, lines in lengths.items() if lines > longest]


def nameless(package: Path) -> list[str]:
    """Modules and folders named for no idea, or with two letters."""
    names = {(part, module) for module in source.modules(package) for part in module.with_suffix("").parts}
    return sorted(f"{module}: {name!r} says no idea" for name, module in names if name in NAMELESS or len(name) <= 2)


def uninitialised(package: Path) -> list[str]:
    """Folders of modules without an `__init__.py`: import-linter and the wheel would both pass them by in silence."""
    folders = {module.parent for module in source.modules(package)}
    return sorted(
        f"{folder} has no __init__.py" for folder in folders if not (package / folder / "__init__.py").exists()
    )


def coded_inits(package: Path) -> list[str]:
    """`__init__.py` files that hold more than re-exports: imports, literal tables, a lazy `__getattr__`."""
    return [
        f"{module}:{node.lineno} holds code"
        for module in source.modules(package)
        if module.name == "__init__.py"
        for node in source.tree(package, module).body
        if not _re_exports(node)
    ]


def _re_exports(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _literal(value)
        case ast.FunctionDef(name=name):
            return name in {"__getattr__", "__dir__"}
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            return all(_re_exports(inner) for inner in body)
        case _:
            return False


def _literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def unexplained_broad_excepts(package: Path) -> list[str]:
    """`except Exception`, `except:` and `suppress(Exception)` without a reason on their line or the one above.

    A handler that always re-raises swallows nothing and needs none.
    """
    return [
        f"{module}:{line} catches everything and does not say why"
        for module in source.modules(package)
        for comments in [source.comments(package, module)]
        for line in _broad_lines(source.tree(package, module))
        if not _reason(comments.get(line, "")) and not _reason(_alone(comments.get(line - 1, "")))
    ]


def _broad_lines(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        match node:
            case ast.ExceptHandler(type=caught):
                if (caught is None or _broad(caught)) and not _always_reraises(node):
                    yield node.lineno
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught):
                if any(_broad(item) for item in caught):
                    yield node.lineno


def _broad(caught: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in BROAD for node in ast.walk(caught))


def _always_reraises(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    leaves = any(isinstance(node, ast.Return | ast.Break | ast.Continue) for node in ast.walk(handler))
    return isinstance(last, ast.Raise) and last.exc is None and not leaves


def _alone(comment: str) -> str:
    return comment if comment.startswith("#") else ""


def _reason(comment: str) -> bool:
    return len(re.findall(r"[A-Za-z]+", NOT_A_REASON.sub("", comment))) >= 2
