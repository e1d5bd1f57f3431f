"""The application: every blueprint, behind the one guard."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from flask_openapi.models.info import Info
from flask_openapi.models.security_scheme import SecurityScheme
from werkzeug.exceptions import HTTPException

from jarvis_ctx import __version__
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import JarvisError
from jarvis_ctx.web import problems
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.api.agents import agents
from jarvis_ctx.web.api.checkpoints import checkpoints
from jarvis_ctx.web.api.checks import checks
from jarvis_ctx.web.api.cleanups import cleanups
from jarvis_ctx.web.api.document import document
from jarvis_ctx.web.api.health import health
from jarvis_ctx.web.api.history import history
from jarvis_ctx.web.api.metrics import metrics
from jarvis_ctx.web.api.points import points
from jarvis_ctx.web.api.prometheus import prometheus
from jarvis_ctx.web.api.resources import resources
from jarvis_ctx.web.api.runs import runs
from jarvis_ctx.web.api.status import status
from jarvis_ctx.web.api.stream import stream
from jarvis_ctx.web.api.tasks import tasks
from jarvis_ctx.web.api.trail import trail
from jarvis_ctx.web.application import Application, answering
from jarvis_ctx.web.bodies import invalid
from jarvis_ctx.web.dashboard.pages import dashboard
from jarvis_ctx.web.express import Express
from jarvis_ctx.web.guard import Bearer, Guard
from jarvis_ctx.web.hosts import Hosts
from jarvis_ctx.web.models import Problem
from jarvis_ctx.web.subject import Subject
from jarvis_ctx.web.tokens import Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger("jarvis_ctx")

NOUNS = (
    status,
    agents,
    tasks,
    history,
    runs,
    checkpoints,
    points,
    cleanups,
    checks,
    resources,
    metrics,
    prometheus,
    health,
    trail,
    stream,
)
"""Each makes a blueprint from `Answers`; a new one is registered by its name here."""


def create_app(subject: Subject, tokens: Tokens | None = None) -> Application:
    """The application that shows `subject`, live or dead; it answers nobody without a token of `tokens`.

    Host names, rates and the like are the subject's settings. Raises `UnsafeFolder` and `CorruptData` for a token file
    that cannot be trusted.
    """
    chosen = subject.settings
    tokens = tokens or Tokens(subject.folder, SystemClock())
    tokens.ensure()
    app = _application()
    app.shown = Redaction(chosen.secret_names).text
    answers = Answers(subject)
    for noun in NOUNS:
        app.register_api(noun(answers))
    cookie = dashboard(app, subject, tokens, answers.readers)
    hosts = Hosts(tuple(name for name in (*chosen.allowed_hosts.replace(",", " ").split(), chosen.host)))
    inner: WSGIApplication = Express(app.wsgi_app, answers)
    app.guard = Guard(inner, [Bearer(tokens.check), cookie], hosts, chosen.rate_limit)
    app.wsgi_app = app.guard  # type: ignore[method-assign]  # As Flask's documentation does it.
    return app


def _application() -> Application:
    app = Application(
        "jarvis_ctx.web",
        info=Info(
            title="jarvis-ctx", version=__version__, description="What an orchestrator does, and did before it died."
        ),
        security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
        validation_error_model=Problem,
        validation_error_callback=invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.debug = False  # Whatever FLASK_DEBUG says: errors show nobody the inside.
    app.openapi_version = "3.1.0"  # What tools read; nothing here needs more.
    app.stopping = threading.Event()
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Of the provider that Flask has by default.
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _problem)
    app.register_blueprint(document(app))
    return app


def _http_problem(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Location", "Retry-After")]
    return problems.problem(error.code or 500, headers=kept)


def _problem(error: Exception) -> Any:
    if not isinstance(error, JarvisError):
        log.error("A request could not be answered", exc_info=error)
    return problems.of(error, answering().shown)
