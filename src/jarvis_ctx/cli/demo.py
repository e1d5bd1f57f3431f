"""`jarvis-ctx demo`: the example that is killed and carries on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from jarvis_ctx.cli.exits import ExitCode

MODULE = "examples.code_review.demo"
MISSING = """The demo is not installed with the package; it comes with the sources:

    git clone <the project's repository> jarvis-ctx
    cd jarvis-ctx && make demo
"""


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Review real code, be killed three times, carry on, prove it. Takes the demo's own options."""
    home = _home()
    if home is None:
        click.echo(MISSING, err=True, nl=False)
        sys.exit(ExitCode.FAILED)
    done = subprocess.run([sys.executable, "-m", MODULE, *arguments], cwd=home, check=False)
    sys.exit(done.returncode)


def _home() -> Path | None:
    """The folder that holds `examples`: this one, or the one the package was installed from in place."""
    file = Path(*MODULE.split(".")).with_suffix(".py")
    sources = Path(__file__).resolve().parents[3]
    return next((place for place in (Path(os.getcwd()), sources) if (place / file).is_file()), None)
