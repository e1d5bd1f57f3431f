"""A view's HTML from what it is given, without a store and a server."""

from __future__ import annotations

from typing import Any

import jinja2

from jarvis_ctx.web.dashboard import shown


def page(name: str, **given: Any) -> str:
    """The template of that name."""
    return _templates().get_template(f"{name}.html").render(given)


def part(name: str, *given: Any) -> str:
    """What one of the parts that the views share makes of this."""
    return str(getattr(_templates().get_template("parts.html").module, name)(*given))


def _templates() -> jinja2.Environment:
    found = jinja2.Environment(loader=jinja2.PackageLoader("jarvis_ctx.web"), autoescape=True)
    found.filters.update(shown.FILTERS)
    return found
