"""How hard the property tests try: enough to find what is there, and never by the clock of a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", max_examples=50, deadline=None)
settings.load_profile("unit")
