"""What would be captured of a class, where each part of it would come from, and why near misses would not be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from jarvis_ctx.capture.conventions import ATTACHED, VERBS, Chosen, Wishes, choose, completes, meaning, wishes
from jarvis_ctx.capture.methods import Method, methods
from jarvis_ctx.capture.parameters import colour, innermost
from jarvis_ctx.capture.sources import sources
from jarvis_ctx.capture.state_source import CAPTURE, RESTORE, source_of
from jarvis_ctx.capture.values import Keeping

NAMED = "tasks=, decisions=, steps=, agents= or messages="
UNNAMED = f"no verb has this name; say so with {NAMED}"
"""Why a method is not captured that is not even a near miss."""
ABOUT_STATE = ("capture_state", "restore_state")
PREFIX = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One method. `sources` says of each captured part where it is found; `reason` why a near miss is not captured."""

    method: str
    captured: bool
    meaning: str = ""
    by: str = ""
    """`convention`, or the argument that names it, as `tasks=`."""
    kind: str = ""
    """`sync`, `async`, `generator` or `async generator`, after `static` or `class` where it is one."""
    inherited_from: str = ""
    sources: dict[str, str] = {}
    reason: str = ""


def explain(cls: type, arguments: Mapping[str, Any] | None = None) -> list[Explained]:
    """What would be captured of `cls` with these decorator arguments, then its other public methods and near misses.

    For a class that is decorated already, and no arguments, those of its decorator count. Raises as the decorator.
    """
    attachment = getattr(cls, ATTACHED, None)
    wished: Wishes = wishes(arguments or {}) if arguments or attachment is None else attachment.wishes
    keeping = Keeping(wished.exclude)
    found = methods(cls)
    chosen = choose(found, wished, cls.__qualname__)
    captured = [_captured(cls, found[name], chosen[name], chosen, keeping) for name in sorted(chosen)]
    captured += _state(cls, wished)
    missed = [
        Explained(method=name, captured=False, reason=reason)
        for name in sorted(_attributes(cls).keys() - chosen.keys() - {entry.method for entry in captured})
        if (reason := _reason(name, found, wished))
    ]
    return captured + missed


def _captured(cls: type, method: Method, choice: Chosen, among: Mapping[str, Chosen], keeping: Keeping) -> Explained:
    kind = colour(method.function)
    return Explained(
        method=method.name,
        captured=True,
        meaning=choice.meaning,
        by=f"{choice.argument}=" if choice.argument else "convention",
        kind=kind if method.binding == "instance" else f"{method.binding} {kind}",
        inherited_from=_definer(cls, method),
        sources=dict(sources(method, choice, completes(choice, among), keeping)),
    )


def _state(cls: type, wished: Wishes) -> list[Explained]:
    """What is kept of an object itself: nothing, the named attributes, or what its two methods say."""
    source = source_of(cls, wished)
    if source is None:
        return []
    entry = Explained(method="state", captured=True, meaning="state", by="state=", kind="attributes")
    kept, given = ", ".join(source.names), "set once __init__ is through, in a run that follows a crash"
    if source.names:
        return [msgspec.structs.replace(entry, sources={"kept": kept, "given back": given})]
    kept, given = "what it returns, when a captured call has returned", "that, and the events since, after __init__"
    return [
        msgspec.structs.replace(entry, method=CAPTURE, by="convention", kind="sync", sources={"kept": kept}),
        msgspec.structs.replace(entry, method=RESTORE, by="convention", kind="sync", sources={"given": given}),
    ]


def _definer(cls: type, method: Method) -> str:
    """The base class that the method comes from, also where a capture of it stands in `cls` itself."""
    inner = innermost(method.function)
    definer = cls
    for owner in cls.__mro__:
        raw = vars(owner).get(method.name)
        if raw is not None and innermost(getattr(raw, "__func__", raw)) is inner:
            definer = owner
    return "" if definer is cls else definer.__qualname__


def _attributes(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for owner in cls.__mro__:
        if owner is not object:
            found = {**vars(owner), **found}
    return {name: value for name, value in found.items() if not name.startswith("__")}


def _reason(name: str, found: Mapping[str, Method], wished: Wishes) -> str:
    """Why a public method, or an attribute that looks like a verb's, is not captured; nothing for any other."""
    if name in wished.ignore:
        return "ignore= names it"
    if meaning(name) is not None:
        return "" if name in found else "it is a property or another attribute, not a method"
    if name.startswith("_") and meaning(name.lstrip("_")) is not None:
        return "its name is private; an argument such as tasks= can name it"
    near = _nearest(name)
    if near:
        return f"no verb has this name, the nearest is {near}; an argument such as tasks= can name it"
    return UNNAMED if name in found and not name.startswith("_") and name not in ABOUT_STATE else ""


def _nearest(name: str) -> str:
    snake = PREFIX.sub("_", name).lower().lstrip("_")
    longer = next((verb.name for verb in VERBS if snake == verb.name or snake.startswith(f"{verb.name}_")), "")
    return longer or next(iter(get_close_matches(snake, [verb.name for verb in VERBS], n=1, cutoff=0.8)), "")
