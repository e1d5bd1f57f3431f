"""Steps: named work inside a task whose result is kept, so that a re-run returns it instead of doing it again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from jarvis_ctx.capture.current import CurrentStep, CurrentTask, current_task, running_step
from jarvis_ctx.capture.identity import arguments_digest, idempotency_key
from jarvis_ctx.capture.lost import why_lost
from jarvis_ctx.capture.retries import Pauses, Retries
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.step_options import OnDoubt
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import ResultNotKept, StepInDoubt, TooLarge, UnstorableValue
from jarvis_ctx.journal.fold_tasks import steps_of
from jarvis_ctx.liveness.exceptions import describe
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.run import RunRecord
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
    retries: Retries | None = None
    on_doubt: OnDoubt = "run"


class Steps:
    """One run's steps. With `replay`, results of earlier attempts of an unfinished task stand in for its steps."""

    def __init__(self, sink: Sink, *, replay: bool, run: RunRecord, chain_runs: Container[str], pauses: Pauses) -> None:
        self._sink, self._replay, self._run, self._chain_runs = sink, replay, run, chain_runs
        self._pauses = pauses
        self._running: set[tuple[TaskId, str]] = set()
        self.unkept = 0

    def forget(self) -> None:
        """Let no kept result stand in for a step: every one is done again."""
        self._replay = False

    def run(self, call: StepCall, work: Callable[[], Any]) -> Any:
        """Do the step, or return what it returned before.

        Its start is durable before `work` runs and its result is durable before this returns. Killed in between, it is
        *in doubt*: a re-run asks `reconcile`; without one, `on_doubt` decides. `work` may run several times under
        `retries`; its last exception passes through untouched. Raises `StepInDoubt`.
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
            elif record is not None and self._passed_over(call, record):
                return None
            return self._do(call, task, key, work)

    def _do(self, call: StepCall, task: TaskId, key: str, work: Callable[[], Any]) -> Any:
        tries = 0
        while True:
            tries += 1
            token = running_step.set((self._started(call, task, key), current_task.get()))
            try:
                result = work()
            # Every way out of the user's code is an outcome; it is recorded and, the last time, goes on as it is.
            except BaseException as error:
                pause = self._failed(call, task, key, error, tries)
                if pause is None:
                    raise
            else:
                self._finished(call, task, key, result)
                return result
            finally:
                running_step.reset(token)
            self._pauses.sleep(pause)

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
            elif record is not None and self._passed_over(call, record):
                return None
            return await self._ado(call, task, key, work)

    async def _ado(self, call: StepCall, task: TaskId, key: str, work: Callable[[], Awaitable[Any]]) -> Any:
        tries = 0
        while True:
            tries += 1
            token = running_step.set((self._started(call, task, key), current_task.get()))
            try:
                result = await work()
            # As in `_do`; a cancelled step has failed, too.
            except BaseException as error:
                pause = self._failed(call, task, key, error, tries)
                if pause is None:
                    raise
            else:
                self._finished(call, task, key, result)
                return result
            finally:
                running_step.reset(token)
            await self._pauses.asleep(pause)

    @contextmanager
    def _place(self, call: StepCall) -> Iterator[tuple[TaskId, str | None]]:
        """The task the step belongs to and its key there; no key when it cannot be told from others."""
        claim = current_task.get()
        task, base = (NO_TASK, call.key) if claim is None else (claim.task, _base(call, claim))
        if base is None or (task, base) in self._running or (claim is not None and base in claim.running):
            none = "it runs outside any task and has no key="
            self._count_unkept(call, none if base is None else "an equal one runs at the same time; give them key=")
            with self._stepping(None):
                yield task, None
            return
        if claim is None:
            with self._alone(task, base):
                yield task, base
            return
        claim.running.add(base)
        count = claim.occurrences[base] = claim.occurrences.get(base, 0) + 1
        token = current_task.set(_inside(claim, call.name))
        try:
            yield task, f"{steps_of(claim.task, claim.method)}{base}.{count}"
        finally:
            current_task.reset(token)
            claim.running.discard(base)

    @contextmanager
    def _alone(self, task: TaskId, key: str) -> Iterator[None]:
        self._running.add((task, key))
        try:
            yield
        finally:
            self._running.discard((task, key))

    @contextmanager
    def _stepping(self, step: CurrentStep | None) -> Iterator[None]:
        token = running_step.set((step, current_task.get()))
        try:
            yield
        finally:
            running_step.reset(token)

    def _count_unkept(self, call: StepCall, reason: str) -> None:
        self.unkept += 1
        if self.unkept == 1:
            log.warning("Step %r is done but not kept: %s", call.name, reason)

    def _known(self, task: TaskId, key: str) -> StepRecord | None:
        """The step as the runs since the last clean end left it; one that is to fail in doubt outlives that end, too,
        or else the run in which it failed would only have to end cleanly for the next to do it again.
        """
        record = self._sink.state.steps.get(task, {}).get(key)
        if record is None or record.run in self._chain_runs:
            return record
        return record if record.status == "started" and record.doubt == "fail" else None

    def _earlier(self, task: TaskId, key: str) -> StepRecord | None:
        """What an earlier attempt left of a step that was done, or that is in doubt."""
        record = self._known(task, key) if self._replay else None
        return record if record is not None and (record.kept or record.status == "started") else None

    def _happened(self, record: StepRecord, answer: Any) -> bool:
        """Record what `reconcile` said of a step in doubt; whether it had been done."""
        happened = answer is not None
        body = {"key": record.key, "name": record.name, "happened": happened}
        try:
            self._sink.append("StepReconciled", record.task, body | ({"result": answer} if happened else {}))
        except (UnstorableValue, TooLarge) as error:
            self._sink.append("StepReconciled", record.task, body | {"lost": why_lost(error)})
        return happened

    def _passed_over(self, call: StepCall, record: StepRecord) -> bool:
        """Whether a step in doubt that nobody can be asked about is taken for done. Raises `StepInDoubt`."""
        if call.on_doubt == "fail":
            raise StepInDoubt(step=call.name, task=record.task, idempotency_key=record.idempotency)
        if call.on_doubt == "skip":
            body = {"key": record.key, "name": record.name, "happened": True, "result": None, "by": "on_doubt"}
            self._sink.append("StepReconciled", record.task, body)
        return call.on_doubt == "skip"

    def _started(self, call: StepCall, task: TaskId, key: str) -> CurrentStep:
        """Write the start. Its idempotency key is that of the step's earlier starts, and does not depend on chance:
        where a power loss took the start, the next has it again.
        """
        known, record = self._known(task, key), self._sink.state.tasks.get(task)
        fresh = idempotency_key(self._run.chain, key, record.generation if record is not None else 0)
        handed = (known.idempotency if known is not None else "") or fresh
        body: dict[str, Any] = {"key": key, "name": call.name, "idempotency": handed}
        doubt = call.on_doubt if call.reconcile is None else "reconcile"
        self._sink.append("StepStarted", task, body if doubt == "run" else {**body, "doubt": doubt})
        return CurrentStep(
            name=call.name,
            task=task,
            key=key,
            idempotency_key=handed,
            epoch=self._run.epoch,
            attempt=known.starts + 1 if known is not None else 1,
        )

    def _finished(self, call: StepCall, task: TaskId, key: str, result: Any) -> None:
        body = {"key": key, "name": call.name}
        try:
            self._sink.append("StepFinished", task, {**body, "result": result})
        except (UnstorableValue, TooLarge) as error:
            lost = ResultNotKept(step=call.name, task=task, reason=why_lost(error))
            log.warning("%s", lost)
            self._sink.append("StepFinished", task, {**body, "lost": str(lost)})

    def _failed(self, call: StepCall, task: TaskId, key: str, error: BaseException, tries: int) -> float | None:
        """Write the failure; the seconds to wait before the next try, or None when there is none."""
        described = describe(error)
        body: dict[str, Any] = {"key": key, "error": f"{described['type']}: {described['message']}"}
        pause = call.retries.pause(tries, error, self._pauses.chance()) if call.retries is not None else None
        self._sink.append("StepFailed", task, body if pause is None else {**body, "again_in": pause})
        return pause


def _base(call: StepCall, claim: CurrentTask) -> str:
    key = call.key or arguments_digest(call.args, call.kwargs)
    return "/".join((*claim.path, call.name)) + ":" + key


def _inside(claim: CurrentTask, step: str) -> CurrentTask:
    """The same attempt, seen from inside a step; the counters are shared."""
    return msgspec.structs.replace(claim, path=(*claim.path, step))
