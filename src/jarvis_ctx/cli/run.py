"""`jarvis-ctx run`: starts a command, watches it, and starts it again when it dies."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from jarvis_ctx import settings as settings_room
from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.cli.serve import serving
from jarvis_ctx.cli.store import Place, place_options
from jarvis_ctx.settings import Settings, variable

OPTIONS = {
    "restart": "restart",
    "max_restarts": "max_restarts",
    "within": "restarts_within",
    "hang_timeout": "hang_timeout",
    "term_grace": "term_grace",
    "memory_limit": "memory_limit",
    "log_file": "output_log",
}
"""Each option and the setting that is meant where it is not given."""


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--restart", metavar="WHEN", help="When it is started again: on-failure, always or never.  [default: on-failure]"
)
@click.option("--max-restarts", type=int, metavar="N", help="So many within --within, then no more.  [default: 5]")
@click.option("--within", type=float, metavar="SECONDS", help="The time in which restarts are counted.  [default: 600]")
@click.option(
    "--hang-timeout",
    type=float,
    metavar="SECONDS",
    help="End it after so long without progress.  [default: never]",
)
@click.option("--term-grace", type=float, metavar="SECONDS", help="How long it may take to end.  [default: 10]")
@click.option("--memory-limit", metavar="SIZE", help="Restart it when it, and all it started, hold more: 800M, 1.5GB.")
@click.option("--log-file", metavar="FILE", help="Keep what it writes in FILE, too; rotated at 10 MB.")
@click.option(
    "--serve",
    is_flag=False,
    flag_value="",
    metavar="[HOST:PORT]",
    help="Serve the API of the store beside it, at host and port of the settings or here.",
)
@click.option("--adopt", is_flag=True, help="Take over the one that a killed supervisor has left running.")
@click.option("--json", "as_json", is_flag=True, help="Say what happens as JSON, an object to a line.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@place_options("it starts a program here")
def run(place: Place, command: tuple[str, ...], serve: str | None, adopt: bool, as_json: bool, **options: Any) -> None:
    """Start COMMAND, watch it, find out why it dies, and start it again; its own recovery carries on.

    Put -- before a command that has options of its own: jarvis-ctx run --restart always -- python main.py --fast
    """
    from jarvis_ctx.sidecar.outside import AgentsMoved
    from jarvis_ctx.supervisor.orders import Orders, memory_size
    from jarvis_ctx.supervisor.supervisor import Supervisor

    given = {OPTIONS[name]: value for name, value in options.items()}
    chosen = settings_room.load({"path": place.path, "name": place.name, **given})
    orders = Orders(
        command=command,
        environ=_environ(place, chosen) | ({} if serve is None else {variable("serve"): "false"}),
        folder=chosen.folder,
        name=chosen.name,
        named=place.said(chosen),
        restart=chosen.restart,
        max_restarts=chosen.max_restarts,
        within=chosen.restarts_within,
        hang_timeout=chosen.hang_timeout,
        term_grace=chosen.term_grace,
        memory_limit=memory_size(chosen.memory_limit),
        log_file=Path(chosen.output_log).expanduser().absolute() if chosen.output_log else None,
        adopt=adopt,
        beside=() if serve is None else (serving(place, chosen, serve),),
        secret_names=chosen.secret_names,
        keeps_output=not chosen.encryption_key,
    )
    outcome = Supervisor(orders, _said_as_json if as_json else _said, AgentsMoved(chosen)).run()
    sys.exit(ExitCode.GAVE_UP if outcome.tripped else outcome.exit_code)


def _environ(place: Place, chosen: Settings) -> dict[str, str]:
    """The command's environment: ours, and where it was said which store is meant, that, too."""
    said = {}
    if place.path is not None:
        said[variable("path")] = str(chosen.folder)
    if place.name is not None:
        said[variable("name")] = chosen.name
    return dict(os.environ) | said


def _said(what: str, sentence: str, facts: dict[str, Any]) -> None:
    for line in [sentence, *(_details(facts) if what == "ended" and facts["failed"] else ())]:
        _say(f"jarvis-ctx: {line}")


def _say(line: str) -> None:
    try:
        click.echo(line, err=True)
    except OSError:  # The terminal, or whoever read, has gone: the command is watched all the same.
        with open(os.devnull, "wb") as nobody:  # Else what is still to be written makes the exit code 120.
            os.dup2(nobody.fileno(), sys.stderr.fileno())


def _details(facts: dict[str, Any]) -> list[str]:
    return [facts["growth"]] if "growth" in facts else []


def _said_as_json(what: str, sentence: str, facts: dict[str, Any]) -> None:
    _say(json.dumps({"event": what, "sentence": sentence, **facts}))
