"""A crash-recovery sidecar for orchestrators of agents: attach it, and no acknowledged call is lost."""

__version__ = "0.1.0"

__all__ = [
    "JarvisContextManager",
    "JarvisOrchestratorWithContext",
    "Retries",
    "__version__",
    "context_of",
    "current_step",
    "durable_step",
    "errors",
    "integrate_context_manager",
]

_HOMES = {
    "JarvisContextManager": "jarvis_ctx.attach.manager",
    "JarvisOrchestratorWithContext": "jarvis_ctx.attach.proxy",
    "Retries": "jarvis_ctx.capture.retries",
    "context_of": "jarvis_ctx.attach.context",
    "current_step": "jarvis_ctx.capture.current",
    "durable_step": "jarvis_ctx.attach.durable",
    "integrate_context_manager": "jarvis_ctx.attach.decorator",
}


def __getattr__(name: str) -> object:
    """Each public name is imported when it is first asked for: `import jarvis_ctx` alone costs nothing.

    `__init__.pyi` says of what type each one is.
    """
    from importlib import import_module

    if name == "errors":
        return import_module("jarvis_ctx.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
