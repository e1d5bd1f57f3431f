"""A line of stderr is ours only where that is sure."""

from __future__ import annotations

import site

import pytest

from jarvis_ctx.liveness.own_words import PACKAGE, TRACEBACK, OwnWords, is_ours


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


FRAME = [f'  File "{PACKAGE}/journal/drain.py", line 7, in wait', "    raise OSError", "    ^^^^^^^^^^^^^"]
FLASK = [f'  File "{site.getsitepackages()[0]}/flask/app.py", line 7, in full_dispatch_request', "    return f()"]
PROGRAM = ['  File "/srv/letters.py", line 3, in <module>', "    main()"]
AGAIN = ["", "During handling of the above exception, another exception occurred:", "", TRACEBACK]
OURS = "ERROR:jarvis_ctx:Draining pauses"


@pytest.mark.parametrize(
    "trace",
    [
        [TRACEBACK, *FRAME, "OSError: no room"],
        [TRACEBACK, *FLASK, "OSError: no room"],
        [TRACEBACK, *FRAME, "KeyError: 1", *AGAIN, *PROGRAM, "OSError: no room"],
        [TRACEBACK, *FRAME, "KeyError: 1", OURS, TRACEBACK, *FRAME, "OSError: no room"],
    ],
)
def test_a_traceback_that_we_logged_is_ours(trace: list[str]) -> None:
    words = OwnWords()

    kept = [line for said in ("out of ink", OURS, *trace, "out of paper") for line in words.kept(said)]

    assert kept == ["out of ink", "out of paper"]


@pytest.mark.parametrize(
    "said",
    [
        [TRACEBACK, *PROGRAM, "OSError: no room"],
        [TRACEBACK, *PROGRAM, *FRAME, "OSError: no room"],
        [TRACEBACK, "what is this?", *FRAME],
        ["and", TRACEBACK, *FRAME, "OSError: no room"],
    ],
)
def test_what_the_program_died_of_is_its_own_though_we_spoke_last(said: list[str]) -> None:
    words = OwnWords()

    kept = [line for each in (OURS, *said) for line in words.kept(each)]

    assert kept == said
