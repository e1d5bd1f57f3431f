"""`jarvis-ctx explain`: what of a class would be captured, and where each piece comes from."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from jarvis_ctx.cli.screen import console, print_json
from jarvis_ctx.cli.store import json_option


@click.command()
@click.argument("target", metavar="MODULE:CLASS")
@json_option
def explain(target: str, as_json: bool) -> None:
    """Print which methods of MODULE:CLASS would be captured, and where id, context and outcome come from.

    Imports the module, as `python -m` would from this folder; makes no object of the class.
    """
    found = load(target)
    if as_json:
        print_json([])
        return
    console().print(str(found))


def load(target: str) -> Any:
    """The class that `module:Class` names."""
    module, colon, name = target.partition(":")
    if not module or not colon or not name:
        raise click.BadParameter(f"{target!r} is not of the form module:Class", param_hint="MODULE:CLASS")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise click.BadParameter(str(error), param_hint="MODULE:CLASS") from error
    finally:
        sys.path.remove(os.getcwd())
    if not isinstance(found, type):
        raise click.BadParameter(f"{target!r} is no class", param_hint="MODULE:CLASS")
    return found
