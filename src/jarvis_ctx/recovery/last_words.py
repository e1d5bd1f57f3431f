"""What is left of a death to be read: the growth before it, the stacks or the traceback, the last lines of stderr."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.model.run import CauseOfDeath
from jarvis_ctx.recovery.stacks import own_frames
from jarvis_ctx.recovery.wording import one_line, wrap

TRACE_LINES, STDERR_LINES = 14, 8
STDERR_WIDTH = 200


def last_words(cause: CauseOfDeath, width: int) -> Iterator[str]:
    """The evidence as lines of text; the JSON report has all of it."""
    evidence = cause.evidence
    if evidence.get("growth"):
        yield from wrap(str(evidence["growth"]), width)
    yield from _trace(str(evidence.get("traceback") or evidence.get("stacks") or "").rstrip(), cause)
    stderr = evidence.get("stderr") or []
    if stderr and "traceback" not in evidence:  # Else its last lines are that traceback, once more.
        yield ""
        yield "  The last it wrote to stderr:"
        yield from (f"    {one_line(str(line), STDERR_WIDTH)}".rstrip() for line in stderr[-STDERR_LINES:])


def _trace(trace: str, cause: CauseOfDeath) -> Iterator[str]:
    if not trace:
        return
    yield ""
    lines, whole = own_frames(trace), len(trace.splitlines())
    if len(lines) > TRACE_LINES:
        lines = lines[-TRACE_LINES:] if cause.cause == "exception" else lines[:TRACE_LINES]
    if len(lines) < whole:
        yield f"    ({len(lines)} of {whole} lines; all of them are in the JSON)"
    yield from (f"    {line}".rstrip() for line in lines)
