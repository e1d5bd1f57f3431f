from jarvis_ctx import errors as errors
from jarvis_ctx.attach.context import context_of as context_of
from jarvis_ctx.attach.decorator import integrate_context_manager as integrate_context_manager
from jarvis_ctx.attach.durable import durable_step as durable_step
from jarvis_ctx.attach.manager import JarvisContextManager as JarvisContextManager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext as JarvisOrchestratorWithContext
from jarvis_ctx.capture.current import current_step as current_step
from jarvis_ctx.capture.retries import Retries as Retries

__version__: str
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
