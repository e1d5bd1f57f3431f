"""`jarvis-ctx dashboard`: the dashboard in the browser, logged in through a link that is of use once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.store import Place, place_options
from jarvis_ctx.errors import NotServed, WebMissing

if TYPE_CHECKING:
    from jarvis_ctx.settings import Settings

PATIENCE = 2.0
"""Seconds for a server to say that it is there."""


@click.command()
@click.option("--open/--no-open", "opens", default=None, help="Open a browser.  [default: at a terminal]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Where it is, or is to be, served.  [default: 3004]")
@click.option("--no-serve", is_flag=True, help="Only link to where it is served already.")
@place_options
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
    served = _served(settings)
    if served:
        _show(settings, served, opens)
        return
    if no_serve:
        raise NotServed(host=settings.host, port=settings.port, reason="nobody answers there")
    from jarvis_ctx.web.binding import listen

    listening = listen(settings.host, settings.port)
    Standing(settings, listening, lambda url: _show(settings, url, opens)).run()


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


def _served(settings: Settings) -> str:
    """Where a server answers already, if one does; whether it is this store's, the link finds out."""
    import http.client

    asked = http.client.HTTPConnection(settings.host.strip("[]"), settings.port, timeout=PATIENCE)
    try:
        asked.request("GET", "/healthz")
        there = asked.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        there = False
    finally:
        asked.close()
    return f"http://{settings.host}:{settings.port}" if there else ""
