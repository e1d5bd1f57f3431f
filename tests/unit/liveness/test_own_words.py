"""A line of stderr is ours only where that is sure."""

from __future__ import annotations

import pytest

from jarvis_ctx.liveness.own_words import is_ours


@pytest.mark.parametrize(
    "line",
    [
        "jarvis_ctx: Draining pauses",
        "WARNING:jarvis_ctx:Draining pauses",
        "2026-11-21 09:30:12,345 WARNING jarvis_ctx Draining pauses",
        "2026-11-21 09:30:12,345 - jarvis_ctx - WARNING - Draining pauses",
        "2026-11-21 09:30:12,345 - WARNING - jarvis_ctx - Draining pauses",
        "[WARNING] jarvis_ctx: Draining pauses",
        "09:30 [ERROR   ] [jarvis_ctx] Draining pauses",
        "09:30 | jarvis_ctx | ERROR | Draining pauses",
    ],
)
def test_what_the_usual_formats_make_of_our_log_is_ours(line: str) -> None:
    assert is_ours(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ValueError: no ink",
        "ERROR: jarvis_ctx is not installed",
        "INFO:letters:uses jarvis_ctx: yes",
        "WARNING:letters.jarvis_ctx:of the program's own",
        '  File "/srv/jarvis_ctx/journal/drain.py", line 7, in wait',
        "jarvis_ctx.errors.fences.Fenced: a newer run has begun",
        "ModuleNotFoundError: No module named 'jarvis_ctx'",
    ],
)
def test_what_the_program_says_is_its_own(line: str) -> None:
    assert not is_ours(line)
