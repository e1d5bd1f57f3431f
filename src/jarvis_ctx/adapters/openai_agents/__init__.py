"""The OpenAI Agents SDK: `JarvisSession` keeps an agent's history, `watch_runner` its runs."""

from jarvis_ctx.adapters.openai_agents.required import WANTED  # Before all that imports the SDK.
from jarvis_ctx.adapters.openai_agents.session import JarvisSession
from jarvis_ctx.adapters.openai_agents.watching import watch_runner

__all__ = ["WANTED", "JarvisSession", "watch_runner"]
