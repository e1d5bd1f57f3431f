"""Which store and which orchestrator a command is about, and the view it is given."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from jarvis_ctx import settings as settings_room
from jarvis_ctx.cli.server import Server
from jarvis_ctx.client.access import Token
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import SeveralOrchestrators, StoreUnavailable, UnknownOrchestrator, did_you_mean
from jarvis_ctx.liveness import runfile
from jarvis_ctx.settings import Settings

if TYPE_CHECKING:
    from jarvis_ctx.cli.source import Source
    from jarvis_ctx.sidecar.views import StoreView


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of the store, or of the server that shows it, on the command line."""

    path: str | None = None
    name: str | None = None
    server: Server = Server()

    def under(self, outer: Place | None) -> Place:
        """This, and for what it leaves open what was said before the command's name."""
        if outer is None:
            return self
        server = self.server.under(outer.server)
        return Place(path=self.path or outer.path, name=self.name or outer.name, server=server)

    def away(self) -> str | None:
        """The API that is to be asked; None for a store on this machine."""
        return self.server.url or (None if self.path else os.environ.get("JARVIS_URL"))

    def here(self, what: str, why: str) -> None:
        """Refuses `what` where an API is to be asked; `why` it cannot do it."""
        if self.away() is not None:
            raise click.UsageError(f"{what} works on a store's folder here, not over an API: {why}.")

    @contextmanager
    def source(self) -> Iterator[Source]:
        """The chosen orchestrator, here or behind --url or JARVIS_URL. Raises as `view` does, and as the client."""
        url = self.away()
        if url is None:
            from jarvis_ctx.cli.local import Local

            with self.view() as view:
                yield Local(view, self.settings(view))
            return
        from jarvis_ctx.cli.remote import Remote

        with self.server.client(url) as client:
            yield Remote.of(client, self.name)

    def said(self, wanted: Settings) -> bool:
        """Whether somebody has said which orchestrator is meant, here or in the environment or a file."""
        return self.name is not None or wanted.name != Settings().name or settings_room.variable("name") in os.environ

    @contextmanager
    def view(self) -> Iterator[StoreView]:
        """The chosen orchestrator, looked at from outside. Raises `NoStore`, `UnknownOrchestrator` and the like."""
        from jarvis_ctx.sidecar.views import StoreView

        wanted = settings_room.load({"path": self.path, "name": self.name})
        said = self.said(wanted)
        view = StoreView(wanted, SystemClock())
        try:
            name = _choose(wanted, known_in(view), said=said)
            if name != wanted.name:
                view.close()
                view = StoreView(msgspec.structs.replace(wanted, name=name), SystemClock())
            yield view
        finally:
            view.close()

    @contextmanager
    def views(self) -> Iterator[list[StoreView]]:
        """The chosen orchestrator's view, or without a choice one for each that the store holds; raises as `view`."""
        with ExitStack() as opened:
            yield [opened.enter_context(chosen.view()) for chosen in self._each()]

    def _each(self) -> list[Place]:
        try:
            with self.view():
                return [self]
        except SeveralOrchestrators as error:
            names = str(error.facts["known"]).split(", ")
            return [msgspec.structs.replace(self, name=name) for name in names]

    def settings(self, view: StoreView) -> Settings:
        """The settings, with the orchestrator that was chosen."""
        return settings_room.load({"path": self.path, "name": view.name})


def known_in(view: StoreView) -> list[str]:
    """The orchestrators a store holds: those that left a run file, and those the database knows."""
    names = set(runfile.names_in(view.folder))
    try:
        names.update(view.queries.orchestrators())
    except StoreUnavailable:
        pass  # The run files are enough to choose by, and doctor says what is wrong with the database.
    return sorted(names)


def _choose(settings: Settings, known: list[str], *, said: bool) -> str:
    shown = ", ".join(known)
    if not known or (settings.name in known and (said or len(known) == 1)):
        return settings.name
    if said:
        hint = did_you_mean(settings.name, known)
        raise UnknownOrchestrator(name=settings.name, path=str(settings.folder), hint=hint, known=shown)
    if len(known) > 1:
        raise SeveralOrchestrators(path=str(settings.folder), known=shown)
    return known[0]


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`place_options`, and --url with its token, for what can be asked of an API as well."""

    @click.option("--url", help="Ask the API there, not a folder here. JARVIS_URL, too.", metavar="URL")
    @click.option("--token", help="Opens that API; JARVIS_TOKEN does not show it in `ps`.", metavar="TOKEN")
    @click.option("--token-file", type=click.Path(dir_okay=False), help="A file that holds it.", metavar="FILE")
    @functools.wraps(command)
    def with_server(place: Place, url: str | None, token: str | None, token_file: str | None, **rest: Any) -> Any:
        said = Server(url=url, token=Token(token) if token is not None else None, token_file=token_file)
        chosen = msgspec.structs.replace(place, server=said.under(place.server))
        if chosen.server.url is not None and chosen.path is not None:
            raise click.UsageError("--url asks an API, --path looks at a folder here: give one of them.")
        return command(place=chosen, **rest)

    return _place_options(with_server)


def place_options(why: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --path and --name, before or after the command's name, and hands over a `Place` of this machine.

    `why` is what --url is refused with.
    """

    def with_place(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def here(place: Place, **rest: Any) -> Any:
            if place.server.url is not None:
                raise click.UsageError(f"--url is of no use here: {why}.")
            return command(place=place, **rest)

        return _place_options(here)

    return with_place


def _place_options(command: Callable[..., Any]) -> Callable[..., Any]:

    @click.option("--path", type=click.Path(path_type=Path), help="The store's folder.", metavar="FOLDER")
    @click.option("--name", help="The orchestrator, where the store holds several.", metavar="NAME")
    @functools.wraps(command)
    def with_place(path: Path | None, name: str | None, **rest: Any) -> Any:
        said = Place(path=os.fspath(path) if path is not None else None, name=name)
        outer = click.get_current_context().parent
        return command(place=said.under(outer.obj if outer is not None else None), **rest)

    return with_place


def limit_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --limit."""
    said = "How many, the latest ones."
    return click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help=said)(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/cli.md names the keys.")(command)


def timeout_option(default: float = 30.0, more: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --timeout; `more` says with what it counts, where not always."""
    return click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=default,
        show_default=True,
        help=f"Seconds to wait for a live orchestrator{more}.",
    )
