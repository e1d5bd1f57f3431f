"""From an object to its sidecar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jarvis_ctx import settings
from jarvis_ctx.attach.attachment import Attachment
from jarvis_ctx.capture.conventions import ATTACHED
from jarvis_ctx.errors import BadValue

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager


def context_of(obj: Any) -> JarvisContextManager | None:
    """The sidecar of an object, or of a decorated class, opened now if it never was; None where calls go uncaptured.

    Raises `BadValue` for an object that nothing is attached to.
    """
    attachment = getattr(obj, ATTACHED, None)
    if not isinstance(attachment, Attachment):
        if settings.load().disabled:
            return None
        expected = "an object of a class decorated with integrate_context_manager, or a JarvisOrchestratorWithContext"
        raise BadValue(name="obj", value=type(obj).__name__, expected=expected)
    return attachment.ready()
