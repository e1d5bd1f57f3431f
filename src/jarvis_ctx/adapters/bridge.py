"""CallbackBridge: binds the callbacks of any framework to what jarvis-ctx keeps."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from jarvis_ctx.adapters.opening import Standing, Store
from jarvis_ctx.adapters.plain import plain
from jarvis_ctx.capture.checks import identifier
from jarvis_ctx.capture.current import CurrentTask
from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.journal import forks
from jarvis_ctx.model.ids import TaskId

T = TypeVar("T")
OPEN = "task"
"""What a task's method is called that begins and ends in two callbacks."""


class CallbackBridge(Standing):
    """For a framework without an adapter: what it calls back with becomes tasks, agents, decisions, messages.

    `tells` makes a callback of a verb: one of the sidecar's (`manager.update_agent_state`, `log_decision`,
    `log_agent_message`, `add_message`, `heartbeat`, …), or `task_started`, `task_finished` and `task_failed`, for work
    that begins and ends in two callbacks. `run` and `arun` are for work that you call yourself: it is a task, too, and
    with `resume="skip"` one that had ended before a crash gives its result again.

    `store` and `settings` are as for `JarvisContextManager`, whose sidecar in this process is joined or opened. Close
    it after use: it is a context manager. Safe in any thread and in asyncio.
    """

    def __init__(self, store: Store = None, **settings: Any) -> None:
        super().__init__(store, settings)
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self._open: dict[str, tuple[CurrentTask, TaskCall]] = {}

    def tells(
        self, verb: Callable[..., object], arguments: Callable[..., dict[str, Any] | None]
    ) -> Callable[..., None]:
        """A callback that calls `verb` with what `arguments` makes of whatever the callback is given; None: nothing.

        It raises nothing, whatever happens: a framework is not to suffer from who listens. What could not be told is
        counted, logged once, and shown in health and in the next report; with `on_capture_error="raise"` it raises.
        """

        def called_back(*args: Any, **kwargs: Any) -> None:
            try:
                told = arguments(*args, **kwargs)
                if told is not None:
                    verb(**told)
            # The framework's events may be of any shape, and `arguments` is the person's own.
            except Exception as error:
                self.manager.capture_failed(getattr(verb, "__name__", "a callback"), error)

        return called_back

    def task_started(self, task_id: str, *, description: str = "", agent: str = "") -> None:
        """A task has begun. Raises as the sidecar's verbs, and `TaskQuarantined`."""
        self.check()
        call = TaskCall(method=OPEN, task=_id(task_id), description=description, agent=agent)
        claim = self.manager.claims.begin(call, False)
        with self._lock:
            self._open[task_id] = claim, call

    def task_finished(self, task_id: str, result: Any = None) -> None:
        """It has ended well; of a result that cannot be stored it is kept how it shows."""
        self.check()
        begun = self._taken(task_id)
        if begun is None:
            self.manager.update_task_progress(task_id, {"status": "completed"})
        else:
            self.manager.claims.finished(*begun, plain(result))

    def task_failed(self, task_id: str, error: BaseException | str) -> None:
        """It has failed."""
        self.check()
        begun = self._taken(task_id)
        if begun is None:
            self.manager.update_task_progress(task_id, {"status": "failed"})
        else:
            self.manager.claims.failed(begun[0], error if isinstance(error, BaseException) else RuntimeError(error))

    def run(self, name: str, work: Callable[..., T], *args: Any, task_id: str | None = None, **kwargs: Any) -> T:
        """Do `work(*args, **kwargs)` as a task: `task_id`, or else told by name, arguments and how often before.

        Within it `durable_step` is kept. Raises what `work` does, and `TaskQuarantined`.
        """
        self.check()
        result: T = self.manager.claims.run(self._call(name, task_id, args, kwargs), partial(work, *args, **kwargs))
        return result

    async def arun(
        self, name: str, work: Callable[..., Awaitable[T]], *args: Any, task_id: str | None = None, **kwargs: Any
    ) -> T:
        """`run` of a coroutine function."""
        self.check()
        call = self._call(name, task_id, args, kwargs)
        result: T = await self.manager.claims.arun(call, partial(work, *args, **kwargs))
        return result

    def _call(self, name: str, task_id: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TaskCall:
        method = identifier("name", name)
        if task_id is None:
            task_id = self.manager.claims.unnamed(method, arguments_digest(args, kwargs))
        return TaskCall(method=method, task=_id(task_id))

    def _taken(self, task_id: str) -> tuple[CurrentTask, TaskCall] | None:
        with self._lock:
            return self._open.pop(task_id, None)


def _id(task_id: str) -> TaskId:
    return TaskId(identifier("task_id", task_id))
