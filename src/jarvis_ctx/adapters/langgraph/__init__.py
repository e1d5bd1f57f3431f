"""LangGraph: `JarvisSaver` keeps a graph's checkpoints."""

from jarvis_ctx.adapters.langgraph.required import WANTED  # Before all that imports LangGraph.
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver

__all__ = ["WANTED", "JarvisSaver"]
