"""Why a run died, by the evidence it left: the strongest is believed, and nothing is made up."""

from __future__ import annotations

import msgspec
import pytest

from jarvis_ctx.liveness.causes import Remains, find_cause
from jarvis_ctx.liveness.supervised import Death
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord

RUN = RunRecord(
    id=RunId("jarvis.1"),
    name="jarvis",
    epoch=1,
    writer=WriterId("w1"),
    process=ProcessIdentity(host="here", pid=7, created=0.0, boot_id="boot 1"),
    started=0,
    chain=RunId("jarvis.1"),
)
NOTHING = Remains(run=RUN, exception=None, fault_dump="", host="here", boot_id="boot 1")
ERROR = {"type": "builtins.KeyError", "message": "'x'", "traceback": "Traceback ..."}
DUMP = "Fatal Python error: Segmentation fault\n\nThread 0x1 (most recent call first):\n"


@pytest.mark.parametrize(
    ("left", "cause", "said"),
    [
        ({}, "killed", "kill -9"),
        ({"exception": ERROR}, "exception", "exception, KeyError: 'x'"),
        (
            {"exception": {**ERROR, "message": "Nothing left."}},
            "exception",
            "exception, KeyError: Nothing left.",
        ),
        ({"fault_dump": DUMP}, "fatal-signal", "Fatal Python error: Segmentation fault"),
        ({"fault_dump": "\n \n"}, "killed", "kill -9"),
        ({"boot_id": "boot 2"}, "power-loss", "was restarted"),
        ({"host": "there", "boot_id": "boot 2"}, "unknown", "another machine (here)"),
        ({"boot_id": ""}, "killed", "kill -9"),
        ({"exception": ERROR, "fault_dump": DUMP, "boot_id": "boot 2"}, "exception", "KeyError"),
        ({"fault_dump": DUMP, "boot_id": "boot 2"}, "fatal-signal", "Segmentation"),
    ],
)
def test_the_strongest_evidence_is_believed(left: dict[str, object], cause: str, said: str) -> None:
    found = find_cause(msgspec.structs.replace(NOTHING, **left))

    assert found.cause == cause
    assert said in found.sentence
    assert ".." not in found.sentence


def test_an_exception_of_a_run_that_ended_otherwise_is_not_its_cause() -> None:
    ended = msgspec.structs.replace(RUN, ended=5, ending="closed")

    assert find_cause(msgspec.structs.replace(NOTHING, run=ended, exception=ERROR)).cause == "killed"


SEEN = Death(process=RUN.process, runs={}, began=1, ended=2, how="signal", sentence="By a signal.", signal="SIGKILL")


@pytest.mark.parametrize(
    ("left", "seen", "cause", "said"),
    [
        ({}, {}, "killed", "By a signal."),
        ({}, {"signal": "SIGBUS"}, "fatal-signal", "By a signal."),
        ({"fault_dump": DUMP}, {"signal": "SIGSEGV", "core": True}, "fatal-signal", "fault). It left a core."),
        ({}, {"how": "oom-killed"}, "oom-killed", "By a signal."),
        ({"fault_dump": DUMP}, {"how": "hang"}, "hang", "By a signal."),
        ({"exception": ERROR}, {"how": "memory-limit"}, "memory-limit", "By a signal."),
        ({"exception": ERROR}, {}, "killed", "By a signal."),
        ({"exception": ERROR}, {"how": "exit", "signal": "", "exit_code": 1}, "exception", "KeyError"),
        ({}, {"how": "exit", "signal": "", "exit_code": 7, "sentence": "Code 7."}, "exited", "Code 7."),
        (
            {},
            {"how": "clean", "signal": "", "exit_code": 0, "sentence": "Code 0."},
            "exited",
            "Code 0 without ending its",
        ),
        ({}, {"how": "unseen", "signal": ""}, "unknown", "By a signal."),
        ({"boot_id": "boot 2"}, {"how": "stopped"}, "stopped", "By a signal."),
    ],
)
def test_what_a_supervisor_has_seen_is_believed(
    left: dict[str, object], seen: dict[str, object], cause: str, said: str
) -> None:
    death = msgspec.structs.replace(SEEN, **seen)

    found = find_cause(msgspec.structs.replace(NOTHING, seen=death, **left))

    assert found.cause == cause
    assert said in found.sentence
    assert death.evidence.items() <= found.evidence.items()


def test_a_supervisor_that_was_killed_first_is_named() -> None:
    alone = msgspec.structs.replace(NOTHING, left_alone=RUN.process)

    found = find_cause(alone)

    assert (found.cause, "process 7, was killed" in found.sentence) == ("supervisor-killed", True)
    assert find_cause(msgspec.structs.replace(alone, boot_id="boot 2")).cause == "power-loss"


def test_a_process_that_became_another_program_was_not_killed() -> None:
    replaced = msgspec.structs.replace(NOTHING, lives=True, replaced=True)

    found = find_cause(replaced)

    assert (found.cause, found.explained) == ("replaced", False)
    assert "process 7 became another program" in found.sentence
    assert find_cause(msgspec.structs.replace(replaced, exception=ERROR)).cause == "exception"


def test_the_evidence_goes_with_the_cause() -> None:
    assert find_cause(msgspec.structs.replace(NOTHING, exception=ERROR)).evidence == ERROR
    assert find_cause(msgspec.structs.replace(NOTHING, fault_dump=DUMP)).evidence == {"stacks": DUMP}
    assert find_cause(msgspec.structs.replace(NOTHING, boot_id="boot 2")).evidence == {
        "boot_id_then": "boot 1",
        "boot_id_now": "boot 2",
    }


def test_only_a_power_loss_and_a_wish_to_end_blame_no_task() -> None:
    explained = [
        find_cause(msgspec.structs.replace(NOTHING, **left)).explained
        for left in (
            {},
            {"exception": ERROR},
            {"fault_dump": DUMP},
            {"boot_id": "boot 2"},
            {"seen": msgspec.structs.replace(SEEN, how="stopped")},
        )
    ]

    assert explained == [False, False, False, True, True]
