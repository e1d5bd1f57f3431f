"""The tests of sessions run in an event loop, and tell nobody of what their agents do."""

from __future__ import annotations

import pytest
from agents import set_tracing_disabled

set_tracing_disabled(True)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the SDK is made for."""
    return "asyncio"
