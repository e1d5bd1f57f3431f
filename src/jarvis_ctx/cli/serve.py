"""`jarvis-ctx serve`: the API of a store, live or dead, as a process of its own."""

from __future__ import annotations

import errno
import shlex
import socket
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.store import Place, known_in, place_options
from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.errors import BadValue, ExposedBind, NoStore, NotServed, WebMissing
from jarvis_ctx.liveness import served, supervised

if TYPE_CHECKING:
    from jarvis_ctx.settings import Settings
    from jarvis_ctx.sidecar.views import StoreView

GRACE = 3.0
"""Seconds after which a program that begins no run is shown all the same: how it lives and ends."""
LOOK = 0.2
"""Seconds between two looks for a store that is waited for."""
RETRY = 2.0
"""Seconds between two tries to listen where somebody else does."""
NEEDED = ("flask", "flask_openapi", "simple_websocket", "gunicorn", "prometheus_client", "pydantic")
REMOTE = "serve it with --allow-remote, behind something that speaks TLS"


@click.command()
@click.option("--host", help="Where to listen.  [default: 127.0.0.1]", metavar="HOST")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port; 0 takes a free one.  [default: 3004]")
@click.option("--allow-remote", is_flag=True, help="Listen where other machines can ask, too.")
@click.option("--wait", is_flag=True, help="Wait for the store to be made, and for the port to be free.")
@place_options("it serves a folder here")
def serve(place: Place, host: str | None, port: int | None, allow_remote: bool, wait: bool) -> None:
    """Serve the API of a store, whether its orchestrator runs or not, until Ctrl-C."""
    try:
        from jarvis_ctx.web.hosts import is_loopback
        from jarvis_ctx.web.standing import Standing
        from jarvis_ctx.web.tokens import OURS
    except ModuleNotFoundError as error:
        raise WebMissing(library=error.name) from error
    found = _found(place, wait)
    settings = msgspec.structs.replace(
        found, host=found.host if host is None else host, port=found.port if port is None else port
    )
    if not (allow_remote or is_loopback(settings.host)):
        raise ExposedBind(host=settings.host, remedy=REMOTE)
    listening = _listening(place, settings, allow_remote, wait)

    def ready(url: str) -> None:
        click.echo(f"{settings.name} in {settings.folder} is served at {url}", err=wait)
        click.echo(f"The token is in {settings.folder / OURS}: jarvis-ctx token show", err=wait)
        click.echo(f"Look at it in a browser: jarvis-ctx dashboard{_which(place, settings)}", err=wait)

    Standing(settings, listening, ready).run()


def _listening(place: Place, settings: Settings, exposed: bool, wait: bool) -> socket.socket:
    from jarvis_ctx.web.binding import listen

    said = ""
    while True:
        try:
            return listen(settings.host, settings.port, exposed=exposed)
        except NotServed as error:
            refused = _with_way_out(error, place, settings, wait)
            if not wait:
                raise refused from error
            if str(refused) != said:
                said = str(refused)
                click.echo(f"{said} It is tried again until it can.", err=True)
        time.sleep(RETRY)


def _with_way_out(error: NotServed, place: Place, settings: Settings, wait: bool) -> NotServed:
    """Where somebody has the port: another one, or the page that shows the store there."""
    if not isinstance(error.__cause__, OSError) or error.__cause__.errno != errno.EADDRINUSE:
        return error
    another = settings.port % 65_535 + 1
    way = f"use --serve {settings.host}:{another}" if wait else f"use --port {another}"
    if any(url.endswith(f":{settings.port}") for url in served.living(settings.folder, settings.name)):
        way = f"this store is served already: jarvis-ctx dashboard{_which(place, settings)}"
    return NotServed(**error.facts | {"reason": f"{error.facts['reason']}; {way}"})


def _which(place: Place, settings: Settings) -> str:
    """The options that mean the same store and orchestrator elsewhere."""
    path = ("--path", str(settings.folder)) if place.path is not None else ()
    name = ("--name", settings.name) if place.name is not None else ()
    return "".join(f" {shlex.quote(word)}" for word in (*path, *name))


def _found(place: Place, wait: bool) -> Settings:
    """The settings, with the orchestrator that is in the store."""
    while True:
        try:
            with place.view() as view:
                if not wait or known_in(view) or _only_watched(view):
                    return place.settings(view)
        except NoStore:
            if not wait:
                raise
        time.sleep(LOOK)


def _only_watched(view: StoreView) -> bool:
    """Whether what is supervised there has had the time to begin a run and has not: it may never do so."""
    record = supervised.read(view.folder, view.name)
    if record is None or record.child is None:
        return False
    return view.now() - record.began > GRACE * MICROSECONDS


def serving(place: Place, chosen: Settings, at: str) -> tuple[str, ...]:
    """The command that serves a store beside an orchestrator which may yet have to make it; `at`: HOST:PORT or nothing.

    Raises `WebMissing`, `BadValue`, `ExposedBind`.
    """
    for library in NEEDED:
        if find_spec(library) is None:
            raise WebMissing(library=library)
    from jarvis_ctx.web.hosts import is_loopback

    host, _, port = at.rpartition(":") if at else (chosen.host, "", str(chosen.port))
    if not (host and port.isdecimal() and int(port) < 65_536):
        raise BadValue(name="--serve", value=at, expected="HOST:PORT, or nothing")
    if not is_loopback(host):
        raise ExposedBind(host=host, remedy="serve it with `jarvis-ctx serve --allow-remote`, behind TLS")
    named = ("--name", place.name) if place.name is not None else ()
    begin = (sys.executable, "-c", "from jarvis_ctx.cli import main; main()", "serve", "--wait")
    return (*begin, "--path", str(chosen.folder), *named, "--host", host, "--port", port)
