"""One live run of a name in a store: a second is refused, and a forked child is not taken for the owner."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from jarvis_ctx.errors import AlreadyRunning
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("through_a_link", [False, True])
def test_a_second_run_in_one_process_is_refused_and_harms_nothing(
    store_path: Path, tmp_path: Path, through_a_link: bool
) -> None:
    linked = tmp_path / "linked"
    linked.symlink_to(store_path)
    manager = JarvisContextManager(store_path)

    with pytest.raises(AlreadyRunning) as refused:
        JarvisContextManager(linked if through_a_link else store_path)

    assert (refused.value.facts["pid"], refused.value.facts["host"]) == (os.getpid(), socket.gethostname())
    manager.add_message("user", "still here")
    manager.close()
    JarvisContextManager(store_path).close()


def test_a_second_process_is_refused_with_pid_and_host(stage: Stage) -> None:
    first = stage.open(calls=5)

    second = stage.server.start("open_twice", path=stage.store)

    refused = json.loads(second.line())
    assert (refused["error"], refused["pid"], refused["host"]) == ("AlreadyRunning", first.pid, socket.gethostname())
    assert second.wait() == 0
    assert first.line() == "done"
    first.kill()
    assert not stage.verify().wrong()


def test_a_forked_child_is_not_the_owner(stage: Stage) -> None:
    parent = stage.server.start("fork", path=stage.store)
    assert int(parent.line()) != parent.pid

    refused = json.loads(parent.line())

    assert (refused["error"], refused["pid"]) == ("AlreadyRunning", parent.pid)
    parent.kill()
    with JarvisContextManager(stage.store) as successor:
        assert successor.runs()[-2].process.pid == parent.pid


def test_an_orphan_is_refused_once_its_parents_successor_has_begun(stage: Stage) -> None:
    parent = stage.server.start("fork", path=stage.store)
    orphan = int(parent.line())
    parent.line()
    parent.kill()

    with JarvisContextManager(stage.store) as successor:
        os.kill(orphan, signal.SIGUSR1)
        assert parent.line() == "Fenced"
        assert "orphan" not in successor.attributes()

    with JarvisContextManager(stage.store) as later:
        assert "orphan" not in later.attributes()
