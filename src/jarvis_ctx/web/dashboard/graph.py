"""Where the tasks of a drawing stand: each to the right of all it waits for."""

from __future__ import annotations

from typing import Any

WIDE, HIGH = 168, 40
ACROSS, DOWN = 64, 14
EDGE = 8


def laid_out(found: dict[str, Any]) -> dict[str, Any]:
    """`nodes` with `x`, `y`, `edges` as paths, and the drawing's `width` and `height`, in pixels.

    A circle of tasks that wait for one another is cut where it is entered first.
    """
    after: dict[str, list[str]] = {task["id"]: [] for task in found["tasks"]}
    for edge in found["edges"]:
        after[edge["to"]].append(edge["from"])
    level_of = levels(after)
    rows: dict[int, int] = {}
    nodes = []
    for task in found["tasks"]:
        level = level_of[task["id"]]
        row = rows[level] = rows.get(level, -1) + 1
        nodes.append({**task, "x": EDGE + level * (WIDE + ACROSS), "y": EDGE + row * (HIGH + DOWN)})
    places = {node["id"]: node for node in nodes}
    return {
        "nodes": nodes,
        "edges": [{**edge, "path": _path(places[edge["from"]], places[edge["to"]])} for edge in found["edges"]],
        "left_out": found["left_out"],
        "width": (max(rows, default=0) + 1) * (WIDE + ACROSS) - ACROSS + 2 * EDGE,
        "height": (max(rows.values(), default=0) + 1) * (HIGH + DOWN) - DOWN + 2 * EDGE,
        "node": (WIDE, HIGH),
    }


def levels(after: dict[str, list[str]]) -> dict[str, int]:
    """How many must be over before each, along the longest way; without recursion, however long a chain is."""
    found: dict[str, int] = {}
    entered: set[str] = set()
    for first in after:
        stack = [first]
        while stack:
            task = stack[-1]
            waiting = [name for name in after[task] if name not in found and name not in entered]
            entered.add(task)
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            found[task] = max((found[name] + 1 for name in after[task] if name in found), default=0)
    return found


def _path(source: dict[str, Any], target: dict[str, Any]) -> str:
    x1, y1 = source["x"] + WIDE, source["y"] + HIGH // 2
    x2, y2 = target["x"], target["y"] + HIGH // 2
    bend = max(24, abs(x2 - x1) // 2)
    return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
