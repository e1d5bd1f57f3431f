"""Reviews the package again and again with jarvis-ctx attached, and notes how long captured calls take.

`python -m tests.soak.worker FOLDER [--once]`: each review is a *cycle* with files of its own in the folder. With
`--once` the process ends cleanly after a cycle, and the next start begins the next one.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import psutil

from examples.code_review import attached  # noqa: F401 - attaches the sidecar
from examples.code_review.orchestrator import CodeReview
from examples.code_review.package import standard_library
from jarvis_ctx import context_of
from tests.soak.workplace import Notes, Place


def main(given: list[str]) -> int:
    """Work through one cycle, or through cycles until somebody ends the process."""
    options = _parser().parse_args(given)
    place = Place(options.folder)
    notes = Notes(place.notes)
    place.through.unlink(missing_ok=True)
    CodeReview.update_task_progress = notes.around(CodeReview.update_task_progress)  # type: ignore[method-assign]
    while True:
        cycle = place.cycle
        files = (place.effects(cycle), place.report(cycle))
        review = CodeReview(standard_library(), *files, options.threads, options.pace, options.limit)
        notes.write(cycle=cycle, seconds=time.time() - psutil.Process().create_time(), processor=time.process_time())
        review.run()
        if options.once:
            _end_run(place, review)
        place.end(cycle)
        if options.once:
            place.through.unlink()
            return 0


def _end_run(place: Place, review: CodeReview) -> None:
    """End the run before the cycle: a death in between would begin either the old cycle or the next with old results.

    While `through` stands, nobody is to kill us.
    """
    place.through.touch()
    context = context_of(review)
    assert context is not None
    context.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.worker", description=__doc__)
    parser.add_argument("folder", type=Path, help="where its files are; the store is told by the environment")
    parser.add_argument("--once", action="store_true", help="end cleanly after a cycle")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--pace", type=float, default=0.1)
    parser.add_argument("--limit", type=int, default=None)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
