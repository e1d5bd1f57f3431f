"""The editor makes the report: totals, the worst files with their reasons, import hubs, cycles, every file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..records import SEVERITIES, Reviewed
from .cycles import cycles
from .reviewer import documented_percent

WORST = 20
HUBS = 10


class Editor:
    """Writes for people; the same reviews give the same bytes, in whatever order they were made."""

    agent_id = "editor"
    role = "writes the report"

    def compose(self, title: str, reviews: Sequence[Reviewed]) -> str:
        """The report as Markdown."""
        ranked = sorted(reviews, key=_badness)
        sections = (
            [f"# Review of {title}"],
            _totals(ranked),
            ["## Worst files", *_worst(ranked[:WORST])],
            ["## Import hubs", *_hubs(ranked)],
            ["## Import cycles", *_cycles(ranked)],
            ["## Every file", *_table(sorted(reviews, key=lambda review: review["facts"]["file"]))],
        )
        return "\n\n".join("\n".join(section) for section in sections) + "\n"

    def write(self, path: Path, text: str) -> None:
        """Replace the file `path` as a whole: a reader sees the old report or the new one, never a part."""
        draft = path.with_name(path.name + ".draft")
        with draft.open("wb") as file:
            file.write(text.encode(errors="backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def _badness(review: Reviewed) -> tuple[int, int, int, str]:
    metrics = review["facts"]["metrics"]
    rank = SEVERITIES.index(review["severity"])
    return -rank, -metrics["complexity"], -metrics["lines"], review["facts"]["file"]


def _totals(reviews: Sequence[Reviewed]) -> list[str]:
    metrics = [review["facts"]["metrics"] for review in reviews]
    found = Counter(review["severity"] for review in reviews)
    size = ", ".join(f"{sum(item[key] for item in metrics)} {key}" for key in ("lines", "functions", "classes"))
    documented, public = sum(item["documented"] for item in metrics), sum(item["public"] for item in metrics)
    return [
        f"{len(reviews)} files with {size}; {documented} of {public} public names have a docstring.",
        "",
        *(f"- {severity}: {found[severity]}" for severity in reversed(SEVERITIES)),
    ]


def _worst(reviews: Sequence[Reviewed]) -> Iterator[str]:
    for review in reviews:
        yield f"- `{review['facts']['file']}`: {'; '.join(review['reasons']) or 'nothing to say'}"


def _hubs(reviews: Sequence[Reviewed]) -> Iterator[str]:
    users = Counter(module for review in reviews for module in review["facts"]["imports"])
    for module, count in sorted(users.items(), key=lambda hub: (-hub[1], hub[0]))[:HUBS]:
        yield f"- `{module}` is imported by {count} files"


def _cycles(reviews: Sequence[Reviewed]) -> Iterator[str]:
    graph = {review["facts"]["module"]: review["facts"]["imports"] for review in reviews}
    rings = cycles(graph)
    yield from (f"- {', '.join(f'`{module}`' for module in ring)}" for ring in rings)
    if not rings:
        yield "None."


def _table(reviews: Sequence[Reviewed]) -> Iterator[str]:
    yield "| file | severity | lines | complexity | documented | published as |"
    yield "|---|---|---:|---:|---:|---|"
    for review in reviews:
        metrics = review["facts"]["metrics"]
        cells = (
            f"`{review['facts']['file']}`",
            review["severity"],
            str(metrics["lines"]),
            str(metrics["complexity"]),
            f"{documented_percent(metrics)}%",
            f"`{review['receipt']['digest']}`",
        )
        yield f"| {' | '.join(cells)} |"
