"""`jarvis-ctx doctor`: is everything well, and what to do where it is not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.wording import number

if TYPE_CHECKING:
    from rich.text import Text

    from jarvis_ctx.model.finding import Finding


@click.command()
@json_option
@source_options
def doctor(place: Place, as_json: bool) -> None:
    """Check the store and say what to do about what is wrong. Reads everything, changes nothing."""
    with place.source() as source:
        findings = source.doctor(os.environ)
    if as_json:
        print_json([msgspec.structs.asdict(finding) for finding in findings])
    else:
        print_findings(findings)
    if any(finding.level == "problem" for finding in findings):
        sys.exit(ExitCode.PROBLEMS)


def print_findings(findings: list[Finding]) -> None:
    """A table of them, and how it stands."""
    show(table(("", "Check", "Finding"), [_row(finding) for finding in findings]))
    show("\n" + summary(findings))


def _row(finding: Finding) -> tuple[Text, Text, Text]:
    said = text(finding.sentence)
    if finding.remedy:
        said.append("\n").append_text(text(f"-> {finding.remedy}", "italic"))
    return word(finding.level), text(finding.check), said


def summary(findings: list[Finding]) -> str:
    """How it stands, in a line."""
    problems = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if not problems and not warnings:
        return f"All {len(findings)} checks are well."
    return f"{number(problems, 'problem')}, {number(warnings, 'warning')} in {len(findings)} findings."
