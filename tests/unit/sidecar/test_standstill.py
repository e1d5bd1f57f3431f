"""Who is refused because somebody runs is told who, and how to end it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import NotAtRest
from jarvis_ctx.liveness import identity, processes, supervised
from jarvis_ctx.liveness.supervised import Supervised
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.standstill import at_rest

PIN = ["--pin", "hunter2"]
RUN = "import sys; from jarvis_ctx import JarvisContextManager as M; m = M(sys.argv[-1]); print(1, flush=True); input()"


@pytest.fixture
def other(store_path: Path) -> Iterator[int]:
    """The id of another process that runs in the store."""
    command = [sys.executable, "-c", RUN, *PIN, str(store_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        yield process.pid


def refused(store: Path, secret_names: str = "") -> str:
    """What is said to whoever wants the store to itself."""
    with pytest.raises(NotAtRest) as caught, at_rest(store, secret_names):
        pass
    return str(caught.value)


def test_whoever_is_in_the_way_is_named_by_process_and_program(store_path: Path, other: int) -> None:
    said = refused(store_path)

    assert f"as process {other} ({sys.executable} -c import sys;" in said
    assert said.endswith("end that process first.")


def test_what_the_store_s_own_names_say_is_a_secret_is_not_shown(
    store_path: Path, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "SHOWN", 1000)

    said = refused(store_path, "pin")

    assert "--pin [redacted] " in said
    assert "hunter2" not in said


def test_of_one_that_would_be_started_again_its_supervisor_is_named(store_path: Path, other: int) -> None:
    child, supervisor = identity.of(other), identity.this_process()
    supervised.write(store_path, Supervised(name="s", supervisor=supervisor, command=["python"], child=child))

    said = refused(store_path)

    assert (
        f"end its supervisor first, process {os.getpid()}, which ends it, too, and may start it again otherwise."
        in said
    )


def test_of_one_s_own_process_the_manager_is_to_be_closed(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        said = refused(store_path)

    assert said.endswith("close its manager first.")
