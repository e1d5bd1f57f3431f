"""What only its name makes a secret, where the name does not stand beside the value: attributes, an object's state."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from jarvis_ctx import context_of, integrate_context_manager
from jarvis_ctx.sidecar import JarvisContextManager

SECRET = "PLAINTEXT"


class Desk:
    """An orchestrator with a secret in a field, and one within what is kept as a pickle."""

    def __init__(self) -> None:
        self.api_key, self.queue = SECRET, deque([{"password": SECRET}])

    def assign_task(self, task: str) -> str:
        return task


def holding(folder: Path) -> list[str]:
    """The files with the secret in them; a pickle has it in base64."""
    base64 = (b"UExBSU5URVhU", b"BMQUlOVEVYV", b"QTEFJTlRFWF")
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [name for name, data in files.items() if any(form in data for form in (SECRET.encode(), *base64))]


@pytest.mark.parametrize("secrets", ["drop", "encrypt"])
def test_an_attribute_with_a_secrets_name_is_nowhere_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: str
) -> None:
    if secrets == "encrypt":
        monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEY")
        monkeypatch.setenv("KEY", "5a" * 32)

    with JarvisContextManager(tmp_path / "store", secrets=secrets) as manager:
        manager.set_attribute("api_key", SECRET)
        manager.set_attribute("session_key", SECRET * 20_000)
        manager.checkpoint()

    assert holding(tmp_path / "store") == []


def test_a_secret_in_an_objects_state_is_encrypted_where_secrets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEY")
    monkeypatch.setenv("KEY", "5a" * 32)
    attach = integrate_context_manager(path=str(tmp_path), state=["api_key", "queue"], secrets="encrypt")

    desk = attach(type("Vault", (Desk,), {}))()
    desk.assign_task("one")
    with context_of(desk) as manager:
        manager.mark_recovery_point("noon")
        manager.restore("noon")
        kept = manager.journal.writer.state.objects

    assert [field[0] for state in kept.values() for field in state.fields] == ["api_key", "queue"]
    assert holding(tmp_path) == []
