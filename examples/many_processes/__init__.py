"""An orchestrator whose work is done in a pool of worker processes."""
