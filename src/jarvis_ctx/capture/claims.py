"""Claims: a task is in the journal before its call, and a finished one is not called again after a crash."""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.capture.lost import why_lost
from jarvis_ctx.capture.redispatch import Redispatch
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.capture.unfinished import NotKept
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import TaskQuarantined, TooLarge, UnstorableValue
from jarvis_ctx.journal import forks
from jarvis_ctx.liveness.exceptions import describe
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.step import StepRecord, never_asked
from jarvis_ctx.model.task import Attempt

log = logging.getLogger("jarvis_ctx")

_outer, _begin, _end = current_task.get, current_task.set, current_task.reset


class Claims:
    """One run's claims. `skip` is on only in a run that follows a crash, with `resume="skip"` or `"redispatch"`."""

    def __init__(
        self,
        sink: Sink,
        *,
        owner: object,
        epoch: int,
        skip: bool,
        isolation: Isolation,
        keeps_calls: bool = False,
        again: Redispatch | None = None,
        catch_up: Callable[[], object] = bool,
        process: int | None = None,
    ) -> None:
        """`keeps_calls`: whether arguments are kept; `again`: the unfinished calls that the sidecar makes again.

        `catch_up` is called before a claim: it folds what other processes of the run have said of the task by then.
        `process` is the run's own, where this one only takes part in it.
        """
        self._sink, self._owner, self._epoch, self._isolation = sink, owner, epoch, isolation
        self.keeps_calls, self.again, self._catch_up = keeps_calls, again, catch_up
        self._lock = threading.Lock()
        self._owners_lock = self._lock if process in (None, os.getpid()) else None
        forks.renew_lock(self)
        self._numbers = itertools.count(1)
        self._calls: dict[tuple[str, str], int] = {}
        self._skips = skip
        self._kept = _kept_results(sink) if skip else {}
        self._taken: set[str] = set()
        """The keys of those that have stood in already: a restore brings them back no more."""
        self._in_doubt = {id for id, steps in sink.state.steps.items() if any(map(_is_open, steps.values()))}

    def occurrence(self, method: str, digest: str) -> int:
        """How often a call without a declared id has now been made in this run, from 1."""
        with self._lock:
            count = self._calls[method, digest] = self._calls.get((method, digest), 0) + 1
            return count

    def unnamed(self, method: str, digest: str) -> str:
        """The id of the task of a call without a declared one: the same in every run that makes the same calls."""
        return f"{method}:{digest}#{self.occurrence(method, digest)}"

    def forget(self) -> None:
        """Let no kept result stand in for a call: everything runs again."""
        with self._lock:
            self._kept = {}
            self._skips = False
        if self.again is not None:
            self.again.forget()

    def run(self, call: TaskCall, work: Callable[[], Any]) -> Any:
        """Make the call, or give back the result it had before the crash.

        The task is claimed durably before `work` runs and its outcome is durable before this returns; an exception of
        `work` passes through untouched. Raises `TaskQuarantined` for a task that killed its process too often.
        """
        if self.again is None and not self._kept:
            return self._in_turn(call, work)  # As in every run that follows no crash.
        own = self.again.own(call) if self.again is not None else None
        if own is not None:
            return own.ended(self._in_turn(call, work))
        kept = self._take_kept(call)
        if kept is not None:
            return exact.from_tree(kept.result)
        entry = self.again.meet(call) if self.again is not None else None
        if entry is not None and not isinstance(result := call.asking(entry.outcome.result)(), NotKept):
            return result
        return self._in_turn(call, work)

    @property
    def isolation(self) -> Isolation:
        """Who may have to wait before it is claimed."""
        return self._isolation

    def _in_turn(self, call: TaskCall, work: Callable[[], Any]) -> Any:
        self._catch_up()
        if call.task not in self._isolation.suspects or not self._isolation.concerns(call.task):
            return self._run(call, work, alone=False)
        with self._isolation.enter(call.task) as alone:
            self._catch_up()
            return self._run(call, work, alone)

    def _run(self, call: TaskCall, work: Callable[[], Any], alone: bool) -> Any:
        claim = self.begin(call, alone)
        token = _begin(claim)
        try:
            result = work()
        except BaseException as error:
            # Every way out of the user's code is an outcome; it is recorded and goes on as it is.
            self.failed(claim, error)
            raise
        finally:
            _end(token)
        self.finished(claim, call, result)
        return result

    async def arun(self, call: TaskCall, work: Callable[[], Awaitable[Any]]) -> Any:
        """`run` for a coroutine function; waiting for isolation does not block the event loop."""
        own = self.again.own(call) if self.again is not None else None
        if own is not None:
            return own.ended(await self._ain_turn(call, work))
        kept = self._take_kept(call)
        if kept is not None:
            return exact.from_tree(kept.result)
        entry = self.again.meet(call) if self.again is not None else None
        if entry is not None:
            result = await call.asking(entry.awaited)(call.can_wait)
            if not isinstance(result, NotKept):
                return result
        return await self._ain_turn(call, work)

    async def _ain_turn(self, call: TaskCall, work: Callable[[], Awaitable[Any]]) -> Any:
        self._catch_up()
        if not self._isolation.concerns(call.task):
            return await self._arun(call, work, alone=False)
        async with self._isolation.aenter(call.task, can_wait=call.can_wait) as alone:
            self._catch_up()
            return await self._arun(call, work, alone)

    async def _arun(self, call: TaskCall, work: Callable[[], Awaitable[Any]], alone: bool) -> Any:
        claim = self.begin(call, alone)
        token = current_task.set(claim)
        try:
            result = await work()
        except BaseException as error:
            # As in `_run`; a cancelled coroutine has failed, too.
            self.failed(claim, error)
            raise
        finally:
            current_task.reset(token)
        self.finished(claim, call, result)
        return result

    def look_again(self) -> None:
        """After a restore: those results of earlier runs stand in for calls that the state has now, each once."""
        if not self._skips:
            return
        latest = self._sink.state.latest_run
        own = latest.id if latest is not None else ""
        with self._lock:
            self._kept = {
                call: deque(a for a in results if a.run != own and a.key not in self._taken)
                for call, results in _kept_results(self._sink).items()
            }

    def _take_kept(self, call: TaskCall) -> Attempt | None:
        if not self._kept:
            return None
        with self._lock:
            results = self._kept.get((call.task, call.method))
            if not results:
                return None
            self._taken.add(results[0].key)
            return results.popleft()

    def begin(self, call: TaskCall, alone: bool) -> CurrentTask:
        """Claim a task durably; how it ended is to be told by `finished` or `failed`. Raises `TaskQuarantined`."""
        task = self._sink.state.tasks.get(call.task)
        if task is not None and task.quarantined:
            raise TaskQuarantined(task=call.task, deaths=task.deaths_alone, cause=task.quarantined)
        number = 1 + (task.tries.get(call.method, 0) if task is not None else 0)
        outer = _outer()
        # No other process of the run gives this key: a forked child counts on, but its lock is a new one.
        process = "" if self._lock is self._owners_lock else f"{os.getpid()}-"
        key = f"{call.method}#{self._epoch}.{process}{next(self._numbers)}"
        claim = CurrentTask(task=call.task, key=key, alone=alone, owner=self._owner)
        body: dict[str, Any] = {"method": call.method, "key": key, "attempt": number}
        if alone:
            body["alone"] = True
        if call.description:
            body["description"] = call.description
        if call.agent:
            body["agent"] = call.agent
        if call.metadata is not None:
            body["metadata"] = call.metadata
        if outer is not None:
            body["parent"] = outer.task
        if call.made is not None:
            body["call"] = call.made if outer is None else {**call.made, "within": [outer.task, outer.key]}
        self._sink.append("TaskClaimed", call.task, body, own=True)
        return claim

    def finished(self, claim: CurrentTask, call: TaskCall, result: Any) -> None:
        """Tell that a claimed call has returned."""
        body: dict[str, Any] = {"key": claim.key}
        if not call.completes or _goes_on(result):
            body["completes"] = False
        body["result"] = result
        try:
            self._sink.append("TaskFinished", claim.task, body)
        except (UnstorableValue, TooLarge) as error:
            lost = why_lost(error)
            log.warning("The result of task %r cannot be kept, a restart will run it again: %s", claim.task, lost)
            del body["result"]
            self._sink.append("TaskFinished", claim.task, {**body, "lost": lost})
        if claim.task in self._in_doubt:
            self._tell_never_asked(claim.task)

    def _tell_never_asked(self, id: TaskId) -> None:
        task = self._sink.state.tasks.get(id)
        for step in task.never_asked if task is not None else ():
            log.warning("%s", never_asked(step, id))

    def failed(self, claim: CurrentTask, error: BaseException) -> None:
        """Tell that a claimed call has raised."""
        self._sink.append("TaskFailed", claim.task, {"key": claim.key, "error": describe(error)})


def _is_open(step: StepRecord) -> bool:
    return step.status == "started"


def _kept_results(sink: Sink) -> dict[tuple[str, str], deque[Attempt]]:
    """The results of this chain of crashes that may stand in for calls, by task and method, oldest first."""
    runs = sink.state.runs_of(sink.state.chain)
    kept: dict[tuple[str, str], deque[Attempt]] = {}
    for task in list(sink.state.tasks.values()):  # Other threads may claim tasks meanwhile.
        for attempt in task.results:
            if attempt.run in runs:
                kept.setdefault((task.id, attempt.method), deque()).append(attempt)
    return kept


def _goes_on(result: object) -> bool:
    """Whether the call has only begun its work: it returned something that is still to be awaited."""
    kind = type(result)
    if kind is dict or kind is str or result is None:
        return False  # The commonest results, told without two lookups that find nothing.
    return hasattr(kind, "__await__") or hasattr(kind, "add_done_callback")
