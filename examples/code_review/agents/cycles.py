"""Cycles of an import graph: the modules that can each be reached from one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def cycles(graph: Graph) -> list[list[str]]:
    """The strongly connected parts of more than one module, each sorted, the parts sorted too.

    Kosaraju's way: finish order of the graph, then reach in the reversed one. Edges out of the graph are ignored.
    """
    reversed_graph: dict[str, list[str]] = {module: [] for module in graph}
    for module, targets in graph.items():
        for target in targets:
            if target in graph:
                reversed_graph[target].append(module)
    seen: set[str] = set()
    finished = [module for start in sorted(graph) for module in _finish_order(graph, start, seen)]
    seen = set()
    parts = [_finish_order(reversed_graph, start, seen) for start in reversed(finished)]
    return sorted(sorted(part) for part in parts if len(part) > 1)


def _finish_order(graph: Graph, start: str, seen: set[str]) -> list[str]:
    """What can be reached from `start` and was not `seen`, deepest first; no recursion, as chains can be long."""
    if start in seen:
        return []
    seen.add(start)
    order, path = [], [(start, iter(graph[start]))]
    while path:
        fresh = next((target for target in path[-1][1] if target in graph and target not in seen), None)
        if fresh is None:
            order.append(path.pop()[0])
        else:
            seen.add(fresh)
            path.append((fresh, iter(graph[fresh])))
    return order
