"""Reviews a package from the command line: `python -m examples.code_review [PATH]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from .crewed import CrewedReview
from .options import at_least_one, folder, seconds, share
from .orchestrator import CodeReview
from .package import standard_library


def main(arguments: list[str] | None = None) -> int:
    """Review, and print where the report is; 0 when all went well."""
    options = parser().parse_args(arguments)
    kind, at_a_time = (CrewedReview, options.workers) if options.workers else (CodeReview, options.threads)
    files = (options.limit, options.share)
    review = kind(options.path, options.effects, options.report, at_a_time, options.pace, *files)
    report = review.run()
    found = Counter(item["severity"] for item in review.reviews)
    print(f"{len(review.reviews)} files reviewed, {found['serious']} of them serious: {report}")
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.code_review", description="Review a Python package.")
    parser.add_argument("path", nargs="?", type=folder, default=standard_library(), help="default: standard library")
    parser.add_argument("--effects", type=Path, default=Path("published.jsonl"), help="one line a published review")
    parser.add_argument("--report", type=Path, default=Path("review.md"), help="the report, in Markdown")
    parser.add_argument("--threads", type=at_least_one, default=8, help="files under review at a time")
    parser.add_argument("--workers", type=at_least_one, help="so many at a time, in processes instead of threads")
    parser.add_argument("--pace", type=seconds, default=0.002, help="seconds an agent thinks over a subtask")
    parser.add_argument("--limit", type=at_least_one, default=None, help="review only so many files, evenly spread")
    parser.add_argument("--share", type=share, default=(1, 1), metavar="K/N", help="review only the K-th of N shares")
    return parser


if __name__ == "__main__":
    sys.exit(main())
