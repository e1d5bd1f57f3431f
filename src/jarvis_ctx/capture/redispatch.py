"""Redispatch: after a crash, the unfinished calls are made again, and the program's own call of one joins it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from jarvis_ctx.capture.current import current_task, redispatched
from jarvis_ctx.capture.parameters import colour, innermost
from jarvis_ctx.capture.unfinished import Entry, NotKept, Unfinished
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.redispatched import Redispatched

if TYPE_CHECKING:
    import asyncio

    from jarvis_ctx.capture.task_call import TaskCall

log = logging.getLogger("jarvis_ctx")

ASYNCHRONOUS = ("async", "async generator")


class Target(Protocol):
    """An object or class of the program on which calls can be made."""

    def find(self, call: Unfinished) -> Callable[..., Any] | None:
        """The captured function that makes `call`, or None where it is not this one's."""
        ...

    def holds(self, obj: object) -> bool:
        """Whether it stands for `obj`."""
        ...


class Redispatch:
    """The unfinished calls of a chain of crashes, in the order they were claimed in.

    They are made one at a time (`concurrency` at most), in the thread or event loop that asks first and before its own
    call goes on; coroutine functions only in an event loop. What comes of them is recorded like any other call's.
    """

    def __init__(self, calls: Sequence[Unfinished], concurrency: int, over: Callable[[], None]) -> None:
        """`over` is called when no call waits any more."""
        self.entries = [Entry(call) for call in calls]
        self.targets: list[Target] = []
        self._open = {(e.call.task, e.call.method): e for e in self.entries if not e.call.refused}
        self._concurrency, self._over = concurrency, over
        self._wanted: Collection[tuple[TaskId, str]] | None = None
        """What a restore has left to be made; None where there was none."""
        self._lock, self._at_work = threading.Lock(), threading.Lock()
        self._pid = os.getpid()
        self._looked = {False: -1, True: -1}
        """How many targets there were when nothing was found to do: without an event loop, and in one."""
        self._loops: dict[Any, asyncio.Task[None]] = {}

    def offer(self, target: Target) -> None:
        """Calls can be made on this object or class from now on."""
        with self._lock:
            self.targets.append(target)

    def own(self, call: TaskCall) -> Entry | None:
        """The entry whose call, made by the sidecar, has just come here; None where it is the program's call."""
        entry: Entry | None = redispatched.get()
        if entry is None or entry.reached or (entry.call.task, entry.call.method) != (call.task, call.method):
            return None
        entry.reached = True
        return entry

    def meet(self, call: TaskCall) -> Entry | None:
        """The entry that the program's `call` is to join; None where it is to be made."""
        own: Entry | None = redispatched.get()
        if os.getpid() != self._pid:
            return None  # A forked child: nobody here would end what it waited for.
        with self._lock:
            entry = self._open.get((call.task, call.method))
            if entry is None:
                return None
            if entry.stage == "called":
                if own is not None and entry.leads_to(own):
                    return None
                if own is not None:
                    own.waits_for.add(entry)
            entry.stage = "taken" if entry.stage == "waiting" else entry.stage
            del self._open[call.task, call.method]
        return entry if entry.stage == "called" else None

    def forget(self) -> None:
        """Make none of the calls that have not begun."""
        with self._lock:
            self._open = {}
            self.entries = [entry for entry in self.entries if entry.stage != "waiting"]
        self._over()

    def look_again(self, unfinished: Collection[tuple[TaskId, str]]) -> None:
        """After a restore: of the calls that wait, make only those that it left `unfinished`, by task and method."""
        with self._lock:
            self._wanted, self._looked = unfinished, {False: -1, True: -1}

    def go_on(self) -> None:
        """At a captured call: make what waits and is no coroutine function, unless that is being done already."""
        if self._due(asynchronous=False) and self._at_work.acquire(blocking=False):
            try:
                self._work()
            finally:
                self._at_work.release()

    def resume(self) -> None:
        """`go_on`, but wait for what another thread is doing."""
        if self._due(asynchronous=False):
            with self._at_work:
                self._work()

    async def ago_on(self) -> None:
        """At a captured call in an event loop: make what waits; who comes second goes on with its own call."""
        import asyncio

        if self._due(asynchronous=True) and asyncio.get_running_loop() not in self._loops:
            await self.aresume()

    async def aresume(self) -> None:
        """Make what waits, and wait for it. A caller that is cancelled meanwhile stops waiting, and nothing else."""
        import asyncio

        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            if not self._due(asynchronous=True):
                return
            task = self._loops[loop] = loop.create_task(self._workers(copy_context()))
            task.add_done_callback(lambda _: self._loops.pop(loop, None))
        await asyncio.shield(self._loops[loop])

    def outcomes(self) -> list[Redispatched]:
        """What has become of each call, in their order."""
        return [_outcome(entry) for entry in self.entries]

    def _due(self, *, asynchronous: bool) -> bool:
        """Whether there may be something to do: outside any task, in the process that recovered."""
        outside = current_task.get() is None and redispatched.get() is None
        return outside and self._looked[asynchronous] != len(self.targets) and os.getpid() == self._pid

    def _work(self) -> None:
        context = copy_context()
        if self._concurrency == 1:
            self._worker(context)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._concurrency, "jarvis-redispatch") as pool:
            workers = [pool.submit(self._worker, context) for _ in range(self._concurrency)]
        for worker in workers:
            worker.result()

    def _worker(self, context: Context) -> None:
        while (found := self._next(asynchronous=False)) is not None:
            entry, function = found
            context.copy().run(self._make, entry, function)

    def _make(self, entry: Entry, function: Callable[..., Any]) -> None:
        _enter(entry)
        args, kwargs = entry.call.arguments()
        try:
            result = function(*args, **kwargs)
            if colour(function) == "generator":
                result = _drained(result)
        except BaseException as error:  # Whoever joins gets it, as if the call had been theirs.
            _failed(entry, error)
            if not isinstance(error, Exception):
                raise
        else:
            entry.ended(result)

    async def _workers(self, context: Context) -> None:
        import asyncio

        await asyncio.gather(*(self._aworker(context) for _ in range(self._concurrency)))

    async def _aworker(self, context: Context) -> None:
        import asyncio

        while (found := self._next(asynchronous=True)) is not None:
            entry, function = found
            if not _asynchronous(function):
                context.copy().run(self._make, entry, function)
                continue
            task = asyncio.get_running_loop().create_task(self._amake(entry, function), context=context.copy())
            task.add_done_callback(partial(_cancelled, entry))
            await asyncio.wait([task])

    async def _amake(self, entry: Entry, function: Callable[..., Any]) -> None:
        _enter(entry)
        args, kwargs = entry.call.arguments()
        try:
            made = function(*args, **kwargs)
            result = await (_adrained(made) if colour(function) == "async generator" else made)
        except BaseException as error:  # As in `_make`; a cancelled call has failed, too.
            _failed(entry, error)
            if not isinstance(error, Exception):
                raise
        else:
            entry.ended(result)

    def _next(self, *, asynchronous: bool) -> tuple[Entry, Callable[..., Any]] | None:
        """The first call that waits and can be made here, with the function that makes it."""
        with self._lock:
            wanted = self._open.keys() if self._wanted is None else self._wanted
            waiting = [entry for key, entry in self._open.items() if entry.stage == "waiting" and key in wanted]
            for entry in waiting:
                function = self._function(entry.call)
                if function is not None and (asynchronous or not _asynchronous(function)):
                    entry.stage = "called"
                    return entry, function
            self._looked |= {False: len(self.targets)} | ({True: len(self.targets)} if asynchronous else {})
        if not waiting:
            self._over()
        return None

    def _function(self, call: Unfinished) -> Callable[..., Any] | None:
        for target in self.targets:
            function = target.find(call)
            if function is not None:
                return function
        return None


