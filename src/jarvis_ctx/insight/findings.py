"""Findings as the checks write them down."""

from __future__ import annotations

from jarvis_ctx.model.finding import Finding


def ok(check: str, sentence: str) -> Finding:
    return Finding(check=check, level="ok", sentence=sentence)


def warning(check: str, sentence: str, remedy: str) -> Finding:
    return Finding(check=check, level="warning", sentence=sentence, remedy=remedy)


def problem(check: str, sentence: str, remedy: str) -> Finding:
    return Finding(check=check, level="problem", sentence=sentence, remedy=remedy)
