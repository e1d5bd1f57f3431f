"""The pages' code runs as it stands, their links lead somewhere, and each page is named by the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args, get_type_hints

import pytest

from jarvis_ctx.errors import graphs, supervision
from jarvis_ctx.model.agent import Health
from jarvis_ctx.model.event import Kind
from jarvis_ctx.settings import Settings
from tests.faces.cli.processes import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
TESTING = (DOCS / "testing.md").read_text(encoding="utf-8")
RUN = re.findall(r"<!-- run -->\n```python\n(.*?)```", TESTING, re.DOTALL)
FILES = re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", TESTING, re.DOTALL)


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("code", RUN)
def test_the_code_of_the_page_on_testing_runs(code: str, tmp_path: Path) -> None:
    done = python("-c", code, folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not (tmp_path / "memory").exists()


def test_the_tests_of_the_page_on_testing_pass(tmp_path: Path) -> None:
    for name, code in FILES:
        (tmp_path / name).write_text(code, encoding="utf-8")

    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)

    assert [name for name, _ in FILES] == ["conftest.py", "test_letters.py"]
    assert "2 passed" in done.stdout, done.stdout
    assert not (tmp_path / "memory").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_to_a_page_and_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8"))

    broken = [
        (file, heading)
        for file, heading in links
        if "://" not in file
        and (not (DOCS / file).exists() or (heading and heading not in anchors(DOCS / file if file else page)))
    ]

    assert broken == []


def test_the_readme_names_each_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [page.name for page in PAGES if f"docs/{page.name}" not in readme] == []


def test_the_concepts_are_those_of_the_code() -> None:
    concepts = (DOCS / "concepts.md").read_text(encoding="utf-8")

    words = [*get_args(Health), *get_args(get_type_hints(Settings)["resume"])]

    assert [word for word in words if f"`{word}`" not in concepts] == []


@pytest.mark.parametrize(("errors", "page"), [(graphs, "adapters.md"), (supervision, "supervisor.md")])
def test_what_adapters_and_the_supervisor_refuse_stands_on_their_pages(errors: ModuleType, page: str) -> None:
    own = [name for name, found in vars(errors).items() if getattr(found, "__module__", "") == errors.__name__]

    told = (DOCS / page).read_text(encoding="utf-8")

    assert [name for name in own if f"`{name}`" not in told] == []


def test_every_kind_of_event_has_its_line() -> None:
    page = (DOCS / "formats.md").read_text(encoding="utf-8")

    section = page[page.index("### Kinds of events") :].split("\n### ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)

    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(get_args(Kind))
