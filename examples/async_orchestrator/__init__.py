"""An asyncio orchestrator whose orders come in once: killed in the middle, it finishes them by itself."""
