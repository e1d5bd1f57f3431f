"""Where the tasks of a family stand: each below all that led to it, and what is part of a task within its frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jarvis_ctx.web.dashboard.graph import levels

WIDE, HIGH = 140, 40
ACROSS, DOWN = 14, 28
PAD, TITLE = 10, 24
EDGE = 4


@dataclass
class _Box:
    """A task with what is part of it; `x` and `y` within its frame until all is placed."""

    task: dict[str, Any]
    inner: list[_Box] = field(default_factory=list)
    x: int = 0
    y: int = 0
    width: int = WIDE
    height: int = HIGH


def laid_out(family: dict[str, Any]) -> dict[str, Any]:
    """The family with `nodes` and `frames` with `x`, `y`, `width` and `height`, `edges` as paths, and the drawing's
    `width` and `height`, in pixels. What has nothing to do with one another stands side by side.
    """
    boxes: dict[str, _Box] = {}
    outer: list[_Box] = []
    for task in family["tasks"]:
        box = boxes[task["id"]] = _Box(task)
        (boxes[task["within"]].inner if task["within"] else outer).append(box)
    width, height = _arranged(outer)
    _placed(outer, EDGE, EDGE)
    edges = [(boxes[name], box) for box in boxes.values() for name in box.task["after"]]
    return {
        **family,
        "nodes": [_line(box) for box in boxes.values() if not box.inner],
        "frames": [_line(box) for box in boxes.values() if box.inner],
        "edges": [_path(source, target) for source, target in edges],
        "width": width + 2 * EDGE,
        "height": height + 2 * EDGE,
    }


def _arranged(boxes: list[_Box]) -> tuple[int, int]:
    """Place these within their frame, and say how large it is inside."""
    for box in boxes:
        if box.inner:
            width, height = _arranged(box.inner)
            box.width, box.height = max(WIDE, width + 2 * PAD), height + TITLE + PAD
    across = height = 0
    for together in _apart(boxes):
        width, below = _stacked(together, across)
        across, height = across + width + ACROSS, max(height, below)
    return max(0, across - ACROSS), height


def _apart(boxes: list[_Box]) -> list[list[_Box]]:
    """Those that led to one another, each set by itself, in the order of their first ones."""
    beside: dict[str, set[str]] = {box.task["id"]: set() for box in boxes}
    for box in boxes:
        for name in box.task["after"]:
            if name in beside:
                beside[name].add(box.task["id"])
                beside[box.task["id"]].add(name)
    found: list[list[_Box]] = []
    seen: set[str] = set()
    for box in boxes:
        reached, waiting = set[str](), [box.task["id"]]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                reached.add(name)
                waiting.extend(beside[name])
        if reached:
            found.append([each for each in boxes if each.task["id"] in reached])
    return found


def _stacked(boxes: list[_Box], left: int) -> tuple[int, int]:
    """Place these in rows, each row in the middle; how wide and how high they are together."""
    here = {box.task["id"] for box in boxes}
    level = levels({box.task["id"]: [name for name in box.task["after"] if name in here] for box in boxes})
    rows = [[box for box in boxes if level[box.task["id"]] == row] for row in range(max(level.values()) + 1)]
    widths = [sum(box.width + ACROSS for box in row) - ACROSS for row in rows]
    y = 0
    for row, width in zip(rows, widths, strict=True):
        x = left + (max(widths) - width) // 2
        for box in row:
            box.x, box.y = x, y
            x += box.width + ACROSS
        y += max((box.height for box in row), default=0) + DOWN
    return max(widths), y - DOWN


def _placed(boxes: list[_Box], x: int, y: int) -> None:
    for box in boxes:
        box.x, box.y = box.x + x, box.y + y
        if box.inner:
            _placed(box.inner, box.x + PAD, box.y + TITLE)


def _line(box: _Box) -> dict[str, Any]:
    return {**box.task, "x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _path(source: _Box, target: _Box) -> str:
    x1, y1 = source.x + source.width // 2, source.y + source.height
    x2, y2 = target.x + target.width // 2, target.y
    bend = max(12, abs(y2 - y1) // 2)
    return f"M{x1},{y1} C{x1},{y1 + bend} {x2},{y2 - bend} {x2},{y2}"
