"""What is a secret, and that everything else stays as it is."""

from __future__ import annotations

import re
import string
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.secret_names import NAMES
from tests.planted_secrets import PLANTED, PROBE, SECRETS

REDACTION = Redaction()
DOCUMENTED = Path(__file__).parents[3] / "docs" / "secrets.md"
ORDINARY = st.text(string.ascii_letters + string.digits + " .,!?()\n'äß猫", max_size=80)


@pytest.mark.parametrize("planted", PLANTED, ids=range(len(PLANTED)))
def test_a_planted_secret_is_not_shown(planted: Any) -> None:
    shown = repr(REDACTION(planted))

    assert "[redacted]" in shown
    assert not PROBE.search(shown)


@given(before=ORDINARY, secret=st.sampled_from(SECRETS), after=ORDINARY)
def test_a_secret_is_found_wherever_it_stands_in_a_text(before: str, secret: str, after: str) -> None:
    shown = REDACTION.text(f"{before} {secret} {after}")

    assert not PROBE.search(shown)
    assert shown.startswith(f"{before} ")


@given(
    st.recursive(
        ORDINARY | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text("abcxyz_"), inner)
    )
)
def test_what_holds_no_secret_comes_back_equal(value: Any) -> None:
    assert REDACTION(value) == value


@given(st.text(), st.sampled_from(SECRETS), st.text("=:'\"\\ \n-<>[]{}token", max_size=20))
def test_what_was_redacted_is_not_redacted_again(before: str, secret: str, after: str) -> None:
    once = REDACTION.text(before + secret + after)

    assert REDACTION.text(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=500 and 17 tokens: fine",
        "def login(user: str, password: str) -> None",
        "the bearer certificates are with the secretary: Joe",
        "risk-assessment-of-something1234567",
        "https://example.org:8080/path?page=2",
        "token_count: 3, token: 17",
        "password=None",
        "the author of the key idea = Anna",
    ],
)
def test_text_that_only_speaks_of_such_things_stays(text: str) -> None:
    assert REDACTION.text(text) == text


def test_containers_and_records_keep_their_types() -> None:
    value = {"a": ({"x"}, [b"Bearer 1234567890abc"], Path("/srv/x")), "when": datetime(2026, 11, 21), "token": 17}

    shown = REDACTION(value)

    assert shown == {**value, "a": ({"x"}, [b"Bearer [redacted]"], Path("/srv/x"))}


def test_names_can_be_added() -> None:
    more = Redaction("session_id, PIN")

    assert more({"SESSION-ID": "a b", "pins": [1], "pin_code": 2}) == {
        "SESSION-ID": "[redacted]",
        "pins": "[redacted]",
        "pin_code": 2,
    }
    assert more.text("pin: 1234, spin") == "pin: [redacted] spin"


def test_every_name_is_documented() -> None:
    listed = DOCUMENTED.read_text("utf-8").partition("is passed over):")[2].partition("and those that")[0]
    documented = re.findall(r"`([a-z ]+)`", listed)

    assert sorted(documented) == sorted(NAMES)


def test_a_long_text_without_secrets_is_done_with_at_once() -> None:
    hostile = "".join((part * 20_000) for part in ("-", "password", '\\"', "http://", "eyJaaaaaa.", "sk-a", "="))

    assert REDACTION.text(hostile) == REDACTION.text(REDACTION.text(hostile))
