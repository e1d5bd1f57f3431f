"""No pickle runs code that was not declared, whatever it is made of."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Iterator

import pytest

from jarvis_ctx.codec import pickled
from jarvis_ctx.errors import CorruptData, NotOurs
from tests.unit.codec import canary
from tests.unit.codec.malicious import CANARY, EXTENSION, NAMES, PICKLES, START, called


@pytest.fixture(autouse=True)
def quiet_canary() -> Iterator[None]:
    """The canary under an extension code, already in pickle's cache of extensions, where no lookup would be asked."""
    copyreg.add_extension(CANARY, "sing", EXTENSION)
    pickle.loads(b"\x80\x02\x82" + bytes([EXTENSION]) + b".")
    canary.songs.clear()
    yield
    copyreg.remove_extension(CANARY, "sing", EXTENSION)


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_name_that_is_not_allowed_is_never_called(module: str, name: str) -> None:
    with pytest.raises(NotOurs):
        pickled.loads(called(module, name))

    assert canary.songs == []


@pytest.mark.parametrize("name", PICKLES)
def test_a_malicious_pickle_is_not_loaded_and_runs_nothing(name: str) -> None:
    with pytest.raises((NotOurs, CorruptData)):
        pickled.loads(PICKLES[name])

    assert canary.songs == []


@pytest.mark.parametrize(
    "name", ["protocol 0, text GLOBAL", "EXT1", "OBJ", "BUILD of the canary", "NEWOBJ_EX of the canary"]
)
def test_the_canary_sings_when_the_same_pickles_are_loaded_without_care(name: str) -> None:
    pickle.loads(PICKLES[name])

    assert canary.songs != []


def test_a_hundred_thousand_nested_lists_are_data_and_do_no_harm() -> None:
    kept = pickled.loads(START + b"]" * 100_000 + b"a" * 99_999 + b".")

    assert (type(kept), len(kept)) == (list, 1)


def test_lists_that_share_their_items_without_end_take_no_more_room_than_their_pickle() -> None:
    laughs = b"".join(b"]\x94(" + b"h" + bytes([level]) + b"h" + bytes([level]) + b"e" for level in range(100))

    kept = pickled.loads(START + b"]\x94" + laughs + b".")

    assert len(kept) == 2
