"""Who has gone into the background is told from a helper that ends a moment after its program."""

from __future__ import annotations

import os

import pytest

from jarvis_ctx.supervisor import background


def test_a_helper_that_ends_a_moment_later_is_no_word_worth() -> None:
    looks = iter([[4711], [4711], []])

    assert background.gone_on(lambda: next(looks), lambda: None, lambda: False, "") == ""


def test_a_supervisor_that_is_to_end_waits_for_nobody() -> None:
    assert background.gone_on(lambda: [4711], lambda: None, lambda: True, "") == ""


def test_who_goes_on_is_named_and_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AFTERWARDS", 0.0)

    said = background.gone_on(lambda: [2**22 + 1, os.getpid()], lambda: None, lambda: False, "")

    assert said.startswith(f" Process {os.getpid()} (")
    assert ") and 1 other, left in the background, cannot be watched there and are ended, too: " in said
