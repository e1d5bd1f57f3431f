"""What the tests read of an attached object."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.attach.context import context_of
from jarvis_ctx.sidecar import JarvisContextManager


def context(obj: Any) -> JarvisContextManager:
    """The sidecar of an object that must have one."""
    manager = context_of(obj)
    assert manager is not None
    return manager


def attempts(obj: Any) -> dict[str, int]:
    """How often each task of an attached object was claimed."""
    return {task["id"]: task["attempts"] for task in context(obj).tasks()}
