"""The window in: an HTTP face of one orchestrator, live or dead."""
