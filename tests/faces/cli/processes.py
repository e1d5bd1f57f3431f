"""`jarvis-ctx` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from jarvis_ctx.cli import main; main()"]


def jarvis_ctx(*arguments: object, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in a pipe."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
