"""What a person sees of a traceback and of a dump of all threads: the program's own frames."""

from __future__ import annotations

from jarvis_ctx.recovery.stacks import own_frames

LIB = "/usr/lib/python3.11"
OURS = f"{LIB}/site-packages/jarvis_ctx"
HUNG = f"""Fatal Python error: Aborted

Thread 0x01 (most recent call first):
  File "{LIB}/threading.py", line 331 in wait
  File "{LIB}/site-packages/apscheduler/schedulers/blocking.py", line 28 in _main_loop

Thread 0x02 (most recent call first):
  File "{OURS}/liveness/signals.py", line 88 in _hear
  File "{LIB}/threading.py", line 982 in run

Thread 0x03 (most recent call first):
  File "/home/me/jarvis_ctx/worker.py", line 3 in wait
  File "{LIB}/threading.py", line 982 in run

Current thread 0x04 (most recent call first):
  File "/home/me/hang.py", line 6 in assign_task
  File "{OURS}/attach/call.py", line 32 in __call__
  File "{OURS}/capture/claims.py", line 113 in _run
  File "/home/me/hang.py", line 9 in <module>

Extension modules: msgspec._core (total: 1)
"""


def test_a_dump_begins_with_the_main_thread_and_leaves_out_those_of_the_sidecar() -> None:
    lines = own_frames(HUNG)

    assert lines == [
        "Fatal Python error: Aborted",
        "",
        "Current thread 0x04 (most recent call first):",
        '  File "/home/me/hang.py", line 6 in assign_task',
        "  ... 2 frames of jarvis_ctx",
        '  File "/home/me/hang.py", line 9 in <module>',
        "",
        "Thread 0x03 (most recent call first):",
        '  File "/home/me/jarvis_ctx/worker.py", line 3 in wait',
        f'  File "{LIB}/threading.py", line 982 in run',
    ]


def test_a_thread_that_crashed_stands_before_the_main_thread_and_that_before_the_rest() -> None:
    crashed = "Current thread 0x02 (most recent call first):"
    heads = ["Thread 0x01 (most recent call first):", crashed, "Thread 0x03 (most recent call first):"]
    dump = "\n\n".join(f'{head}\n  File "/home/me/app.py", line 1 in f' for head in heads)

    lines = own_frames(f"Fatal Python error: Segmentation fault\n\n{dump}")

    assert [line for line in lines if "hread" in line] == [crashed, heads[2], heads[0]]


def test_a_tracebacks_frames_of_the_sidecar_are_one_line_with_their_source() -> None:
    trace = f"""Traceback (most recent call last):
  File "/home/me/exc.py", line 10, in <module>
    orchestrator.assign_task(task)
  File "{OURS}/attach/wrapping.py", line 41, in captured
    return around.run(manager, call)
           ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{OURS}/attach/call.py", line 32, in __call__
    self.result = self.function(*self.args)
  File "/home/me/exc.py", line 7, in assign_task
    raise RuntimeError("used up")
RuntimeError: used up"""

    lines = own_frames(trace)

    assert lines[2:5] == [
        "    orchestrator.assign_task(task)",
        "  ... 2 frames of jarvis_ctx",
        '  File "/home/me/exc.py", line 7, in assign_task',
    ]
    assert lines[-1] == "RuntimeError: used up"


def test_an_error_raised_within_the_sidecar_keeps_its_sentence() -> None:
    trace = f'Traceback (most recent call last):\n  File "{OURS}/attach/call.py", line 3, in f\n    raise E()\nE: no'

    lines = own_frames(trace)

    assert lines == ["Traceback (most recent call last):", "  ... 1 frame of jarvis_ctx", "E: no"]
