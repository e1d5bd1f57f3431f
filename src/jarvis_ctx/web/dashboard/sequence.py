"""Where the arrows of a sequence stand: a line down for each agent, an arrow across for each message."""

from __future__ import annotations

from typing import Any

LANE, ROW, HEAD = 192, 44, 52
MOST = 24
"""Lines that are drawn; messages of further agents are told in the list alone."""


def laid_out(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """`lanes` with `x`, `arrows` with `y`, `from` and `to`, and the drawing's `width` and `height`; oldest first."""
    names: dict[str, None] = {}
    for message in messages:
        names.update(dict.fromkeys((message["sender"], message["recipient"])))
    lanes = {name: LANE // 2 + LANE * number for number, name in enumerate(list(names)[:MOST])}
    drawn = [m for m in messages if m["sender"] in lanes and m["recipient"] in lanes]
    arrows = [
        {
            "message": message,
            "y": HEAD + ROW * (row + 1),
            **_ends(lanes[message["sender"]], lanes[message["recipient"]]),
        }
        for row, message in enumerate(drawn)
    ]
    return {
        "lanes": [{"name": name, "x": x} for name, x in lanes.items()],
        "arrows": arrows,
        "left_out": len(messages) - len(drawn),
        "width": LANE * max(1, len(lanes)) + LANE // 2,
        "height": HEAD + ROW * (len(arrows) + 1),
    }


def _ends(source: int, target: int) -> dict[str, Any]:
    """Where an arrow begins and ends, and the middle of its text; one to oneself is a loop."""
    if source == target:
        return {"loop": True, "from": source, "to": source, "middle": source + 8, "anchor": "start"}
    return {"loop": False, "from": source, "to": target, "middle": (source + target) // 2, "anchor": "middle"}
