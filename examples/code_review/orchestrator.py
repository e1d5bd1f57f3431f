"""The orchestrator: plans the review of a package, and leads its agents through it over a pool of threads."""

from __future__ import annotations

import time
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from . import progress
from .agents import Dependencies, Editor, MetricsAgent, Parser, Reviewer
from .agents.parser import FILENAME
from .effects import mend, publish
from .package import Package
from .records import Decision, Facts, Message, Progress, Receipt, Reported, Review, Reviewed, Task

INBOX = 100


class CodeReview:
    """Reviews every file of the package at `root`, publishes each review in `effects`, and writes `report`.

    `threads` files are under review at a time. `pace` is the time in seconds that an agent thinks over a subtask,
    and stands for a call of a model. `limit` and `share` review only a part of the files, as `Package` says.
    """

    def __init__(
        self,
        root: str | Path,
        effects: str | Path,
        report: str | Path,
        threads: int = 8,
        pace: float = 0.002,
        limit: int | None = None,
        share: tuple[int, int] = (1, 1),
    ) -> None:
        self.package = Package(Path(root), limit, share)
        self.effects = str(Path(effects).absolute())
        self.report = Path(report).absolute()
        self.threads = threads
        self.pace = pace
        self.agents: dict[str, str] = {}
        self.inboxes: dict[str, deque[Message]] = {}
        self.board: dict[str, Progress] = {}
        self.reviews: list[Reviewed] = []
        self.parser, self.metrics, self.reviewer, self.editor = Parser(), MetricsAgent(), Reviewer(), Editor()
        self.dependencies = Dependencies(self.package)
        for agent in (self.parser, self.metrics, self.dependencies, self.reviewer, self.editor):
            self.register_agent(agent.agent_id, agent.role)
        mend(self.effects)

    def run(self) -> str:
        """Review everything that was planned, write the report, and return the path of the report."""
        *reviews, report = self.plan()
        waiting = [task["id"] for task in reviews]
        self.update_task_progress(report["id"], progress.of_report(report, "blocked", 0, waiting))
        with warnings.catch_warnings():
            # The compiler's opinion of the reviewed code is not ours to print.
            warnings.filterwarnings("ignore", module=FILENAME)
            self.reviews = self._review_all(reviews)
        self.assign_task(report)
        self.update_task_progress(report["id"], progress.of_report(report, "completed", 2, []))
        return str(self.report)

    def plan(self) -> list[Task]:
        """One task a file, sorted, and the report at last."""
        tasks: list[Task] = [
            {"id": f"review:{file}", "kind": "review", "file": file, "description": f"Review {file}"}
            for file in self.package.files
        ]
        return [*tasks, {"id": "report", "kind": "report", "file": "", "description": "Write the report"}]

    def register_agent(self, agent_id: str, role: str) -> None:
        """Let an agent take part."""
        self.agents[agent_id] = role
        self.inboxes[agent_id] = deque(maxlen=INBOX)

    def assign_task(self, task: Task) -> Reviewed | Reported:
        """Do one task from beginning to end, and return what it leaves behind."""
        return self._write_report(task) if task["kind"] == "report" else self._review(task)

    def update_task_progress(self, task_id: str, progress: Progress) -> None:
        """Remember how far a task is."""
        self.board[task_id] = progress

    def send_message(self, sender: str, recipient: str, content: dict[str, str]) -> None:
        """Put a message into the recipient's inbox, which keeps the last 100."""
        self.inboxes[recipient].append({"sender": sender, "recipient": recipient, "content": content})

    def decide_severity(self, task_id: str, facts: Facts) -> Decision:
        """Have the reviewer judge a file, and tell the editor."""
        decision = self.reviewer.decide(facts)
        self.send_message("reviewer", "editor", {"task": task_id, "severity": decision["severity"]})
        return decision

    def publish_review(self, review: Review) -> Receipt:
        """Show the review to the world; there is no taking it back, and a second call publishes it twice."""
        return publish(review)

    def _review_all(self, tasks: list[Task]) -> list[Reviewed]:
        """All reviews in the order of the tasks; the first that fails stops those not begun yet."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="review") as pool:
            futures = [pool.submit(self.assign_task, task) for task in tasks]
            try:
                return [cast(Reviewed, future.result()) for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _review(self, task: Task) -> Reviewed:
        facts = self._examine(task)
        decision = self.decide_severity(task["id"], facts)
        self._finished(task, "decide", facts["blockers"])
        severity, reasons = decision["severity"], decision["reasons"]
        receipt = self.publish_review(
            {"id": task["id"], "effects": self.effects, "severity": severity, "reasons": reasons, "facts": facts}
        )
        self._finished(task, "publish", [])
        return {"id": task["id"], "severity": severity, "reasons": reasons, "facts": facts, "receipt": receipt}

    def _examine(self, task: Task) -> Facts:
        file = task["file"]
        outline = self.parser.parse(self.package.path(file))
        if outline.error:
            self.send_message("parser", "reviewer", {"task": task["id"], "error": outline.error})
        self._finished(task, "parse", [])
        metrics = self.metrics.measure(outline)
        self._finished(task, "metrics", [])
        imports, blockers = self.dependencies.imports(file), self.dependencies.blockers(file)
        for blocker in blockers:
            self.send_message("dependencies", "reviewer", {"task": task["id"], "blocker": blocker})
        self._finished(task, "imports", blockers)
        return {
            "file": file,
            "module": self.package.module(file),
            "error": outline.error,
            "metrics": metrics,
            "imports": imports,
            "blockers": blockers,
        }

    def _finished(self, task: Task, subtask: str, blockers: list[str]) -> None:
        time.sleep(self.pace)
        self.update_task_progress(task["id"], progress.after(task, subtask, blockers))

    def _write_report(self, task: Task) -> Reported:
        if len(self.reviews) != len(self.package.files):
            raise RuntimeError(f"the report needs {len(self.package.files)} reviews, {len(self.reviews)} are made")
        text = self.editor.compose(self.package.name, self.reviews)
        self.update_task_progress(task["id"], progress.of_report(task, "in_progress", 1, []))
        self.editor.write(self.report, text)
        return {"id": task["id"], "report": str(self.report), "reviews": len(self.reviews)}
