"""`jarvis-ctx dashboard`: the dashboard in the browser, logged in through a link that is of use once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.store import Place, place_options
from jarvis_ctx.errors import NotServed, NotShown, WebMissing

if TYPE_CHECKING:
    import socket

    from jarvis_ctx.settings import Settings

PATIENCE = 2.0
"""Seconds for a server to say that it is there."""


@click.command()
@click.option("--open/--no-open", "opens", default=None, help="Open a browser.  [default: at a terminal]")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="Where it is, or is to be, served.  [default: found, or 3004]"
)
@click.option("--no-serve", is_flag=True, help="Only link to where it is served already.")
@place_options("open that address in a browser and log in with the token")
def dashboard(place: Place, opens: bool | None, port: int | None, no_serve: bool) -> None:
    """Open the dashboard, logged in by a link that works once and within two minutes.

    Where nobody serves the store, it is served until Ctrl-C.
    """
    try:
        from jarvis_ctx.web.standing import Standing
    except ModuleNotFoundError as error:
        raise WebMissing(library=error.name) from error
    with place.view() as view:
        found = place.settings(view)
    settings = found if port is None else msgspec.structs.replace(found, port=port)
    opens = sys.stdout.isatty() if opens is None else opens
    served = _served(settings, exactly=port is not None)
    if served:
        _show(settings, served, opens)
        return
    if no_serve:
        where = "" if port is None else f" at port {port}"
        raise NotShown(name=settings.name, path=str(settings.folder), where=where)
    Standing(settings, _listening(settings, exactly=port is not None), lambda url: _show(settings, url, opens)).run()


def _listening(settings: Settings, *, exactly: bool) -> socket.socket:
    """Where it is to be served; unless it must be `exactly` there, where another has the port, at a free one."""
    from jarvis_ctx.web.binding import listen

    try:
        return listen(settings.host, settings.port)
    except NotServed:
        if exactly:
            raise
        return listen(settings.host, 0)


def _show(settings: Settings, url: str, opens: bool) -> None:
    from jarvis_ctx.clock import SystemClock
    from jarvis_ctx.web.dashboard.sessions import Sessions
    from jarvis_ctx.web.tokens import Tokens

    tokens = Tokens(settings.folder, SystemClock())
    token = tokens.check(tokens.ensure())
    assert token is not None  # It was made, or found to be valid, just now.
    link = f"{url}/login#link={Sessions(settings.folder, tokens, SystemClock()).link(token)}"
    click.echo(f"The dashboard of {settings.name}, for two minutes and once: {link}")
    if opens:
        import webbrowser

        webbrowser.open(link)


def _served(settings: Settings, *, exactly: bool) -> str:
    """Where the store is served, by what its servers have written down; or `exactly` there, if somebody answers."""
    from jarvis_ctx.liveness import served

    here = f"http://{settings.host}:{settings.port}"
    known = [here] if exactly else served.living(settings.folder, settings.name)
    return next((url for url in known if _answers(url)), "")


def _answers(url: str) -> bool:
    """Whether a server answers there; whether it is this store's, the link finds out."""
    import http.client
    from urllib.parse import urlsplit

    at = urlsplit(url)
    asked = http.client.HTTPConnection(at.hostname or "", at.port, timeout=PATIENCE)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
