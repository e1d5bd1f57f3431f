"""docs/conventions.md knows every verb and every argument of the decorator, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from jarvis_ctx.capture.conventions import CONVENTION_ARGUMENTS, VERBS, Meaning, TaskOptions

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
NAMES, MEANINGS, ARGUMENTS = PAGE.split("\n\n|")[1:]


def test_every_verb_is_documented_with_its_meaning() -> None:
    documented = set(re.findall(r"^\| `(\w+)(_\.\.\.)?` \| `(\w+)` \|$", NAMES, re.MULTILINE))

    assert documented == {(verb.name, "_..." if verb.family else "", verb.meaning) for verb in VERBS}


def test_every_meaning_is_explained() -> None:
    explained = [name for line in re.findall(r"^\| (`.*?) \| ", MEANINGS, re.MULTILINE) for name in line.split(", ")]

    assert {name.strip("`") for name in explained} == set(get_args(Meaning))


def test_every_argument_is_documented_with_the_options_of_tasks() -> None:
    documented = re.findall(r"^\| `(\w+)=", ARGUMENTS, re.MULTILINE)

    assert sorted(documented) == sorted(CONVENTION_ARGUMENTS)
    assert all(f'"{option}":' in ARGUMENTS for option in TaskOptions.__struct_fields__)
