"""jarvis-ctx: one decorator, resume="skip"; with `reconcile` a step in doubt is looked up before it is done again."""

from __future__ import annotations

import sys

from jarvis_ctx import context_of, integrate_context_manager
from tests.peers.world import STEPS, World, main


def program(world: World) -> None:
    def find(key: str, task: int, step: int) -> str | None:
        return world.happened(task, step)

    @integrate_context_manager(
        path=str(world.store), resume="skip", steps={"act": find} if "--reconcile" in sys.argv else ["act"]
    )
    class Orchestrator:
        def assign_task(self, task: dict[str, int]) -> list[str]:
            return [self.kept(task["id"], step) for step in range(STEPS)]

        def kept(self, task: int, step: int) -> str:
            result = self.act(task, step)
            world.kept(task, step)
            return result

        def act(self, task: int, step: int) -> str:
            return world.act(task, step)

    orchestrator = Orchestrator()
    context = context_of(orchestrator)
    if context is not None and (report := context.recovery_report) is not None:
        world.died(report.cause.sentence)
    for task in world.tasks():
        world.through(task, orchestrator.assign_task({"id": task}))


if __name__ == "__main__":
    main(program)
