"""The token is shown to nobody, and an address is only an address."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from jarvis_ctx.client import AsyncContextClient, ContextClient, Patience
from jarvis_ctx.client.access import Token, address
from jarvis_ctx.errors import BadValue, ServerUnreachable

SECRET = "jctx_the-very-token"


def test_the_token_is_in_no_repr_message_or_cause() -> None:
    with (
        ContextClient("http://127.0.0.1:1", SECRET, Patience(attempts=1)) as client,
        pytest.raises(ServerUnreachable) as caught,
    ):
        client.status()

    error = caught.value
    said = [repr(client), repr(vars(client)), str(error), repr(error), repr(error.facts), repr(error.__cause__)]
    assert [text for text in said if SECRET in text] == []
    assert str(error).startswith("http://127.0.0.1:1 does not answer: ")


@pytest.mark.parametrize("store", [pickle.dumps, repr])
def test_a_token_is_neither_stored_nor_shown(store: Callable[[object], object]) -> None:
    try:
        kept = store(Token(SECRET))
    except TypeError:
        kept = ""

    assert SECRET not in str(kept)


@pytest.mark.parametrize("word", ["", "two words", "line\nInjected: header", "naïve"])
def test_what_can_be_no_token_is_refused_without_repeating_it(word: str) -> None:
    with pytest.raises(BadValue, match=r"token is '\.\.\.'"):
        Token(word)


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:3004", "ftp://host", "http://", "http://h:99999", "http://h/api", "http://h?x=1", "http://h#x"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadValue, match="expected an address like http"):
        address(url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadValue) as caught:
        address("http://me:pass-word@127.0.0.1:3004")

    assert "pass-word" not in str(caught.value)


def test_an_address_is_kept_as_it_is_written_without_its_last_slash() -> None:
    assert address("http://127.0.0.1:3004/") == "http://127.0.0.1:3004"
    assert address("https://[::1]:8443") == "https://[::1]:8443"


@pytest.mark.parametrize("client", [ContextClient, AsyncContextClient])
def test_no_client_is_made_of_a_wrong_token(client: type[ContextClient]) -> None:
    with pytest.raises(BadValue, match="token"):
        client("http://127.0.0.1:3004", "")
