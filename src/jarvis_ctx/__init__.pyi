from jarvis_ctx import errors as errors
from jarvis_ctx.attach.context import context_of as context_of
from jarvis_ctx.attach.decorator import integrate_context_manager as integrate_context_manager
from jarvis_ctx.attach.durable import durable_step as durable_step
from jarvis_ctx.attach.manager import JarvisContextManager as JarvisContextManager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext as JarvisOrchestratorWithContext

__version__: str
__all__ = [
    "JarvisContextManager",
    "JarvisOrchestratorWithContext",
    "__version__",
    "context_of",
    "durable_step",
    "errors",
    "integrate_context_manager",
]
