"""The soak: the demo's workload for an hour, with deaths at random, and whether anything grows."""
