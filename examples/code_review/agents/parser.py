"""The parser reads a file and outlines it: its functions and classes, or why it cannot be parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import decode_source
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Stands for the file's name in the compiler's messages: they must not depend on where the package lies.
FILENAME = "<reviewed>"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A function or class; `public` when neither it nor anything around it is private or a function."""

    name: str
    node: Function | ast.ClassDef
    public: bool


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a file defines; with an `error` it defines nothing."""

    lines: int
    documented: bool
    definitions: list[Definition]
    error: str | None = None


class Parser:
    """Knows Python's grammar."""

    agent_id = "parser"
    role = "reads a file and outlines its functions and classes"

    def parse(self, path: Path) -> Outline:
        """Outline the file; one that cannot be read, decoded or parsed has an outline with its `error`."""
        source = b""
        try:
            source = path.read_bytes()
            # Decoded here, as the compiler forgives bytes of a wrong encoding in comments, and an import does not.
            tree = ast.parse(decode_source(source), FILENAME)
        except OSError as error:
            return _broken(source, f"cannot be read: {error.strerror}")
        except SyntaxError as error:
            return _broken(source, f"does not parse: {error.msg}" + (f" (line {error.lineno})" if error.lineno else ""))
        except UnicodeDecodeError as error:
            return _broken(source, f"is not {error.encoding} at byte {error.start}")
        except (LookupError, ValueError, RecursionError, MemoryError) as error:
            # Odd encodings, NUL bytes, and nesting deeper than the compiler's own stack.
            return _broken(source, f"does not parse: {type(error).__name__}")
        return Outline(lines=_lines(source), documented=is_documented(tree), definitions=list(_definitions(tree)))


def is_documented(node: ast.Module | Function | ast.ClassDef) -> bool:
    """Whether the module, class or function starts with a docstring that says something."""
    return bool((ast.get_docstring(node, clean=False) or "").strip())


def _definitions(tree: ast.Module) -> Iterator[Definition]:
    """All definitions, however deep in classes, functions and conditions; a stack, as elif chains nest deeply."""
    todo: list[tuple[ast.AST, str, bool]] = [(tree, "", True)]
    while todo:
        node, prefix, public = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found = Definition(name=prefix + node.name, node=node, public=public and not node.name.startswith("_"))
            yield found
            prefix, public = f"{found.name}.", found.public and isinstance(node, ast.ClassDef)
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            children = getattr(node, block, ())
            if isinstance(children, list):
                todo.extend((child, prefix, public) for child in children)


def _broken(source: bytes, error: str) -> Outline:
    return Outline(lines=_lines(source), documented=False, definitions=[], error=error)


def _lines(source: bytes) -> int:
    return source.count(b"\n") + (not source.endswith(b"\n") and source != b"")
