"""Checkpoints of graphs: kept as events, each value once, and found again by thread. Knows no framework."""
