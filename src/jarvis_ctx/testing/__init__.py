"""For your own tests: sidecars in folders of their own, gone when the test is over."""

from jarvis_ctx.testing.stores import temporary_sidecar, temporary_store

__all__ = ["temporary_sidecar", "temporary_store"]
