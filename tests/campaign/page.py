"""docs/reliability.md, into which commands write their figures: each has a section between two markers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def write(section: str, lines: Iterable[str], page: Path = PAGE) -> None:
    """Replace what stands between `<!-- section -->` and `<!-- /section -->`. Raises `ValueError` without these."""
    begin, end = f"<!-- {section} -->", f"<!-- /{section} -->"
    before, opened, rest = page.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"{page} has no section {section!r}")
    page.write_text(before + "\n".join([begin, *lines, end]) + after, "utf-8")
