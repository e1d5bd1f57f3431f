"""Every endpoint keeps what its OpenAPI document says, whatever it is sent: schemathesis, with all its checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_openapi.openapi import OpenAPI

from tests.contract.web.conftest import API
from tests.contract.web.described import PARTS, Part, described, examine

CASES = int(os.environ.get("API_CASES", "2000"))
"""Requests in all; `API_CASES=10000` for a longer campaign, `API_SEED` for another one."""
SEED = int(os.environ.get("API_SEED", "1"))

pytestmark = [
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("default"),  # Of what invents the requests, in threads of its own.
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a live orchestrator serves itself, and what opens it."""
    with described(tmp_path_factory.mktemp("described") / "store") as found:
        yield found


@pytest.mark.parametrize("name", PARTS)
def test_every_endpoint_keeps_to_its_document(served: tuple[str, dict[str, str]], name: str) -> None:
    part = PARTS[name]

    found = examine(*served, part, CASES, SEED)

    assert not found.wrong, "\n\n".join(found.wrong[:5])
    assert len(found.cases) == part.operations
    assert found.cases.total() >= CASES * part.share


def test_an_answer_that_the_document_does_not_know_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = OpenAPI.api_doc.fget  # type: ignore[attr-defined]  # A property.
    agents = Part(lambda all: all.include(path_regex="agent-states"), 1, 1, 0, 1)

    def forgetful(app: OpenAPI) -> Any:
        told = document(app)
        del told["paths"][f"{API}/agent-states"]["get"]["responses"]["422"]
        return told

    monkeypatch.setattr(OpenAPI, "api_doc", property(forgetful))
    with described(tmp_path / "store") as served:
        found = examine(*served, agents, 10, SEED)

    assert "Undocumented status code" in [each.partition(":")[0] for each in found.wrong]
