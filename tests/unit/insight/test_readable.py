"""Events as people read them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from jarvis_ctx.insight import readable

ID = "8c1fe2aa-6e0b-f1bd-9d52-3b2c1d0e9f8a"
DATA = b64encode(bytes(100)).decode()


@pytest.mark.parametrize(
    ("kind", "subject", "said"),
    [
        ("TaskClaimed", f"sunday/look:{ID}", "sunday/look:8c1fe2aa…"),
        ("TaskClaimed", f"sunday/team:{ID}|look:{ID}", "sunday/team:8c1fe2aa…|look:8c1fe2aa…"),
        ("TaskClaimed", f"order:{ID}", f"order:{ID}"),
        ("GraphCheckpointPut", '["sunday","","1f0"]', "thread sunday"),
        ("GraphWritesPut", f'["sunday","team:{ID}|look:{ID}","1f0"]', "thread sunday, in team / look"),
        ("GraphThreadDropped", '["sunday"]', "thread sunday"),
        ("SessionItemsAdded", '{"session":"42"}', "session 42"),
        ("GraphWritesPut", "no JSON", "no JSON"),
        ("GraphWritesPut", "{}", "{}"),
    ],
)
def test_what_an_event_is_about_is_said_by_names(kind: str, subject: str, said: str) -> None:
    assert readable.about(kind, subject) == said


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (
            "GraphCheckpointPut",
            {"values": {"log": DATA, "topic": ["msgpack", "zstd", DATA]}, "kept": {"w": {"b": 1, "a": 2}}},
            {"new": {"log": "100 bytes", "topic": "100 bytes, compressed"}, "unchanged": ["a", "b"]},
        ),
        (
            "GraphCheckpointPut",
            {"values": {"log": ["msgpack", "since", "QQ==", ["w", 1]], "branch:to:ask": None, "no": None}, "kept": {}},
            {"new": {"log": "1 byte, only what changed", "no": "nothing"}, "next": ["ask"]},
        ),
        (
            "GraphWritesPut",
            {"writes": [[0, "log", DATA], [1, "branch:to:ask", None]]},
            {"written": {"log": "100 bytes"}, "next": ["ask"]},
        ),
        ("DecisionLogged", {"context": {"task": f"sunday/look:{ID}"}}, {"context": {"task": f"sunday/look:{ID}"}}),
        ("AttributeSet", {"value": [b"abc", {"deep": b"a"}]}, {"value": ["3 bytes", {"deep": "1 byte"}]}),
        ("GraphWritesPut", {"unreadable": "of another version"}, {"unreadable": "of another version"}),
        ("GraphWritesPut", {"writes": [7, [0, "log", 7]]}, {"written": {"log": "unreadable"}}),
    ],
)
def test_a_body_says_what_it_holds_and_how_large_that_is(kind: str, body: Any, said: Any) -> None:
    assert readable.body(kind, body) == said
