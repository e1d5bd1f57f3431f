"""No value of an object's state comes back as another, stops a call, or runs anything when it is read."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.capture.state_values import JSON, PICKLE, PURPOSE, Seal, as_bytes, why
from jarvis_ctx.codec import exact, pickled, sign
from jarvis_ctx.errors import CorruptData, NotOurs, TooLarge, UnstorableValue
from tests.unit.codec import canary
from tests.unit.codec.hostile import REFUSED, STORED
from tests.unit.codec.malicious import PICKLES
from tests.unit.codec.sameness import fingerprint

KEY = sign.Key(secret=b"k" * 32)
LIMIT = 64 * 1024 * 1024
PLACE = ("run", "Orchestrator", 1, "queue")


def sealed(data: bytes, key: sign.Key = KEY, purpose: str = PURPOSE, place: tuple[Any, ...] = PLACE) -> dict[str, Any]:
    """A pickled field as somebody with this key would write it."""
    header = Seal(key, "jarvis")._header(place)
    return {"key": key.id, "mac": sign.mac(key, purpose, header, data), "data": exact.to_tree(data)}


def kept_or_refused(value: object) -> tuple[Any, str]:
    """What comes back of a value that is pickled, or why it is not."""
    try:
        how, data = as_bytes(value, {}, LIMIT)
    except (UnstorableValue, TooLarge) as error:
        return None, why(error)
    assert how == PICKLE
    return pickled.loads(data), ""


@pytest.mark.parametrize("name", STORED)
def test_a_hostile_value_comes_back_as_it_was(name: str) -> None:
    seal = Seal(KEY, "jarvis")

    how, data = as_bytes(STORED[name], {}, LIMIT)
    kept = seal.close((how, data), *PLACE)

    assert fingerprint(seal.open(how, kept, {}, *PLACE)) == fingerprint(STORED[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_json_cannot_hold_is_pickled_or_refused_by_its_type(name: str) -> None:
    value = REFUSED[name]()

    kept, reason = kept_or_refused(value)

    assert reason.isprintable()
    assert reason or type(kept) is type(value)


@pytest.mark.parametrize("name", PICKLES)
def test_a_malicious_pickle_is_never_loaded_and_runs_nothing(name: str) -> None:
    data, seal = PICKLES[name], Seal(KEY, "jarvis")
    canary.songs.clear()

    for wrong in (
        {"data": exact.to_tree(data)},
        sealed(data, key=sign.Key(secret=b"x" * 32)),
        sealed(data, purpose="checkpoint"),
        sealed(data, place=(*PLACE[:3], "budget")),
        sealed(data) | {"mac": "0" * 64},
        sealed(data),
    ):
        with pytest.raises((NotOurs, CorruptData)):
            seal.open(PICKLE, wrong, {}, *PLACE)

    assert canary.songs == []


def test_only_the_last_line_of_defence_reads_what_is_rightly_signed() -> None:
    data = pickled.dumps({1, 2})

    assert Seal(KEY, "jarvis").open(PICKLE, sealed(data), {}, *PLACE) == {1, 2}


@pytest.mark.parametrize("kept", [("zip", {}), (PICKLE, []), (PICKLE, {"data": 3}), (JSON, {"$nothing": 1})])
def test_a_field_in_another_form_is_damage(kept: tuple[str, Any]) -> None:
    with pytest.raises(CorruptData):
        Seal(KEY, "jarvis").open(*kept, {}, *PLACE)


def test_without_a_key_json_is_kept_and_a_pickle_is_not() -> None:
    seal = Seal(None, "jarvis")

    assert seal.close((JSON, b"[1]"), *PLACE) == [1]
    with pytest.raises(CorruptData, match="no key"):
        seal.close((PICKLE, b""), *PLACE)


class Changing:
    """Its value is changed by another thread the first time it is read."""

    reads = 0

    def __reduce__(self) -> Any:
        Changing.reads += 1
        if Changing.reads == 1:
            raise RuntimeError("dictionary changed size during iteration")
        return Changing, ()


def test_a_value_that_changed_while_it_was_read_is_read_again() -> None:
    how, _ = as_bytes(Changing(), pickled.declared([Changing]), LIMIT)

    assert (how, Changing.reads) == (PICKLE, 2)
