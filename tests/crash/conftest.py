"""The warm server of children, and a stage for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.children import Server
from tests.crash.harness import Stage, drawn
from tests.crash.supervising import Watch, watching


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for the session; it dies with its socket."""
    server = Server(tmp_path_factory.mktemp("children") / "stderr")
    yield server
    server.close()


@pytest.fixture
def stage(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A store of the test's own; its children are killed at the end."""
    yield Stage(server, tmp_path, drawn(request.node.name))
    server.clear()


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """Supervisors, that end with the test."""
    with watching(server) as watch:
        yield watch
