"""LangGraph: a saver for its checkpoints, events of what its graphs do, and the way on after a death."""

from jarvis_ctx.adapters.langgraph.required import WANTED  # Before all that imports LangGraph.
from jarvis_ctx.adapters.langgraph.resume import aresume_interrupted, resume_interrupted
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver
from jarvis_ctx.adapters.langgraph.watching import watch

__all__ = ["WANTED", "JarvisSaver", "aresume_interrupted", "resume_interrupted", "watch"]
