"""What a person can say of a step: its key, who knows what became of it, how often to try, what to do in doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import msgspec

from jarvis_ctx.capture.retries import Retries, retries_of
from jarvis_ctx.errors import BadValue, UnknownSetting, did_you_mean

OnDoubt = Literal["run", "fail", "skip"]
"""Of a step in doubt that nobody can be asked about: do it again, raise `StepInDoubt`, or take it for done."""


class StepOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`reconcile` may name a method of the object; `key` may be a function of the step's arguments."""

    key: str | Callable[..., str] | None = None
    reconcile: str | Callable[..., Any] | None = None
    retries: Retries | None = None
    on_doubt: OnDoubt = "run"


def step_options(
    owner: str, *, key: Any = None, reconcile: Any = None, retries: Any = None, on_doubt: Any = "run"
) -> StepOptions:
    """The options, checked. `owner` says in an error whose they are. Raises `BadValue`."""
    if not (key is None or callable(key) or (type(key) is str and key)):
        raise BadValue(name=f"key of {owner}", value=key, expected="text, or a function of the arguments")
    if not (reconcile is None or callable(reconcile) or type(reconcile) is str):
        raise BadValue(name=owner, value=reconcile, expected="a function, the name of a method, or None")
    if on_doubt not in get_args(OnDoubt):
        raise BadValue(name=f"on_doubt of {owner}", value=on_doubt, expected="run, fail or skip")
    return StepOptions(key=key, reconcile=reconcile, retries=retries_of(retries), on_doubt=on_doubt)


def step_wish(method: str, given: Any) -> StepOptions:
    """What `steps={method: given}` says: a reconcile alone, or a mapping of options. Raises `BadValue` and
    `UnknownSetting`.
    """
    owner = f"steps[{method!r}]"
    if not isinstance(given, Mapping):
        return step_options(owner, reconcile=given)
    known = list(StepOptions.__struct_fields__)
    for name in given:
        if name not in known:
            raise UnknownSetting(name=name, source=owner, hint=did_you_mean(str(name), known))
    return step_options(owner, **given)
