"""A traceback or a dump of all threads as a person reads it: the program's own frames, not the sidecar's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarvis_ctx.liveness.own_words import is_of_package
from jarvis_ctx.recovery.wording import number

FRAME = re.compile(r'(?P<indent>[ |]*)File "(?P<path>[^"]+)", line \d+')
THREAD = re.compile(r"(Current )?[Tt]hread .*\(most recent call first\):")
INSTALLED = re.compile(r".*[\\/](site|dist)-packages[\\/]")
STANDARD = re.compile(r"<frozen |.*[\\/]lib(64)?[\\/]python3[^\\/]*[\\/]", re.IGNORECASE)


def own_frames(trace: str) -> list[str]:
    """The lines of a traceback, or of faulthandler's dump, that tell of the program.

    Frames of jarvis_ctx that follow each other are one line that counts them. In a dump the thread that took the signal
    comes first, then the main thread; threads of which nothing but jarvis_ctx and its scheduler is seen are left out,
    as is the list of extension modules.
    """
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", trace.rstrip()) if block.strip()]
    if not any(THREAD.match(block[0]) for block in blocks):
        return list(_folded(trace.rstrip().splitlines()))
    lines: list[str] = []
    for block in _in_order(blocks):
        lines += [*([""] if lines else []), *_folded(block)]
    return lines


def _in_order(blocks: list[list[str]]) -> Iterator[list[str]]:
    threads = [block for block in blocks if THREAD.match(block[0])]
    current = [block for block in threads if block[0].startswith("Current")]
    others = [block for block in threads if block not in current]
    if not current or threads[-1] is not current[-1]:
        current.append(others.pop())  # The dump ends with the main thread.
    first = blocks.index(threads[0])
    yield from blocks[:first]
    yield from current
    yield from (block for block in others if not _is_the_sidecars(block))
    yield from (b for b in blocks[first:] if b not in threads and not b[0].startswith("Extension modules:"))


def _is_the_sidecars(block: list[str]) -> bool:
    """Whether all that a thread runs, but for the standard library, is jarvis_ctx or the scheduler it brings."""
    paths = [found["path"] for line in block if (found := FRAME.match(line))]
    rest = [path for path in paths if INSTALLED.match(path) or not STANDARD.match(path)]
    return bool(rest) and all(
        is_of_package(path) or re.search(r"-packages[\\/]apscheduler[\\/]", path) for path in rest
    )


def _folded(lines: list[str]) -> Iterator[str]:
    run, indent, ours = 0, "", False
    for line in lines:
        frame = FRAME.match(line)
        if frame is None and ours and line.startswith((f"{indent}  ", f"{indent}[")):
            continue  # The source of a frame that is left out.
        ours = frame is not None and is_of_package(frame["path"])
        if frame is not None and ours:
            run, indent = run + 1, frame["indent"]
            continue
        yield from _count(run, indent)
        run = 0
        yield line
    yield from _count(run, indent)


def _count(run: int, indent: str) -> Iterator[str]:
    if run:
        yield f"{indent}... {number(run, 'frame')} of jarvis_ctx"
