"""The command line: one file a noun."""

from jarvis_ctx.cli.main import main

__all__ = ["main"]
