"""The API from the other side: `ContextClient`, and `AsyncContextClient` for an event loop."""

from jarvis_ctx.client.awaiting import AsyncContextClient
from jarvis_ctx.client.blocking import ContextClient
from jarvis_ctx.client.retrying import Patience

__all__ = ["AsyncContextClient", "ContextClient", "Patience"]
