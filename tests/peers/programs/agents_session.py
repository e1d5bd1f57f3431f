"""OpenAI Agents' SQLiteSession: a session a task, an item a step; the program reads from it where it was."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import SQLiteSession

from tests.peers.world import STEPS, World, main


async def work(world: World, task: int) -> list[str]:
    session = SQLiteSession(str(task), world.store / "conversations.sqlite")
    items: list[Any] = await session.get_items()
    results = [str(item["content"]) for item in items]
    for step in range(len(results), STEPS):
        results.append(world.act(task, step))
        answer: Any = {"role": "assistant", "content": results[-1]}
        await session.add_items([answer])
        world.kept(task, step)
    session.close()
    return results


async def all_tasks(world: World) -> None:
    for task in world.tasks():
        world.through(task, await work(world, task))


def program(world: World) -> None:
    asyncio.run(all_tasks(world))


if __name__ == "__main__":
    main(program)
