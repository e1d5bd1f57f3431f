"""Three tasks in a task group, each with an effect outside: `python -m tests.adapters.gathering FOLDER [DEATH]`.

With DEATH it is killed when the task of that name has had its effect. Effects are lines of FOLDER/effects.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from jarvis_ctx.adapters.bridge import CallbackBridge

NAMES = ("a", "b", "c")


async def main(folder: Path, death: str) -> None:
    turn = {name: asyncio.Event() for name in NAMES}

    async def fetch(name: str) -> str:
        if name != NAMES[0]:
            await turn[NAMES[NAMES.index(name) - 1]].wait()
        with open(folder / "effects", "a") as file:
            file.write(name + "\n")
        if name == death:
            os.kill(os.getpid(), signal.SIGKILL)
        return name.upper()

    async def fetched(bridge: CallbackBridge, name: str) -> str:
        result = await bridge.arun("fetch", fetch, name)
        turn[name].set()
        return result

    with CallbackBridge(folder / "store", resume="skip") as bridge:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetched(bridge, name)) for name in NAMES]
        print(*(task.result() for task in tasks))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
