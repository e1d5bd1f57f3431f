"""Is the OpenAI Agents SDK there, and new enough? Imported before anything of it is."""

from __future__ import annotations

from jarvis_ctx.adapters.required import check

WANTED = {"openai-agents": "0.24"}

check("jarvis_ctx.adapters.openai_agents", "openai-agents", WANTED)
