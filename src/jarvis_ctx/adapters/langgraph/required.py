"""Is LangGraph there, and new enough? Imported before anything of it is."""

from __future__ import annotations

from jarvis_ctx.adapters.required import check

WANTED = {"langgraph": "1.2", "langgraph-checkpoint": "4.3"}

check("jarvis_ctx.adapters.langgraph", "langgraph", WANTED)
