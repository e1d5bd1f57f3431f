"""Checkpoints of graphs and histories of sessions: events, each value once, found again. Knows no framework."""
