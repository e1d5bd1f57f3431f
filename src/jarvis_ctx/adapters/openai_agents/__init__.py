"""The OpenAI Agents SDK: `JarvisSession` keeps an agent's history."""

from jarvis_ctx.adapters.openai_agents.required import WANTED  # Before all that imports the SDK.
from jarvis_ctx.adapters.openai_agents.session import JarvisSession

__all__ = ["WANTED", "JarvisSession"]
