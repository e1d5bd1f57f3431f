"""The agents, each with one thing to say about a file."""

from .dependencies import Dependencies
from .editor import Editor
from .metrics import MetricsAgent
from .parser import Parser
from .reviewer import Reviewer

__all__ = ["Dependencies", "Editor", "MetricsAgent", "Parser", "Reviewer"]
