"""A crash-recovery sidecar for orchestrators of agents: attach it, and no acknowledged call is lost."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jarvis_ctx import errors
    from jarvis_ctx.attach.context import context_of
    from jarvis_ctx.attach.decorator import integrate_context_manager
    from jarvis_ctx.attach.durable import durable_step
    from jarvis_ctx.attach.manager import JarvisContextManager
    from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext

__version__ = "0.1.0"

__all__ = [
    "JarvisContextManager",
    "JarvisOrchestratorWithContext",
    "__version__",
    "context_of",
    "durable_step",
    "errors",
    "integrate_context_manager",
]

_HOMES = {
    "JarvisContextManager": "jarvis_ctx.attach.manager",
    "JarvisOrchestratorWithContext": "jarvis_ctx.attach.proxy",
    "context_of": "jarvis_ctx.attach.context",
    "durable_step": "jarvis_ctx.attach.durable",
    "integrate_context_manager": "jarvis_ctx.attach.decorator",
}


def __getattr__(name: str) -> Any:
    """Each public name is imported when it is first asked for: `import jarvis_ctx` alone costs nothing."""
    from importlib import import_module

    if name == "errors":
        return import_module("jarvis_ctx.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
