"""Engines around an engine, with the same ports."""
