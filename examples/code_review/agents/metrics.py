"""The metrics agent measures a file: its size, its cyclomatic complexity, and how much of it is documented."""

from __future__ import annotations

import ast

from ..records import Metrics
from .parser import Function, Outline, is_documented

BRANCHES = frozenset({ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case})
DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})

# Most nodes are one of these and hold no branch: not looking inside them halves the time.
LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Import, ast.ImportFrom, ast.Pass})


class MetricsAgent:
    """Counts, and judges nothing."""

    agent_id = "metrics"
    role = "measures size, complexity and documentation"

    def measure(self, outline: Outline) -> Metrics:
        """The numbers of one file; `complexity` is its most complex function's, 0 without functions.

        The module itself counts as one of the `public` things that a docstring can explain.
        """
        functions = [(item.name, item.node) for item in outline.definitions if not isinstance(item.node, ast.ClassDef)]
        hardest = min(((-complexity(node), name) for name, node in functions), default=(0, ""))
        public = [item.node for item in outline.definitions if item.public]
        return {
            "lines": outline.lines,
            "functions": len(functions),
            "classes": len(outline.definitions) - len(functions),
            "public": len(public) + 1,
            "documented": sum(map(is_documented, public)) + outline.documented,
            "complexity": -hardest[0],
            "hardest": hardest[1],
            "longest": max((_length(node) for _, node in functions), default=0),
        }


def complexity(function: Function) -> int:
    """McCabe's cyclomatic complexity: one, and one more for every way in which the function can branch.

    Branches are if, elif, for, while, except, case, conditional expressions, each `and` and `or`, and each for and
    if of a comprehension. What is defined inside the function is measured by itself, except for lambdas.
    """
    return 1 + _branches(list(function.body))


def _branches(nodes: list[ast.AST]) -> int:
    count = 0
    for node in nodes:
        kind = type(node)
        if kind in DEFINITIONS:
            continue
        if kind in BRANCHES:
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
        # The list grows under the loop: no recursion, however deep the code is nested.
        nodes.extend(child for child in ast.iter_child_nodes(node) if type(child) not in LEAVES)
    return count


def _length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
