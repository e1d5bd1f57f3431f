"""`jarvis-ctx explain`: what of a class would be captured, and where each piece comes from."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from jarvis_ctx.cli.screen import facts, print_json, show, table, text
from jarvis_ctx.cli.store import json_option

if TYPE_CHECKING:
    from rich.console import RenderableType

    from jarvis_ctx.capture.explain import Explained


@click.command()
@click.argument("target", metavar="MODULE:CLASS")
@json_option
def explain(target: str, as_json: bool) -> None:
    """Print which methods of MODULE:CLASS would be captured, and where id, context and outcome come from.

    Imports the module, as `python -m` would from this folder; makes no object of the class.
    """
    from jarvis_ctx.capture.explain import NAMED, UNNAMED
    from jarvis_ctx.capture.explain import explain as explained

    found = explained(load(target))
    if as_json:
        print_json([msgspec.structs.asdict(method) for method in found])
        return
    captured = [method for method in found if method.captured]
    missed = [method for method in found if not method.captured and method.reason != UNNAMED]
    others = [method.method for method in found if method.reason == UNNAMED]
    for method in captured:
        show(text(method.method, "bold").append(f"  {_how(method)}", "dim"))
        show(facts((label, text(source)) for label, source in method.sources.items()))
    if not captured:
        show("Nothing would be captured: no method is named by a verb of the conventions (docs/conventions.md).")
        show("Name some with tasks=[...], decisions=[...] or steps={...}.")
    if others:
        show(f"\nnot captured: {', '.join(others)} (say so with {NAMED})")
    if missed:
        show("\nNot captured:")
        show(table(("Method", "Why"), [_miss(method) for method in missed]))


def _how(method: Explained) -> str:
    inherited = f", inherited from {method.inherited_from}" if method.inherited_from else ""
    return f"{method.meaning}, {method.kind}, by {method.by}{inherited}"


def _miss(method: Explained) -> tuple[RenderableType, RenderableType]:
    return text(f"  {method.method}"), text(method.reason)


def load(target: str) -> Any:
    """The class that `module:Class` names."""
    module, _, name = target.partition(":")
    if not module or not name:
        raise _wrong(f"{target!r} is not of the form module:Class")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # The module is somebody else's and may raise anything while it is imported.
        raise _wrong(f"{type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(os.getcwd())
    if not isinstance(found, type):
        raise _wrong(f"{target!r} is no class")
    return found


def _wrong(reason: str) -> click.BadParameter:
    return click.BadParameter(reason, param_hint="MODULE:CLASS")
