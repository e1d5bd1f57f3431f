"""Puts what a real demo says into README.md: `python -m examples.code_review.proof.readme [options of the demo]`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
PLACE = re.compile(r"(?<=<!-- demo -->\n).*?(?=<!-- /demo -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    """Run the demo, and keep its words if it proves its claims; otherwise change nothing, and say what it said."""
    command = [sys.executable, "-m", "examples.code_review.demo", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        block = f"```text\n$ {' '.join(['make demo', *arguments])}\n{done.stdout.rstrip()}\n```\n"
        README.write_text(PLACE.sub(lambda _: block, README.read_text("utf-8")), "utf-8")
    else:
        print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
