"""What the agents hand each other: plain dictionaries of JSON values, so that anything can keep or send them."""

from __future__ import annotations

from typing import Literal, TypedDict

Severity = Literal["ok", "note", "warning", "serious"]
SEVERITIES: tuple[Severity, ...] = ("ok", "note", "warning", "serious")
Status = Literal["blocked", "in_progress", "completed"]


class Task(TypedDict):
    """One piece of work: the review of one file, or the final report (then `file` is empty)."""

    id: str
    kind: Literal["review", "report"]
    file: str
    description: str


class Progress(TypedDict):
    """How far a task is; `percentage` runs from 0 to 100."""

    description: str
    status: Status
    percentage: int
    completed_subtasks: list[str]
    blockers: list[str]


class Metrics(TypedDict):
    """Numbers of one file; `hardest` names the function of greatest `complexity`, `longest` is in lines."""

    lines: int
    functions: int
    classes: int
    public: int
    documented: int
    complexity: int
    hardest: str
    longest: int


class Facts(TypedDict):
    """All that the agents found out about one file; `error` says why it does not parse, if it does not."""

    file: str
    module: str
    error: str | None
    metrics: Metrics
    imports: list[str]
    blockers: list[str]


class Decision(TypedDict):
    """How bad a file is, and why."""

    decision: str
    reasoning: str
    severity: Severity
    reasons: list[str]


class Review(TypedDict):
    """A review to be published in the file `effects`."""

    id: str
    effects: str
    severity: Severity
    reasons: list[str]
    facts: Facts


class Receipt(TypedDict):
    """Proof of publication: the size in bytes and a digest of the published line."""

    id: str
    bytes: int
    digest: str


class Reviewed(TypedDict):
    """What the review of one file leaves behind; the report is made of nothing else."""

    id: str
    severity: Severity
    reasons: list[str]
    facts: Facts
    receipt: Receipt


class Reported(TypedDict):
    """What the report leaves behind: its path, and how many reviews went in."""

    id: str
    report: str
    reviews: int


class Message(TypedDict):
    """What one agent told another."""

    sender: str
    recipient: str
    content: dict[str, str]
