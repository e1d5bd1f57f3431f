"""A process that adds to a session for ever: `python -m tests.adapters.openai_agents.talker STORE`.

Each line it prints is the number of a batch that was acknowledged.
"""

from __future__ import annotations

import asyncio
import itertools
import sys

from jarvis_ctx.adapters.openai_agents import JarvisSession
from tests.adapters.openai_agents.histories import messages

SIZE = 4


async def talk(store: str) -> None:
    """Until it is killed."""
    with JarvisSession("42", store) as session:
        for number in itertools.count(1):
            await session.add_items(messages(*[str(number)] * SIZE))
            print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(talk(sys.argv[1]))
