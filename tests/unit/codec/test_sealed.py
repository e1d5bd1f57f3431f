"""What is sealed opens with its key in its own place, and nowhere and nothing else does."""

from __future__ import annotations

import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.codec.sealed import HEAD, NONCE, Seals, heading, key_of
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey

STORE = bytes(range(8))
OLD, NEW = key_of(b"o" * 32), key_of(b"n" * 32)
SEALS = Seals([OLD], STORE)
PLACE = ("event", "writer", b"[1,2")


@given(st.binary(max_size=200) | st.binary(min_size=4096, max_size=9000))
def test_what_is_sealed_opens_again(data: bytes) -> None:
    assert SEALS.open(SEALS.seal(data, *PLACE), "it", *PLACE) == data


def test_any_flipped_bit_is_refused() -> None:
    sealed = SEALS.seal(b"a short secret", *PLACE)

    opened = []
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            opened.append(SEALS.open(bytes(changed), "it", *PLACE))
        except (CorruptData, WrongEncryptionKey):
            pass
    assert opened == []


def test_what_is_cut_off_is_refused() -> None:
    sealed = SEALS.seal(b"a short secret", *PLACE)

    for length in range(len(sealed)):
        with pytest.raises(CorruptData):
            SEALS.open(sealed[:length], "it", *PLACE)


@pytest.mark.parametrize(
    "place", [("value", "writer", b"[1,2"), ("event", "other", b"[1,2"), ("event", "writer", b"[1,3"), ("event",)]
)
def test_what_was_sealed_for_another_place_is_refused(place: tuple[str, str, bytes]) -> None:
    sealed = SEALS.seal(b"data", *PLACE)

    with pytest.raises(CorruptData, match="made for another place"):
        SEALS.open(sealed, "it", *place)


def test_what_was_sealed_for_another_store_is_refused_though_the_key_is_the_same() -> None:
    sealed = Seals([OLD], b"87654321").seal(b"data", *PLACE)

    with pytest.raises(CorruptData, match="another store"):
        SEALS.open(sealed, "it", *PLACE)


def test_plain_data_is_refused() -> None:
    with pytest.raises(CorruptData, match="it is plain"):
        SEALS.open(b"data", "it", *PLACE)
    with pytest.raises(CorruptData, match="it is plain"):
        SEALS.open_json({"task": 1}, "it", *PLACE)


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = SEALS.seal(b"data", *PLACE)

    both = Seals([NEW, OLD], STORE)

    assert both.open(before, "it", *PLACE) == b"data"
    with pytest.raises(WrongEncryptionKey, match=NEW.id.hex()):
        SEALS.open(both.seal(b"data", *PLACE), "it", *PLACE)


class Nonces:
    """Stands in for the cipher, and remembers the nonces it is given: a million real seals would take long."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        self.seen.add(nonce)
        return b""


def test_each_purpose_and_writer_has_a_key_of_its_own() -> None:
    places = [(purpose, writer) for purpose in ("event", "checkpoint") for writer in ("writer 1", "writer 2")]

    sealed = {SEALS._cipher(OLD.id, *place).encrypt(bytes(NONCE), b"the same", b"") for place in places}

    assert len(sealed) == len(places)


def test_no_nonce_of_a_million_comes_twice() -> None:
    seals, nonces = Seals([OLD], STORE), Nonces()
    seals._cipher = lambda *place: nonces  # type: ignore[assignment]  # It need be no cache.

    for _ in range(1_000_000):
        seals.seal(b"", *PLACE)

    assert (len(nonces.seen), {len(nonce) for nonce in nonces.seen}) == (1_000_000, {NONCE})


def test_a_nonce_is_written_where_it_is_read() -> None:
    nonces = {SEALS.seal(b"", *PLACE)[HEAD : HEAD + NONCE] for _ in range(1_000)}

    assert len(nonces) == 1_000


def test_a_key_shows_neither_itself_nor_what_its_id_was_made_from() -> None:
    root = os.urandom(32)

    key = key_of(root)

    assert root.hex() not in repr(key)
    assert root[:8] != key.id


def test_sealed_json_says_which_key_and_store_it_needs() -> None:
    text = SEALS.seal_json(b'{"a":1}', *PLACE)

    assert heading(b'{"state":' + text) == (OLD.id.hex(), STORE)
    assert heading(b'{"a":1}') is None
    assert SEALS.open_json(msgspec.json.decode(text), "it", *PLACE) == b'{"a":1}'
