"""DBOS on SQLite: a workflow a task, a step a step; it recovers pending workflows itself when it is launched."""

from __future__ import annotations

from dbos import DBOS, SetWorkflowID

from tests.peers.world import STEPS, World, main


def program(world: World) -> None:
    database = f"sqlite:///{world.store / 'dbos.sqlite'}"
    DBOS(config={"name": "peer", "system_database_url": database, "run_admin_server": False, "log_level": "ERROR"})

    @DBOS.step()
    def act(task: int, step: int) -> str:
        return world.act(task, step)

    @DBOS.workflow()
    def work(task: int) -> list[str]:
        results = []
        for step in range(STEPS):
            results.append(act(task, step))
            world.kept(task, step)
        return results

    DBOS.launch()
    for task in world.tasks():
        with SetWorkflowID(str(task)):
            handle = DBOS.start_workflow(work, task)
        world.through(task, handle.get_result())
    DBOS.destroy()


if __name__ == "__main__":
    main(program)
