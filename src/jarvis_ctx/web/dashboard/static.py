"""`/static/…`: the page's own scripts and styles, and those of others with their licences; nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from flask import Blueprint, Response, abort, request

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".LICENSE": "text/plain"}


def static() -> Blueprint:
    """The blueprint."""
    pages = Blueprint("static_files", __name__)
    known = _known()

    @pages.get("/static/<path:name>")
    def asset(name: str) -> Response:
        if name not in known:
            abort(404)
        kind = next(kind for end, kind in KINDS.items() if name.endswith(end))
        found = files("jarvis_ctx.web").joinpath("static", *name.split("/")).read_bytes()
        response = Response(found, content_type=f"{kind}; charset=utf-8")
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]  # It is the same object.

    return pages


def _known() -> frozenset[str]:
    own = files("jarvis_ctx.web").joinpath("static")
    here = [file.name for file in own.iterdir() if file.is_file()]
    theirs = [f"vendor/{file.name}" for file in own.joinpath("vendor").iterdir()]
    return frozenset(name for name in (*here, *theirs) if name.endswith(tuple(KINDS)))
