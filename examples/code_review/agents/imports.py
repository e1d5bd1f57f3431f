"""Which modules a source imports unconditionally, found without parsing the whole of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Strings and comments are matched only to be passed over: an import shown in a docstring is none.
# What is matched is never given back (`++`, `*+`): an open parenthesis must not cost more than its length.
MARGIN = re.compile(
    rb"""
      \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3}
    | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* '{3}
    | " [^"\\\n]* (?: \\. [^"\\\n]* )* "
    | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '
    | \#[^\n]*
    | ^(?P<statement> (?: import | from ) \b (?: [^\n(\\#]++ | \\\r?\n | \( (?: [^)#]++ | \#[^\n]*+ )*+ \) )*+ )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Import:
    """One imported thing: `module` must exist, `member` may be a module inside it or any other name."""

    module: str
    member: str | None = None


def margin_imports(source: bytes, home: str) -> Iterator[Import]:
    """The imports at the margin of `source`, in order; `home` is the package that a relative import starts from.

    Indented imports are conditional or late, which is how cycles and absent modules are coped with: left out.
    A statement that does not parse is left out as well.
    """
    # Most files import at their head: the rest need not be looked at.
    last = max(source.rfind(b"\nimport"), source.rfind(b"\nfrom")) + 1
    for match in MARGIN.finditer(source):
        if match.start() > last:
            return
        if match["statement"]:
            yield from _read(match["statement"], home)


def _read(statement: bytes, home: str) -> Iterator[Import]:
    try:
        nodes = ast.parse(statement).body
    except (SyntaxError, ValueError):
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (Import(module=alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, home)
            yield from (Import(module=origin, member=alias.name) for alias in node.names)


def _origin(node: ast.ImportFrom, home: str) -> str:
    """One dot is the home package, each further dot the package around it."""
    if not node.level:
        return node.module or ""
    above = home.split(".")[: len(home.split(".")) - (node.level - 1)]
    return ".".join(part for part in (*above, node.module) if part)
