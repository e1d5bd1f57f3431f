"""diskcache: the results of steps memoized in an Index, which never evicts."""

from __future__ import annotations

from diskcache import Index

from tests.peers.world import STEPS, World, main


def program(world: World) -> None:
    index = Index(str(world.store))

    @index.memoize(name="act")
    def act(task: int, step: int) -> str:
        return world.act(task, step)

    for task in world.tasks():
        results = []
        for step in range(STEPS):
            results.append(act(task, step))
            world.kept(task, step)
        world.through(task, results)


if __name__ == "__main__":
    main(program)
