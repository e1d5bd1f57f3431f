"""Views: what insight answers as HTML, each as a whole page, and alone for a page that is open already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup, escape
from pydantic import ValidationError

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.answers import HIDDEN, Answers
from jarvis_ctx.web.bodies import invalid
from jarvis_ctx.web.guard import CALLER, Caller
from jarvis_ctx.web.models import Asked
from jarvis_ctx.web.readers import Readers
from jarvis_ctx.web.subject import Subject
from jarvis_ctx.web.tokens import Scope, covers

Q = TypeVar("Q", bound=Asked)
ALONE = "/view"
"""What stands before a view's path where it is asked for without the page around it."""
VIEWS = (
    ("/", "Overview"),
    ("/tasks", "Tasks"),
    ("/agents", "Agents"),
    ("/timeline", "Timeline"),
    ("/decisions", "Decisions"),
    ("/messages", "Messages"),
    ("/resources", "Resources"),
    ("/points", "Recovery points"),
    ("/report", "Recovery report"),
)
"""The views in the order of the page's navigation."""


class Rendered(Answers):
    """Answers as HTML. A template is given what a view makes, `asked`, `may(scope)` and `link(**changes)`."""

    def __init__(self, subject: Subject, readers: Readers) -> None:
        super().__init__(subject, readers)
        self._path = str(escape(str(subject.folder))).encode()

    def encoded(self, data: Any) -> bytes:
        """Text as bytes, without the place where the store lies; what is no Unicode is shown as `?`."""
        return str(data).encode("utf-8", "replace").replace(self._path, HIDDEN)

    def view(
        self,
        path: str,
        asks: type[Q],
        make: Callable[[Insight, Q], Mapping[str, Any]],
        *,
        settled: float = 0.0,
        whole: bool = False,
    ) -> Blueprint:
        """A blueprint that answers at `path`, and below `/view`; the template has the path's name.

        Queries are models: what they do not name is refused. `settled` and `whole` as of answers.
        """
        name = path.strip("/").replace("/", "_") or "overview"
        pages = Blueprint(f"view_{name}", __name__)

        def text(asked: Q) -> tuple[str, Callable[[Insight], str]]:
            caller: Caller = request.environ[CALLER]
            around = {"asked": asked, "may": _may(caller.scope), "link": _link(path, asked)}
            key = f"{name} {caller.scope} {asked!r}"
            return key, lambda insight: render_template(f"{name}.html", **around, **make(insight, asked))

        @pages.get(ALONE + path)
        def alone() -> Response:
            try:
                asked = asks.model_validate(_given())
            except ValidationError as error:
                return invalid(error)
            response = self.give(*text(asked), settled=settled, whole=whole)
            if response.status_code == 200:
                response.content_type = "text/html; charset=utf-8"
            return response

        @pages.get(path)
        def page() -> Response:
            try:
                asked = asks.model_validate(_given())
            except ValidationError as error:
                return invalid(error)
            key, written = text(asked)
            return self._page(path, self.answer(key, written, settled=settled, whole=whole).body.decode())

        return pages

    def _page(self, path: str, shown: str) -> Response:
        caller: Caller = request.environ[CALLER]
        title = next(text for to, text in reversed(VIEWS) if path.startswith(to))
        page = render_template(
            "page.html",
            views=VIEWS,
            path=path,
            title=title,
            name=self.subject.name,
            csrf=caller.csrf,
            shown=Markup(shown),
        )
        return Response(self.encoded(page), headers={"Cache-Control": "no-store"})


def _given() -> dict[str, Any]:
    return {name: value for name, value in request.args.items() if value}


def _may(scope: Scope) -> Callable[[Scope], bool]:
    return lambda wanted: covers(scope, wanted)


def _link(path: str, asked: Asked) -> Callable[..., str]:
    said = asked.model_dump(exclude_defaults=True, mode="json")

    def link(**changes: Any) -> str:
        """This view asked otherwise; None asks for no more of that name."""
        query = {name: value for name, value in {**said, **changes}.items() if value is not None}
        return f"{path}?{urlencode(query)}" if query else path

    return link
