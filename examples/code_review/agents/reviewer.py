"""The reviewer decides how bad a file is, and gives its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..records import SEVERITIES, Decision, Facts, Metrics, Severity


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A number of a file, from where on it is how bad (worst first), and the sentence that says so."""

    value: Callable[[Metrics], int]
    limits: tuple[tuple[int, Severity], ...]
    sentence: str


RULES = (
    Rule(
        value=lambda metrics: metrics["complexity"],
        limits=((50, "serious"), (25, "warning"), (12, "note")),
        sentence="{hardest} has a complexity of {value}",
    ),
    Rule(
        value=lambda metrics: metrics["longest"],
        limits=((300, "warning"), (120, "note")),
        sentence="its longest function has {value} lines",
    ),
    Rule(
        value=lambda metrics: metrics["lines"],
        limits=((3000, "warning"), (1200, "note")),
        sentence="it has {value} lines",
    ),
    Rule(
        value=lambda metrics: 100 - documented_percent(metrics) if metrics["public"] > 4 else 0,
        limits=((90, "warning"), (60, "note")),
        sentence="{value}% of its public names have no docstring",
    ),
)


class Reviewer:
    """Judges by the rules above: the worst of them decides, all that apply are given as reasons."""

    agent_id = "reviewer"
    role = "decides how bad a file is"

    def decide(self, facts: Facts) -> Decision:
        """The severity of one file; a file that does not parse is serious, a missing or cyclic import a warning."""
        findings = list(_findings(facts))
        severity = SEVERITIES[max((SEVERITIES.index(level) for level, _ in findings), default=0)]
        reasons = [f"{level}: {reason}" for level, reason in findings]
        return {
            "decision": f"publish {facts['file']} as {severity}",
            "reasoning": "; ".join(reasons) or "no rule applies",
            "severity": severity,
            "reasons": reasons,
        }


def documented_percent(metrics: Metrics) -> int:
    """How much of what is public has a docstring, 0 to 100, rounded down."""
    return 100 * metrics["documented"] // metrics["public"]


def _findings(facts: Facts) -> Iterator[tuple[Severity, str]]:
    if facts["error"]:
        yield "serious", f"it {facts['error']}"
    for blocker in facts["blockers"]:
        yield "warning", f"it {blocker}"
    for rule in RULES:
        value = rule.value(facts["metrics"])
        for limit, severity in rule.limits:
            if value >= limit:
                yield severity, rule.sentence.format(value=value, hardest=facts["metrics"]["hardest"])
                break
