"""`jarvis-ctx serve`: the API of a store, live or dead, as a process of its own."""

from __future__ import annotations

import click
import msgspec

from jarvis_ctx.cli.store import Place, place_options
from jarvis_ctx.errors import ExposedBind, WebMissing

REMOTE = "serve it with --allow-remote, behind something that speaks TLS"


@click.command()
@click.option("--host", help="Where to listen.  [default: 127.0.0.1]", metavar="HOST")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port; 0 takes a free one.  [default: 3004]")
@click.option("--allow-remote", is_flag=True, help="Listen where other machines can ask, too.")
@place_options
def serve(place: Place, host: str | None, port: int | None, allow_remote: bool) -> None:
    """Serve the API of a store, whether its orchestrator runs or not, until Ctrl-C."""
    try:
        from jarvis_ctx.web.binding import listen
        from jarvis_ctx.web.hosts import is_loopback
        from jarvis_ctx.web.standing import Standing
        from jarvis_ctx.web.tokens import OURS
    except ModuleNotFoundError as error:
        raise WebMissing(library=error.name) from error
    with place.view() as view:
        found = place.settings(view)
    settings = msgspec.structs.replace(
        found, host=found.host if host is None else host, port=found.port if port is None else port
    )
    if not (allow_remote or is_loopback(settings.host)):
        raise ExposedBind(host=settings.host, remedy=REMOTE)
    listening = listen(settings.host, settings.port, exposed=allow_remote)

    def ready(url: str) -> None:
        click.echo(f"{settings.name} in {settings.folder} is served at {url}")
        click.echo(f"The token is in {settings.folder / OURS}: jarvis-ctx token show")

    Standing(settings, listening, ready).run()