def _enter(entry: Entry) -> None:
    """In a context of its own: the call belongs to no task that runs, whoever has asked for it."""
    current_task.set(None)
    redispatched.set(entry)


def _failed(entry: Entry, error: BaseException) -> None:
    log.warning("Task %r, called again after the crash, failed: %r", entry.call.task, error)
    if not entry.outcome.done():
        entry.outcome.set_exception(error)


def _cancelled(entry: Entry, task: asyncio.Task[None]) -> None:
    """Of a call that its event loop never began: nobody is to wait for it any more."""
    if task.cancelled() and not entry.outcome.done():
        import asyncio

        entry.outcome.set_exception(asyncio.CancelledError())


def _asynchronous(function: Callable[..., Any]) -> bool:
    return colour(function) in ASYNCHRONOUS or colour(innermost(function)) in ASYNCHRONOUS


def _drained(items: Any) -> NotKept:
    """Run a generator to its end. Who joins gets its items as they were recorded, if they could be."""
    for _ in items:
        pass
    return NotKept()


async def _adrained(items: Any) -> NotKept:
    async for _ in items:
        pass
    return NotKept()


def _outcome(entry: Entry) -> Redispatched:
    call, error = entry.call, ""
    if call.refused:
        return Redispatched(task=call.task, method=call.method, outcome="refused", reason=call.refused)
    if entry.stage != "called":
        return Redispatched(task=call.task, method=call.method, outcome=entry.stage)
    if not entry.outcome.done():
        return Redispatched(task=call.task, method=call.method, outcome="running")
    raised = entry.outcome.exception()
    if raised is not None:
        error = f"{type(raised).__qualname__}: {raised}"
    return Redispatched(task=call.task, method=call.method, outcome="failed" if raised else "finished", reason=error)
