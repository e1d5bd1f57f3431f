"""Sizes as people write them."""

from __future__ import annotations

import pytest

from jarvis_ctx.errors import BadSetting
from jarvis_ctx.settings import load
from jarvis_ctx.supervisor.orders import memory_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        ("4096", 4096),
        ("800M", 800_000_000),
        ("1.5 GB", 1_500_000_000),
        ("2G", 2_000_000_000),
        ("64kB", 64_000),
    ],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert memory_size(load({"memory_limit": text}, {}).memory_limit) == size


@pytest.mark.parametrize("text", ["much", "-1", "2 X", "M", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadSetting, match="a size such as 800M"):
        load({"memory_limit": text}, {})
