"""Steps: named work inside a task whose result is kept, so that a re-run returns it instead of doing it again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.identity import arguments_digest
from jarvis_ctx.capture.lost import why_lost
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import ResultNotKept, TooLarge, UnstorableValue
from jarvis_ctx.journal.fold_tasks import steps_of
from jarvis_ctx.liveness.exceptions import describe
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.step import StepRecord

log = logging.getLogger("jarvis_ctx")

NO_TASK = TaskId("(no task)")
"""What steps outside any task are kept under, when their caller gives them a key."""


class StepCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a step. `reconcile(key, *args, **kwargs)` says what a step in doubt returned; None: it was not done."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    key: str | None = None
    reconcile: Callable[..., Any] | None = None


class Steps:
    """One run's steps. With `replay`, results of earlier attempts of an unfinished task stand in for its steps."""

    def __init__(self, sink: Sink, *, replay: bool, chain_runs: frozenset[str]) -> None:
        self._sink, self._replay, self._chain_runs = sink, replay, chain_runs
        self.unkept = 0

    def forget(self) -> None:
        """Let no kept result stand in for a step: every one is done again."""
        self._replay = False

    def run(self, call: StepCall, work: Callable[[], Any]) -> Any:
        """Do the step, or return what it returned before.

        Its start is durable before `work` runs and its result is durable before this returns. Killed in between, it is
        *in doubt*: a re-run asks `reconcile`, or else does it again (at least once).
        """
        with self._place(call) as (task, key):
            if key is None:
                return work()
            record = self._earlier(task, key)
            if record is not None and record.kept:
                return exact.from_tree(record.result)
            if record is not None and call.reconcile is not None:
                answer = call.reconcile(record.key, *call.args, **call.kwargs)
                if self._happened(record, answer):
                    return answer
            return self._do(call, task, key, work)

    def _do(self, call: StepCall, task: TaskId, key: str, work: Callable[[], Any]) -> Any:
        self._sink.append("StepStarted", task, {"key": key, "name": call.name})
        try:
            result = work()
        except BaseException as error:
            # Every way out of the user's code is an outcome; it is recorded and goes on as it is.
            self._failed(task, key, error)
            raise
        self._finished(call, task, key, result)
        return result

    async def arun(self, call: StepCall, work: Callable[[], Awaitable[Any]]) -> Any:
        """`run` for a coroutine function; `reconcile` may be one, too."""
        with self._place(call) as (task, key):
            if key is None:
                return await work()
            record = self._earlier(task, key)
            if record is not None and record.kept:
                return exact.from_tree(record.result)
            if record is not None and call.reconcile is not None:
                answer = call.reconcile(record.key, *call.args, **call.kwargs)
                answer = await answer if hasattr(answer, "__await__") else answer
                if self._happened(record, answer):
                    return answer
            return await self._ado(call, task, key, work)

    async def _ado(self, call: StepCall, task: TaskId, key: str, work: Callable[[], Awaitable[Any]]) -> Any:
        self._sink.append("StepStarted", task, {"key": key, "name": call.name})
        try:
            result = await work()
        except BaseException as error:
            # As in `_do`; a cancelled step has failed, too.
            self._failed(task, key, error)
            raise
        self._finished(call, task, key, result)
        return result

    @contextmanager
    def _place(self, call: StepCall) -> Iterator[tuple[TaskId, str | None]]:
        """The task the step belongs to and its key there; no key when it cannot be told from others."""
        claim = current_task.get()
        if claim is None:
            if call.key is None:
                self._count_unkept(call, "it runs outside any task and has no key=")
            yield NO_TASK, call.key
            return
        base = "/".join((*claim.path, call.name)) + ":" + (call.key or arguments_digest(call.args, call.kwargs))
        if base in claim.running:
            self._count_unkept(call, "an equal one runs at the same time; give them key=")
            yield claim.task, None
            return
        claim.running.add(base)
        count = claim.occurrences[base] = claim.occurrences.get(base, 0) + 1
        token = current_task.set(_inside(claim, call.name))
        try:
            yield claim.task, f"{steps_of(claim.task, claim.method)}{base}.{count}"
        finally:
            current_task.reset(token)
            claim.running.discard(base)

    def _count_unkept(self, call: StepCall, reason: str) -> None:
        self.unkept += 1
        if self.unkept == 1:
            log.warning("Step %r is done but not kept: %s", call.name, reason)

    def _earlier(self, task: TaskId, key: str) -> StepRecord | None:
        """What an earlier attempt left of a step that was done, or that is in doubt."""
        record = self._sink.state.steps.get(task, {}).get(key)
        if record is None or not self._replay or record.run not in self._chain_runs:
            return None
        return record if record.kept or record.status == "started" else None

    def _happened(self, record: StepRecord, answer: Any) -> bool:
        """Record what `reconcile` said of a step in doubt; whether it had been done."""
        happened = answer is not None
        body = {"key": record.key, "name": record.name, "happened": happened}
        try:
            self._sink.append("StepReconciled", record.task, body | ({"result": answer} if happened else {}))
        except (UnstorableValue, TooLarge) as error:
            self._sink.append("StepReconciled", record.task, body | {"lost": why_lost(error)})
        return happened

    def _finished(self, call: StepCall, task: TaskId, key: str, result: Any) -> None:
        body = {"key": key, "name": call.name}
        try:
            self._sink.append("StepFinished", task, {**body, "result": result})
        except (UnstorableValue, TooLarge) as error:
            lost = ResultNotKept(step=call.name, task=task, reason=why_lost(error))
            log.warning("%s", lost)
            self._sink.append("StepFinished", task, {**body, "lost": str(lost)})

    def _failed(self, task: TaskId, key: str, error: BaseException) -> None:
        described = describe(error)
        text = f"{described['type']}: {described['message']}"
        self._sink.append("StepFailed", task, {"key": key, "error": text})


def _inside(claim: CurrentTask, step: str) -> CurrentTask:
    """The same attempt, seen from inside a step; the counters are shared."""
    return msgspec.structs.replace(claim, path=(*claim.path, step))
