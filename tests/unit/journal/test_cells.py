"""A picture of the shared page shows each number as it was, whatever happens to the page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jarvis_ctx.journal.cells import WrittenCells, picture

NUMBERS = [0, 1, 2**40, 2**64 - 1]


def test_a_picture_shows_what_the_cells_had(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(bytes(8 * len(NUMBERS)))
    with path.open("r+b") as file:
        cells = WrittenCells(file.fileno(), path)
        for index, number in enumerate(NUMBERS):
            cells[index] = number
        taken = picture(path.read_bytes())
        cells[0] = 7

    assert [taken[index] for index in range(len(NUMBERS))] == NUMBERS


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_picture_cannot_be_set(monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    monkeypatch.setattr(sys, "byteorder", order)
    taken = picture(bytes(8))

    with pytest.raises(TypeError):
        taken[0] = 1
