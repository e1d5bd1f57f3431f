"""When a method's code has changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

from jarvis_ctx.capture.code import code_hash

SOURCE = """
def work(x):
    '''Say it.'''
    if x in {"north", "south", "east", "west"}:
        return [y for y in (x, 2.5, None)]
"""
PROGRAM = f"""
from jarvis_ctx.capture.code import code_hash
exec({SOURCE!r})
print(code_hash(work))
"""


def compiled(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = {}
    exec(source, space)
    function: Callable[..., Any] = space["work"]
    return function


def test_the_hash_is_the_same_in_another_process_whatever_its_hash_seed() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        for seed in ("1", "2")
    ]

    assert {run.stdout.strip() for run in runs} == {code_hash(compiled(SOURCE))}


def test_comments_docs_and_place_do_not_count() -> None:
    moved = compiled("\n\n# moved\n" + SOURCE.replace("Say it.", "Say it otherwise."))

    assert code_hash(moved) == code_hash(compiled(SOURCE))


def test_another_constant_name_or_inner_function_counts() -> None:
    sources = [
        SOURCE,
        SOURCE.replace("2.5", "3.5"),
        SOURCE.replace("east", "up"),
        SOURCE.replace("for y in", "for z in"),
    ]

    hashes = {code_hash(compiled(source)) for source in sources}

    assert len(hashes) == 4


def test_what_has_no_python_code_has_no_hash() -> None:
    assert code_hash(len) == ""
