"""The transparent proxy: an object as it is, whose calls are captured when they are made through the proxy."""

from __future__ import annotations

import copy
from types import FunctionType, MethodType
from typing import Any

import wrapt

from jarvis_ctx.attach.around_state import watch
from jarvis_ctx.attach.attachment import Attachment
from jarvis_ctx.attach.install import capturing
from jarvis_ctx.capture.conventions import ATTACHED
from jarvis_ctx.capture.state_source import source_of
from jarvis_ctx.errors import BadValue


class _Mirror(type(wrapt.ObjectProxy)):  # type: ignore[misc]  # the proxies' own metaclass, whatever it is
    """The type of a proxy looks and acts like the class of the object behind it, for methods that use `type(self)`."""

    def __getattr__(cls, name: str) -> Any:
        return getattr(_mirrored(cls, name), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        mirrored = vars(cls).get("_self_class")
        return super().__call__(*args, **kwargs) if mirrored is None else mirrored(*args, **kwargs)


def _mirrored(cls: type, name: str) -> type:
    mirrored: type | None = vars(cls).get("_self_class")
    if mirrored is None:
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
    return mirrored


class JarvisOrchestratorWithContext(wrapt.ObjectProxy, metaclass=_Mirror):  # type: ignore[type-arg]  # generic in its stubs alone
    """An existing object with its context kept: `jarvis = JarvisOrchestratorWithContext(orchestrator)`.

    Use it in place of the object: attributes, `isinstance` and operators are the object's own. Methods called through
    the proxy run with the proxy as their `self`, so that what they call in turn is captured, too; what other code calls
    on the object itself is not. Takes the arguments of `integrate_context_manager`, and raises what that raises.
    """

    def __new__(cls, wrapped: Any, /, **arguments: Any) -> Any:
        mirror = _Mirror(type(wrapped).__name__, (cls,), {"_self_class": type(wrapped)})
        return super().__new__(mirror, wrapped)

    def __init__(self, wrapped: Any, /, **arguments: Any) -> None:
        super().__init__(wrapped)
        attached = getattr(wrapped, ATTACHED, None)
        if attached is not None and arguments:
            raise BadValue(name="arguments", value=sorted(arguments), expected="none for an object already attached")
        self._self_attachment: Attachment = attached or Attachment(arguments)
        self._self_captured = (
            {} if attached or self._self_attachment.disabled else capturing(wrapped, self._self_attachment)
        )
        manager = self._self_attachment.open()
        if manager is not None and attached is None:
            watch(manager, self, source_of(type(wrapped), self._self_attachment.wishes))
        self._self_attachment.offer(self)

    @property
    def __jarvis_attachment__(self) -> Attachment:
        return self._self_attachment

    def __getattr__(self, name: str) -> Any:
        wrapped = self.__wrapped__
        value = getattr(wrapped, name)
        if not self._self_captured:
            return value
        captured = self._self_captured.get(name)
        if isinstance(value, MethodType) and value.__self__ is wrapped and isinstance(value.__func__, FunctionType):
            return MethodType(captured or value.__func__, self)
        if captured is None:
            return value
        return MethodType(captured, value.__self__) if isinstance(value, MethodType) else captured

    def __enter__(self) -> Any:
        return self._self_if_itself(self.__wrapped__.__enter__())

    async def __aenter__(self) -> Any:
        return self._self_if_itself(await self.__wrapped__.__aenter__())

    def __copy__(self) -> Any:
        return copy.copy(self.__wrapped__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return copy.deepcopy(self.__wrapped__, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__wrapped__.__reduce_ex__(protocol)

    def _self_if_itself(self, entered: Any) -> Any:
        return self if entered is self.__wrapped__ else entered
