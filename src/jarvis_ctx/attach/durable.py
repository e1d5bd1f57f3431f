"""Durable steps by name: work inside a task that a re-run does not do again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from jarvis_ctx.attach import table
from jarvis_ctx.attach.around import AroundStep, refuse_retries_of_generators
from jarvis_ctx.attach.wrapping import wrap
from jarvis_ctx.capture.current import current_task
from jarvis_ctx.capture.retries import Retries
from jarvis_ctx.capture.step_options import OnDoubt, StepOptions, step_options
from jarvis_ctx.errors import BadValue

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")
Key = str | Callable[..., str] | None
Asked = Callable[..., Any] | None
Again = int | Retries | None


@overload
def durable_step(function: F, /) -> F: ...


@overload
def durable_step(
    *,
    name: str | None = None,
    key: Key = None,
    reconcile: Asked = None,
    retries: Again = None,
    on_doubt: OnDoubt = "run",
) -> Callable[[F], F]: ...


@overload
def durable_step(
    name: str,
    function: Callable[..., R],
    /,
    *args: Any,
    key: Key = None,
    reconcile: Asked = None,
    retries: Again = None,
    on_doubt: OnDoubt = "run",
    **kwargs: Any,
) -> R: ...


def durable_step(
    what: Any = None,
    function: Callable[..., Any] | None = None,
    /,
    *args: Any,
    key: Key = None,
    reconcile: Asked = None,
    retries: Again = None,
    on_doubt: OnDoubt = "run",
    **kwargs: Any,
) -> Any:
    """Do a step of the running task once: its result is kept, and a re-run after a crash gets it back instead.

    Three forms: `@durable_step` above a function or coroutine function; `@durable_step(name=…, key=…, reconcile=…)`;
    and the call itself, `durable_step("charge", charge, order, key=order.id)`, to be awaited where `charge` is.

    `key` (text, or a function of the arguments) tells equal calls apart, and is needed outside any task and for equal
    calls at the same time. `reconcile(key, *args, **kwargs)` says of a step that a crash left in doubt what it
    returned, or None if it was not done. Without it, `on_doubt` decides: `run` does it again (at least once, not
    exactly once), `fail` raises `StepInDoubt`, `skip` takes it for done and returns None (at most once).

    `retries` (a number of further tries, or `Retries`) tries again what failed, waiting longer each time. Inside,
    `current_step()` gives the idempotency key that is the same in all tries, the epoch, and the number of the try.

    Kept by the sidecar of the running task, else by the only one of this process; without one, the step is just done.
    Raises `BadValue` for what is written wrongly.
    """
    options = step_options("durable_step", key=key, reconcile=reconcile, retries=retries, on_doubt=on_doubt)
    if isinstance(what, str):
        if not callable(function):
            raise BadValue(name="the second argument of durable_step", value=function, expected="a function")
        return _step(function, what, options)(*args, **kwargs)
    if what is None:
        name = kwargs.pop("name", None)
        _nothing_else(args, kwargs)
        return lambda decorated: _step(decorated, name, options)
    _nothing_else((function, *args) if function is not None else args, kwargs)
    return _step(what, kwargs.pop("name", None), options)


def _step(function: Any, name: str | None, options: StepOptions) -> Callable[..., Any]:
    if not callable(function):
        raise BadValue(name="what durable_step decorates", value=type(function).__name__, expected="a function")
    own_name: str = getattr(function, "__name__", type(function).__name__)
    refuse_retries_of_generators(function, options, own_name)
    return wrap(function, AroundStep(name or own_name, first=0, options=options), _sidecar)


def _sidecar(args: tuple[Any, ...], kwargs: dict[str, Any]) -> JarvisContextManager | None:
    running = current_task.get()
    if running is not None and running.owner is not None:
        owner: JarvisContextManager = running.owner
        return owner
    return table.only()


def _nothing_else(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if args or kwargs:
        expected = "name= and the options for a decorator; a name and a function before the arguments of a call"
        raise BadValue(name="durable_step's argument", value=[*args, *kwargs][0], expected=expected)
