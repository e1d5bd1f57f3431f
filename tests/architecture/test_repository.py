"""What a fresh clone promises: exact versions from wherever packages come, and the same tests everywhere."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
PINNED = re.compile(r"([a-z0-9-]+)==[0-9][\w.+!]*( ; [^@/]+)?")


def name(requirement: str) -> str:
    """The package that a requirement asks for, as pip writes it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]).lower()


def test_each_constraint_is_an_exact_version_without_an_address() -> None:
    assert len(LINES) > 20
    assert [line for line in LINES if not PINNED.fullmatch(line)] == []


def test_every_dependency_is_pinned() -> None:
    asked = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]

    pinned = {line.partition("==")[0] for line in LINES}

    assert sorted({name(requirement) for requirement in asked} - pinned) == []


def test_whatever_installs_us_keeps_to_the_constraints() -> None:
    makefile = (ROOT / "Makefile").read_text()

    constrained = re.findall(r"(\S+ \S+) -e '\.\[\w+\]'", makefile)

    assert len(constrained) == makefile.count(" -e ") >= 2
    assert set(constrained) == {"-c constraints.txt"}


def test_continuous_integration_runs_make_test() -> None:
    run = ROOT / ".ci" / "run"

    assert os.access(run, os.X_OK)
    assert run.read_text().splitlines()[-1] == "make test"


def test_the_folder_of_stores_is_kept_and_what_is_in_it_ignored() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()

    assert (ROOT / "memory" / ".gitkeep").exists()
    assert ignored.index("memory/*") < ignored.index("!memory/.gitkeep")
