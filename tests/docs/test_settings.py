"""docs/settings.md and config/jarvis_ctx.yaml know every setting, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jarvis_ctx.settings import FIELDS, Settings, load, variable

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "config" / "jarvis_ctx.yaml"
ROW = re.compile(r"^\| `(\w+)` \| `(JARVIS_\w+)` \| `(.*)` \| (.+) \|$", re.MULTILINE)


def table() -> dict[str, tuple[str, Any]]:
    """Each documented setting with its variable and default."""
    rows = ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    return {name: (named, yaml.safe_load(default)) for name, named, default, _ in rows}


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    assert table() == {name: (variable(name), getattr(Settings(), name)) for name in FIELDS}


def test_the_configuration_file_holds_every_setting_at_its_default() -> None:
    written = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))

    assert list(written) == list(FIELDS)
    assert Settings(**written) == Settings()


def test_every_setting_of_the_configuration_file_has_a_line_of_meaning() -> None:
    entries = CONFIGURATION.read_text(encoding="utf-8").split("\n\n")[1:]

    assert len(entries) == len(FIELDS)
    assert all(entry.startswith("# ") and entry.splitlines()[-1].partition(":")[0] in FIELDS for entry in entries)


def test_the_configuration_file_is_read_as_it_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert load(environ={"JARVIS_CONFIG": str(CONFIGURATION)}) == Settings()
