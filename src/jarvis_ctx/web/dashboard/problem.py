"""What went wrong, as a page with a way back, for a browser whose address leads nowhere."""

from __future__ import annotations

from flask import Response, render_template, request

from jarvis_ctx import decoding
from jarvis_ctx.web.dashboard.rendered import ALONE
from jarvis_ctx.web.problems import MEDIA_TYPE

PROGRAMS = ("/api/", ALONE + "/")
"""What stands before the paths that programs ask for, the page's own among them."""


def as_page(response: Response) -> Response:
    """`response` itself, or the page in the place of a problem that a person would have been shown as JSON."""
    wanted = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if response.mimetype == MEDIA_TYPE and wanted and not request.path.startswith(PROGRAMS):
        response.set_data(render_template("problem.html", problem=decoding.plain(response.get_data())))
        response.content_type = "text/html; charset=utf-8"
    return response
