"""Flask, with what each part of the application may ask of the whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from flask import Request, current_app
from flask_openapi.openapi import OpenAPI

from jarvis_ctx.web.bodies import JsonRequest
from jarvis_ctx.web.guard import Guard


class Application(OpenAPI):
    """The guard is around it: `guard` is the door, `wsgi_app` what servers call."""

    request_class: type[Request] = JsonRequest
    guard: Guard
    shown: Callable[[str], str]
    """Takes the secrets out of what an error says: it may name what the store has."""
    stopping: threading.Event
    """Set when the server stops: what streams must end then."""


def answering() -> Application:
    """The one that answers this thread's request."""
    return cast("Application", current_app)
