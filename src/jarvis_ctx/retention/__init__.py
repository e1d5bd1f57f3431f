"""How long things are kept, and how they go: retired, cleaned up, purged."""
