"""The same work and the same kills, on jarvis-ctx and on what else one could take."""
