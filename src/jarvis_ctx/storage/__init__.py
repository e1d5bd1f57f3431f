"""Engines: where events, checkpoints and leases are kept and queried."""
