"""The code of the page on the client runs as it stands, against a server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faces.cli.processes import ROOT
from tests.faces.cli.served import Served, served
from tests.unit.insight.dying import living

PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
RUN = re.findall(r"<!-- run -->\n```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API of a store whose process was killed."""
    store = tmp_path_factory.mktemp("page") / "store"
    with living(store):
        pass
    copy = Path(shutil.copytree(store, store.with_name("served")))
    with served(copy) as api:
        yield api


@pytest.mark.parametrize("code", RUN)
def test_the_code_of_the_page_on_the_client_runs(code: str, api: Served, tmp_path: Path) -> None:
    environ = {"JARVIS_URL": api.url, "JARVIS_TOKEN": api.token, "PYTHONPATH": str(ROOT / "src")}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
