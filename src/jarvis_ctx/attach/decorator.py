"""The decorator: one line above a class, and its calls are captured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from jarvis_ctx.attach.attachment import Attachment
from jarvis_ctx.attach.install import attach
from jarvis_ctx.errors import BadValue

C = TypeVar("C", bound=type)


@overload
def integrate_context_manager(cls: C, /) -> C: ...


@overload
def integrate_context_manager(**arguments: Any) -> Callable[[C], C]: ...


def integrate_context_manager(cls: Any = None, /, **arguments: Any) -> Any:
    """Capture the calls of a class's methods, so that a crash loses none of them.

    Bare, or with arguments: any setting (`path`, `name`, `resume`, …), and what extends or overrides the conventions:
    `tasks={method: {"id": argument, …}}` or a list, `decisions=[…]`, `agents=[…]`, `messages=[…]`, `ignore=[…]`
    (methods), `exclude=[…]` (names of arguments that are never stored), `steps={method: …}` with None, what reconciles
    it, or a mapping of `key`, `reconcile`, `retries` and `on_doubt` as `durable_step` takes them.

    `state=[…]` names attributes that an object gets back after a crash, once its `__init__` is through; a class with
    `capture_state()` and `restore_state(state, events_since)` says itself what that is. It is kept when a captured call
    returns: exactly as JSON, else pickled if it is made of plain data and of `state_types=[…]`.

    The class is changed in place and given back. Its sidecar is opened at the first object's making, or at the first
    captured call before that, and shared by later objects. Subclasses are captured, too; a call that reaches a base
    class's method through `super()` is captured once. Where another process already runs under this name, calls go
    uncaptured with a warning, unless `on_refused="raise"`.

    Raises, here and not later: `UnknownMethod`, `UnknownSetting`, `BadSetting`, `BadValue`.
    """
    if cls is None:
        return lambda decorated: _integrate(decorated, arguments)
    return _integrate(cls, arguments)


def _integrate(cls: Any, arguments: dict[str, Any]) -> Any:
    if not isinstance(cls, type):
        expected = "a class; for an object there is JarvisOrchestratorWithContext"
        raise BadValue(name="what integrate_context_manager decorates", value=type(cls).__name__, expected=expected)
    attachment = Attachment(arguments)
    if not attachment.disabled:
        attach(cls, attachment)
    return cls
