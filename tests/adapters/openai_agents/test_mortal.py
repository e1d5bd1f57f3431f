"""A run of agents that is killed anywhere is carried on, and no finished tool call is made twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.openai_agents.mortal import EFFECTS, STORIES

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "tests.adapters.openai_agents.mortal"]

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Of each story, what its two lives said."""
    folder = tmp_path_factory.mktemp("lives")
    subprocess.run([*COMMAND, str(folder)], cwd=ROOT, check=True)
    found: dict[str, list[dict[str, Any]]] = json.loads((folder / "told").read_text())
    return found


@pytest.mark.parametrize("story", STORIES)
def test_wherever_it_dies_the_next_life_ends_the_run_with_each_effect_once(
    told: dict[str, list[dict[str, Any]]], story: str
) -> None:
    *dead, last = told[story]

    assert {life["signal"] for life in dead} == {signal.SIGKILL}
    assert (last["signal"], last["said"]) == (0, "settled")
    assert last["effects"] == EFFECTS


@pytest.mark.parametrize("story", STORIES)
def test_the_history_tells_each_call_and_its_outcome_once(told: dict[str, list[dict[str, Any]]], story: str) -> None:
    last = told[story][-1]

    outcomes = [item["output"] for item in last["session"] if item.get("type") == "function_call_output"]

    assert outcomes == ([f"{effect}: done" for effect in EFFECTS] if not story.startswith("plain") else [])
    assert [item["content"] for item in last["session"] if item.get("role") == "user"] == (
        ["settle order 7"] if not story.startswith("plain") else []
    )


def test_with_a_session_the_model_is_not_asked_again_for_turns_that_are_in_it(
    told: dict[str, list[dict[str, Any]]],
) -> None:
    assert told["session ask:3"][1]["asked"] == 2
    assert told["session end:3"][1]["asked"] == 2


def test_a_run_that_had_ended_gives_its_result_without_the_model(told: dict[str, list[dict[str, Any]]]) -> None:
    assert told["session ended"][1]["asked"] == 0
    assert told["plain ended"][1]["asked"] == 0
    assert told["streamed ended"][1]["asked"] == 0
    assert [item.get("output") for item in told["plain ended"][1]["history"]][2::2] == [
        f"{effect}: done" for effect in EFFECTS
    ]


def test_a_tool_that_was_at_work_at_the_death_is_reported_in_doubt(told: dict[str, list[dict[str, Any]]]) -> None:
    assert told["session effect:2"][1]["doubt"] == ["mail"]
    assert told["plain effect:2"][1]["doubt"] == ["mail"]
    assert told["session end:2"][1]["doubt"] == []
