"""The same code review, whose files are reviewed in worker processes instead of threads."""

from __future__ import annotations

from typing import Any

from .crew import Crew
from .orchestrator import CodeReview
from .records import Reviewed, Task


class CrewedReview(CodeReview):
    """A `CodeReview` whose `threads` are as many processes, half of them forked and half of them spawned."""

    def _review_all(self, tasks: list[Task]) -> list[Reviewed]:
        work: Any = self.assign_task  # Each of these tasks is a review, so that is what it gives.
        with Crew(work, self.threads) as crew:
            return crew.do(tasks)
