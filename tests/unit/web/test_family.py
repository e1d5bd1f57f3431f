"""Where the tasks of a family stand in its drawing."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.web.dashboard.family import laid_out


def drawn(*tasks: tuple[str, list[str], str]) -> dict[str, Any]:
    """The drawing of (id, after, within), by id."""
    made = [{"id": id, "after": after, "within": within} for id, after, within in tasks]
    found = laid_out({"tasks": made})
    return {**found, "at": {box["id"]: box for box in found["nodes"] + found["frames"]}}


def test_each_stands_below_all_that_led_to_it_and_equals_side_by_side() -> None:
    at = drawn(("lead", [], ""), ("a", ["lead"], ""), ("b", ["lead"], ""), ("end", ["a", "b"], ""))["at"]

    assert at["lead"]["y"] < at["a"]["y"] == at["b"]["y"] < at["end"]["y"]
    assert at["a"]["x"] + at["a"]["width"] < at["b"]["x"]
    assert at["lead"]["x"] == at["end"]["x"]


def test_what_has_nothing_to_do_with_one_another_stands_side_by_side_in_order() -> None:
    found = drawn(("1", [], ""), ("2", ["1"], ""), ("3", [], ""), ("4", ["3"], ""))
    at = found["at"]

    assert at["1"]["x"] == at["2"]["x"] < at["3"]["x"] == at["4"]["x"]
    assert (at["1"]["y"], at["2"]["y"]) == (at["3"]["y"], at["4"]["y"])
    assert (len(found["edges"]), found["height"] > at["4"]["y"]) == (2, True)


def test_the_frame_of_a_task_holds_what_is_part_of_it() -> None:
    found = drawn(("team", [], ""), ("look", [], "team"), ("say", ["look"], "team"), ("end", ["team"], ""))
    frame, inner = found["at"]["team"], [found["at"]["look"], found["at"]["say"]]

    assert [box["id"] for box in found["frames"]] == ["team"]
    assert all(frame["x"] < box["x"] < box["x"] + box["width"] < frame["x"] + frame["width"] for box in inner)
    assert all(frame["y"] < box["y"] < box["y"] + box["height"] < frame["y"] + frame["height"] for box in inner)
    assert found["at"]["end"]["y"] > frame["y"] + frame["height"]


def test_nothing_and_a_circle_are_drawn_too() -> None:
    assert drawn()["nodes"] == []
    assert len(drawn(("a", ["b"], ""), ("b", ["a"], ""))["nodes"]) == 2
