"""What docs/adapters.md shows runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/adapters.md").read_text(encoding="utf-8")
RUN = re.findall(r"<!-- run -->\n```python\n(.*?)```", PAGE, re.DOTALL)

SAID = ["An essay on bees.", "Settled.", "['page 0', 'page 1', 'page 2']"]

SCRIPTED = """
import functools, agents
from agents.testing import ScriptedModel, assistant_message, function_call
answers = [[function_call("charge", {"order": "7"}, call_id="1")], [assistant_message("Settled.")]]
agents.Agent = functools.partial(agents.Agent, model=ScriptedModel(answers))
agents.set_tracing_disabled(True)
"""


@pytest.mark.parametrize(("code", "said"), list(zip(RUN, SAID, strict=True)))
def test_the_code_of_the_page_on_adapters_runs(code: str, said: str, tmp_path: Path) -> None:
    program = SCRIPTED + code if "agents" in code else code
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr
