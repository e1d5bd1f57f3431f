"""The dashboard's doors and views, put into the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.dashboard import shown
from jarvis_ctx.web.dashboard.agents import agents
from jarvis_ctx.web.dashboard.board import board
from jarvis_ctx.web.dashboard.cookie import Cookie
from jarvis_ctx.web.dashboard.decisions import decisions
from jarvis_ctx.web.dashboard.login import login
from jarvis_ctx.web.dashboard.messages import messages
from jarvis_ctx.web.dashboard.overview import overview, strip
from jarvis_ctx.web.dashboard.points import compare, points
from jarvis_ctx.web.dashboard.problem import as_page
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.dashboard.report import report
from jarvis_ctx.web.dashboard.resources import resources
from jarvis_ctx.web.dashboard.sessions import Sessions
from jarvis_ctx.web.dashboard.static import static
from jarvis_ctx.web.dashboard.task import task
from jarvis_ctx.web.dashboard.timeline import timeline

if TYPE_CHECKING:
    from jarvis_ctx.web.readers import Readers
    from jarvis_ctx.web.subject import Subject
    from jarvis_ctx.web.tokens import Tokens

VIEWS = (strip, overview, board, task, agents, timeline, decisions, messages, resources, points, compare, report)
"""Each makes a blueprint from `Rendered`."""


def dashboard(app: Application, subject: Subject, tokens: Tokens, readers: Readers) -> Cookie:
    """Register every page; the answer is how those who have logged in are known, for the guard."""
    sessions = Sessions(subject.folder, tokens, SystemClock())
    cookie, rendered = Cookie(sessions, subject.folder), Rendered(subject, readers)
    app.jinja_env.filters.update(shown.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(login(tokens, sessions, cookie))
    app.register_blueprint(static())
    for view in VIEWS:
        app.register_blueprint(view(rendered))
    app.after_request(as_page)
    return cookie
